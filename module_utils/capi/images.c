/* The images of Deployments and DaemonSets. See capi/image.h. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/image.h"
#include "json/js_get.h"

/* Only these: clusterctl looks into no Job, CronJob or StatefulSet. */
static const struct kind_row {
    const char *kind;
    const char *shown; /* in messages; the second is misspelt upstream too */
} kinds[] = {{"Deployment", "deployment"}, {"DaemonSet", "deamonSet"}};

static const struct list_row {
    const char *member;
    const char *context;
} lists[] = {
    {"containers", "failed to fix containers"},
    {"initContainers", "failed to fix init containers"},
};

static const struct kind_row *row_of(const json_t *object)
{
    for (size_t i = 0; i < array_length(kinds); i++)
        if (str_equal(js_str(object, "kind", NULL), kinds[i].kind))
            return &kinds[i];
    return NULL;
}

static json_t *list_of(const json_t *object, const char *member)
{
    return js_get(object, "spec", "template", "spec", member, NULL);
}

static void replace(char **part, const char *with)
{
    if (!with)
        return;
    mem_cleanup_free(part);
    *part = xstrdup(with);
}

static int fix_container(json_t *container, const char *component, const struct capi_config *config,
                         struct error **err)
{
    struct capi_image_override override;
    auto_capi_image struct capi_image image = {0};
    const char *text = js_str(container, "image", NULL);
    const char *name = js_str(container, "name", NULL);
    if (capi_image_parse(text ? text : "", &image, err) < 0) {
        error_wrap(err, "failed to fix image for container %s", name ? name : "");
        return -1;
    }
    capi_config_image(config, component, image.name, &override);
    replace(&image.repository, override.repository);
    replace(&image.name, override.name);
    replace(&image.tag, override.tag);
    auto_free char *fixed = capi_image_text(&image);
    if (!str_equal(fixed, text))
        json_object_set_new(container, "image", json_string(fixed));
    return 0;
}

static int fix_object(const json_t *object, const char *component, const struct capi_config *config,
                      struct error **err)
{
    for (size_t i = 0; i < array_length(lists); i++) {
        size_t j = 0;
        json_t *container = NULL;
        json_array_foreach (list_of(object, lists[i].member), j, container) {
            if (fix_container(container, component, config, err) < 0) {
                error_wrap(err, "%s", lists[i].context);
                return -1;
            }
        }
    }
    return 0;
}

/* clusterctl knows workloads of apps/v1 only. */
static int check_version(const json_t *object, struct error **err)
{
    const char *version = js_str(object, "apiVersion", NULL);
    const char *kind = js_str(object, "kind", NULL);
    if (str_equal(version, "apps/v1"))
        return 0;
    const char *slash = version ? strrchr(version, '/') : NULL;
    error_make(err, ERROR_PARSE, "converting (%s.%s) to (v1.%s): unknown conversion",
               slash     ? slash + 1
               : version ? version
                         : "",
               kind, kind);
    return -1;
}

int capi_images_override(json_t *objects, const char *component, const struct capi_config *config,
                         struct error **err)
{
    size_t i = 0;
    json_t *object = NULL;
    json_array_foreach (objects, i, object) {
        const struct kind_row *row = row_of(object);
        if (!row)
            continue;
        if (check_version(object, err) < 0)
            return -1;
        if (fix_object(object, component, config, err) < 0) {
            const char *name = js_str(object, "metadata", "name", NULL);
            error_wrap(err, "failed to fix containers in %s %s", row->shown, name ? name : "");
            return -1;
        }
    }
    return 0;
}

void capi_images_list(const json_t *objects, struct strv *images)
{
    size_t i = 0;
    json_t *object = NULL;
    json_array_foreach (js_iterable(objects), i, object) {
        for (size_t j = 0; row_of(object) && j < array_length(lists); j++) {
            size_t k = 0;
            json_t *container = NULL;
            json_array_foreach (list_of(object, lists[j].member), k, container) {
                const char *image = js_str(container, "image", NULL);
                if (image)
                    strv_add_once(images, image);
            }
        }
    }
    strv_sort(images);
}
