#include "magnum_template/hints.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/fields.h"

/* Magnum's texts name the value, and not always the attribute; none says where the rule is. */
static const struct row {
    int status;                /* 0: any */
    const char *text;          /* part of what the server said */
    const char *attributes[2]; /* which it may be about */
    const char *hint;
} rows[] = {
    {400,
     "Unable to find flavor None",
     {NULL},
     "the template has no flavors, and Magnum 20.0.2 and later check them on every change: give "
     "flavor_id and master_flavor_id in the same task"},
    {400,
     "Unable to find flavor",
     {"flavor_id", "master_flavor_id"},
     "it has to be the name or ID of a flavor that Nova lists for the project"},
    {400,
     "Unable to find external network",
     {"external_network_id"},
     "it has to be the name or ID of a network in Neutron that is external (router:external)"},
    {400,
     "Unable to find fixed network",
     {"fixed_network"},
     "it has to be the name or ID of a network that Neutron shows to the project"},
    {400,
     "Unable to find fixed subnet",
     {"fixed_subnet"},
     "it has to be the name or ID of a subnet that Neutron shows to the project"},
    {400,
     "Cluster type (vm, Unset",
     {"image_id"},
     "Magnum up to 22 says so when it does not find the image, may not see it, or finds several"},
    {400,
     "Cluster type (",
     {"image_id", "driver"},
     "no Magnum driver is installed for this combination of server type, os_distro of the image "
     "and "
     "COE"},
    {400,
     "Cluster driver (",
     {"driver"},
     "it has to be one of the drivers that are installed where Magnum's API runs"},
    {400,
     "contain os_distro field",
     {"image_id"},
     "Magnum chooses the driver by this property: openstack image set --property os_distro=ubuntu "
     "IMAGE"},
    {400,
     "is not allowed, expecting",
     {"network_driver"},
     "the option [cluster_template] kubernetes_allowed_network_drivers of Magnum decides what is "
     "allowed"},
    {400, "Network driver type", {"network_driver"}, "Magnum knows these for Kubernetes"},
    {400, "Volume driver type", {"volume_driver"}, "Magnum knows cinder alone for Kubernetes"},
    {400, "Server type", {"server_type"}, "the Magnum driver has to provide it"},
    {400,
     "docker volume size",
     {"docker_volume_size", "docker_storage_driver"},
     "a rule of Magnum's API for devicemapper"},
    {400,
     "single dns address",
     {"dns_nameserver"},
     "Magnum's API takes IPv4 addresses, several of them with commas"},
    {400,
     "Flavor with zero root volume size",
     {"flavor_id", "master_flavor_id"},
     "choose a flavor with a disk, or set the label boot_volume_size"},
    {400,
     "could not be found",
     {"image_id"},
     "it has to be the name or ID of an image that Glance shows to the project; Magnum looks at it "
     "again on every change"},
    {400, "Adding a new attribute", {NULL}, "this Magnum does not know the attribute yet"},
    {400, "Unknown attribute", {NULL}, "this Magnum does not know the attribute yet"},
    {403,
     "client error occurred",
     {NULL},
     "Magnum could not ask another service: that is a fault of its configuration or of the catalog "
     "(region_name and endpoint_type in its [..._client] sections), not of your rights"},
    {403,
     "Not authorized to set public or hidden",
     {"public", "hidden"},
     "these need the role admin (Magnum's policy clustertemplate:publish)"},
    {403, "Not authorized for image", {"image_id"}, "the project may not use this image"},
    {403, "Policy doesn't allow", {NULL}, "that needs the role member in the template's project"},
    {409, "Multiple images exist", {"image_id"}, "give the ID of the image"},
    {409, "external networks exist", {"external_network_id"}, "give the ID of the network"},
    {409, "Multiple networks exist", {"fixed_network"}, "give the ID of the network"},
    {409, "Multiple subnets exist", {"fixed_subnet"}, "give the ID of the subnet"},
};

/* What was sent for an attribute; borrowed; NULL: nothing. */
static const json_t *sent(const struct magnum_item *item, const char *attribute)
{
    const json_t *value = json_object_get(item->body, attribute);
    return value ? value : js_get(item->differences, attribute, "after", NULL);
}

/* "flavor_id: "x", master_flavor_id: "y": " of what was sent. Owned. */
static char *blamed(const struct magnum_item *item, const struct row *row)
{
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; i < array_length(row->attributes) && row->attributes[i]; i++) {
        const json_t *value = sent(item, row->attributes[i]);
        auto_free char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        if (text)
            buf_printf(&out, "%s%s: %s", out.size ? ", " : "",
                       field_of_attribute(row->attributes[i])->option, text);
    }
    if (out.size)
        buf_add_str(&out, "; ");
    return buf_steal(&out);
}

static bool hint_by_text(const struct magnum_item *item, struct error **err)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        if ((rows[i].status && rows[i].status != (*err)->code) ||
            !strcasestr((*err)->message, rows[i].text))
            continue;
        auto_free char *about = blamed(item, &rows[i]);
        error_append(err, "\n(%s%s)", about, rows[i].hint);
        return true;
    }
    return false;
}

void magnum_hint(const struct magnum *magnum, const struct magnum_item *item, struct error **err)
{
    if (!err || !*err || hint_by_text(item, err))
        return;
    int code = (*err)->code;
    bool flavors =
        js_str(item->body, "flavor_id", NULL) && js_str(item->body, "master_flavor_id", NULL);
    if (code == 500 && item->action == ACTION_CREATE && !flavors)
        error_append(err, "\n(Magnum 20.0.2 fails so when a template is created without flavor_id "
                          "and master_flavor_id: give both)");
    if (code == 404 && item->foreign && magnum->admin)
        error_append(err,
                     "\n(it is a private template of another project: Magnum lets an admin read "
                     "and delete it, but changes it only with a token for its project)");
}
