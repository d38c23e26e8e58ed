/* State images: see clusterctl_init/states.h. */
#include "capi/image.h"
#include "clusterctl_init/states.h"

static int add_cert_manager(struct cc *cc, struct error **err)
{
    if (cc->inventory.cert_manager_namespace || cc->args.cert_manager_mode == CC_CM_SKIP)
        return 0;
    struct capi_cert_manager settings;
    capi_config_cert_manager(cc->capi, cc->generation, &settings);
    json_auto_t *objects = capi_cert_manager_load(cc->repositories, &settings, err);
    if (!objects)
        return -1;
    struct strv images;
    strv_init(&images);
    capi_images_list(objects, &images);
    for (size_t i = 0; i < images.count; i++)
        strv_add_once(&cc->images, images.items[i]);
    strv_clear(&images);
    return 0;
}

static int add_provider(struct cc *cc, enum capi_type type, const char *text, struct error **err)
{
    auto_capi_refs struct capi_refs refs = {0};
    if (capi_refs_add(&refs, type, text, err) < 0)
        return -1;
    if (!refs.count)
        return 0;
    auto_capi_components struct capi_components components = {0};
    if (capi_components_load_ref(cc->repositories, &refs.items[0], cc->args.target_namespace, true,
                                 &components, err) < 0)
        return -1;
    cc_note_components(cc, &components);
    return 0;
}

/* The core, bootstrap and control plane providers that a first run would add. */
static const char *default_name(enum capi_type type)
{
    static const char *const names[CAPI_TYPES] = {[CAPI_CORE] = "cluster-api",
                                                  [CAPI_BOOTSTRAP] = "kubeadm",
                                                  [CAPI_CONTROL_PLANE] = "kubeadm"};
    return names[type];
}

int cc_images_observe(struct cc *cc, struct error **err)
{
    if (capi_inventory_check_contract(&cc->inventory, cc->generation, false, false, err) < 0)
        return -1;
    cc->first_run = capi_entries_core_names(&cc->inventory.entries) != 1;
    for (int i = 0; i < CAPI_OTHER; i++) {
        enum capi_type type = (enum capi_type)i;
        const struct strv *texts = &cc->args.refs[type];
        const char *name = cc->first_run ? default_name(type) : NULL;
        if (!texts->count && name && add_provider(cc, type, name, err) < 0)
            return -1;
        for (size_t t = 0; t < texts->count; t++)
            if (add_provider(cc, type, texts->items[t], err) < 0)
                return -1;
    }
    if (add_cert_manager(cc, err) < 0)
        return -1;
    strv_sort(&cc->images);
    return 0;
}
