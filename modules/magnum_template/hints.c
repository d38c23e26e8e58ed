#include "magnum_template/hints.h"

#include <string.h>

#include "base/str.h"
#include "json/js_get.h"

static const struct {
    int status;       /* 0: any */
    const char *text; /* part of what the server said */
    const char *hint;
} hints[] = {
    {400, "Unable to find flavor None",
     "the template has no flavors, and Magnum 20.0.2 and later check them on every change: give "
     "flavor_id and master_flavor_id in the same task"},
    {400, "Cluster type (vm, Unset",
     "Magnum up to 22 says so when it does not find the image of image_id, may not see it, or "
     "finds "
     "several"},
    {400, "Cluster type (",
     "no Magnum driver is installed for this combination of server type, os_distro of the image "
     "and "
     "COE: look at image_id and driver, and at Magnum's drivers"},
    {400, "doesn't contain os_distro field",
     "set the property on the image: openstack image set --property os_distro=ubuntu IMAGE"},
    {400, "is not allowed, expecting",
     "the option [cluster_template] kubernetes_allowed_network_drivers of Magnum decides which "
     "network_driver is allowed"},
    {400, "Flavor with zero root volume size",
     "choose a flavor with a disk, or set the label boot_volume_size"},
    {400, "could not be found",
     "image_id has to name an image that is there and that the project may see; Magnum looks at it "
     "again "
     "on every change"},
    {400, "adding a new attribute", "this Magnum does not know the attribute yet"},
    {400, "Unknown attribute", "this Magnum does not know the attribute yet"},
    {403, "client error occurred",
     "Magnum could not ask another service: that is a fault of its configuration or of the catalog "
     "(region_name and endpoint_type in its [..._client] sections), not of your rights"},
    {403, "Not authorized to set public or hidden",
     "is_public: true and hidden: true need the role admin (Magnum's policy "
     "clustertemplate:publish)"},
    {403, "Policy doesn't allow", "the user needs the role member in the project"},
    {409, "Multiple images exist", "give the ID of the image in image_id"},
    {409, "external networks exist", "give the ID of the network in external_network_id"},
};

void magnum_hint(const struct magnum *magnum, const struct magnum_item *item, struct error **err)
{
    const struct error *error = err ? *err : NULL;
    if (!error)
        return;
    for (size_t i = 0; i < array_length(hints); i++)
        if ((!hints[i].status || hints[i].status == error->code) &&
            strcasestr(error->message, hints[i].text)) {
            error_append(err, "\n(%s)", hints[i].hint);
            return;
        }
    bool flavors =
        js_str(item->body, "flavor_id", NULL) && js_str(item->body, "master_flavor_id", NULL);
    if (error->code == 500 && item->action == ACTION_CREATE && !flavors)
        error_append(err,
                     "\n(Magnum 20.0.2 fails so when a template is created without flavor_id and "
                     "master_flavor_id: give both)");
    if (error->code == 404 && item->foreign && magnum->admin)
        error_append(
            err, "\n(it is a private template of another project: Magnum lets an admin read and "
                 "delete it, but changes it only with a token for its project)");
}
