/* Manifests that have to be there before a provider starts: see clusterctl_init/states.h. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/components.h"
#include "clusterctl_init/states.h"
#include "fs/file.h"
#include "json/js_get.h"

/* As tasks that wrote these manifests with k8s_apply or kubernetes.core did. */
#define MANAGER "ansible"

enum { MAX_BYTES = 64 << 20 };

/* `clusterctl move` discovers the kinds of definitions with the first label, and takes objects of
 * those with the second along, with what they own. */
static void make_movable(json_t *object)
{
    if (!str_equal(js_str(object, "kind", NULL), "CustomResourceDefinition"))
        return;
    json_t *labels = json_pack("{s{s{ss ss}}}", "metadata", "labels", "clusterctl.cluster.x-k8s.io",
                               "", "clusterctl.cluster.x-k8s.io/move-hierarchy", "");
    json_object_update_recursive(object, labels);
    json_decref(labels);
}

static void set_image(json_t *object, const char *image)
{
    size_t index = 0;
    json_t *container = NULL;
    json_array_foreach (js_get(object, "spec", "template", "spec", "containers", NULL), index,
                        container)
        if (str_equal(js_str(container, "name", NULL), "manager"))
            json_object_set_new(container, "image", json_string(image));
}

static int add_manifest(struct cc *cc, const json_t *manifest, struct error **err)
{
    const char *path = js_str(manifest, "src", NULL);
    const char *image = js_str(manifest, "image", NULL);
    auto_buf struct buf bytes;
    buf_init(&bytes);
    if (file_read(path, MAX_BYTES, &bytes, err) < 0)
        return -1;
    json_auto_t *objects = capi_manifest_read(buf_str(&bytes), bytes.size, path, err);
    if (!objects)
        return -1;
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach (objects, index, object) {
        if (js_true(manifest, "movable", NULL))
            make_movable(object);
        if (!str_empty(image))
            set_image(object, image);
        if (capi_puts_add(&cc->extra.puts, object, CAPI_WAY_APPLY, 0, err) < 0)
            return -1;
    }
    return 0;
}

/* A manifest for a provider that the task does not name is not needed. */
static bool is_needed(const struct cc *cc, const char *label)
{
    for (size_t i = 0; i < cc->count; i++)
        if (str_equal(cc->items[i].label, label))
            return true;
    return false;
}

int cc_extra_observe(struct cc *cc, struct error **err)
{
    struct capi_put_options options = cc_put_options(cc, &capi_put_manifest_words);
    options.manager = MANAGER;
    capi_puts_init(&cc->extra.puts, cc->client, cc->discovery, &options);
    size_t index = 0;
    json_t *manifest = NULL;
    json_array_foreach (js_iterable(cc->args.extra_manifests), index, manifest) {
        if (!is_needed(cc, js_str(manifest, "before", NULL)))
            continue;
        if (add_manifest(cc, manifest, err) < 0) {
            error_wrap(err, "extra_manifests, entry %zu", index + 1);
            return -1;
        }
    }
    return capi_puts_observe(&cc->extra.puts, err);
}

int cc_extra_apply(struct cc *cc, struct error **err)
{
    size_t failed = SIZE_MAX;
    if (capi_puts_run(&cc->extra.puts, &failed, err) < 0)
        return -1;
    if (failed == SIZE_MAX)
        return 0;
    capi_puts_error(&cc->extra.puts, failed, err);
    return -1;
}
