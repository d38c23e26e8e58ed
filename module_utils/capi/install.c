#include "capi/install.h"

#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/overrides.h"
#include "json/js_get.h"

void capi_install_init(struct capi_install *install, struct kube_client *client,
                       struct kube_discovery *discovery, const struct capi_put_options *options)
{
    *install = (struct capi_install){0};
    capi_puts_init(&install->objects, client, discovery, options);
    capi_puts_init(&install->records, client, discovery, options);
}

void capi_install_clear(struct capi_install *install)
{
    capi_puts_clear(&install->objects);
    capi_puts_clear(&install->records);
    capi_entries_clear(&install->entries);
    *install = (struct capi_install){0};
}

/* ---- cutting down */

static void keep_only(json_t *object, const char *const *names, size_t count)
{
    const char *key = NULL;
    json_t *value = NULL;
    void *next = NULL;
    json_object_foreach_safe (object, next, key, value) {
        bool keep = false;
        for (size_t i = 0; i < count && !keep; i++)
            keep = str_equal(key, names[i]);
        if (!keep)
            json_object_del(object, key);
    }
}

static void slim(json_t *object)
{
    static const char *const top[] = {"apiVersion", "kind", "metadata", "spec"};
    static const char *const spec[] = {"group", "names", "versions"};
    static const char *const version[] = {"name", "storage", "served"};
    keep_only(object, top, array_length(top));
    if (!str_equal(js_str(object, "kind", NULL), "CustomResourceDefinition")) {
        json_object_del(object, "spec");
        return;
    }
    keep_only(json_object_get(object, "spec"), spec, array_length(spec));
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(object, "spec", "versions", NULL), index, item)
        keep_only(item, version, array_length(version));
}

/* ---- */

int capi_install_add(struct capi_install *install, struct capi_components *components,
                     const json_t *overrides, struct error **err)
{
    size_t group = install->entries.count;
    size_t index = 0;
    json_t *object = NULL;
    capi_overrides_merge(overrides, components->label, components->objects);
    json_array_foreach (components->objects, index, object) {
        if (capi_puts_add(&install->objects, object, CAPI_WAY_MERGE, group, err) < 0) {
            error_wrap(err, "%s", components->source);
            return -1;
        }
        slim(object);
    }
    capi_entries_add(&install->entries, components->type, components->name,
                     components->target_namespace, components->version);
    json_auto_t *record = capi_entry_object(&install->entries.items[group]);
    return capi_puts_add(&install->records, record, CAPI_WAY_MERGE, group, err);
}

int capi_install_observe(struct capi_install *install, struct error **err)
{
    if (capi_puts_observe(&install->objects, err) < 0)
        return -1;
    return capi_puts_observe(&install->records, err);
}

/* Writes the record of one provider; those behind it wait until it is there. */
static int record(struct capi_install *install, size_t position, struct error **err)
{
    struct capi_puts *records = &install->records;
    auto_free enum capi_put_stage *stages =
        xcalloc(records->count + 1, sizeof(enum capi_put_stage));
    size_t failed = SIZE_MAX;
    for (size_t i = position + 1; i < records->count; i++) {
        stages[i] = records->items[i].stage;
        records->items[i].stage = CAPI_PUT_DONE;
    }
    int result = capi_puts_run(records, &failed, err);
    for (size_t i = position + 1; i < records->count; i++)
        records->items[i].stage = stages[i];
    if (result < 0 || failed == SIZE_MAX)
        return result;
    capi_puts_error(records, failed, err);
    return -1;
}

int capi_install_run(struct capi_install *install, struct error **err)
{
    size_t failed = SIZE_MAX;
    if (capi_puts_run(&install->objects, &failed, err) < 0)
        return -1;
    for (size_t i = 0; i < install->records.count && i < failed; i++) {
        if (record(install, i, err) < 0)
            return -1;
        install->recorded = i + 1;
    }
    if (failed == SIZE_MAX)
        return 0;
    capi_puts_error(&install->objects, failed, err);
    return -1;
}
