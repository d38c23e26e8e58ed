#include "kube/object.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"

void kube_object_refresh(struct kube_object *object)
{
    object->api_version = js_str(object->value, "apiVersion", NULL);
    object->kind = js_str(object->value, "kind", NULL);
    object->name = js_str(object->value, "metadata", "name", NULL);
    object->generate_name = js_str(object->value, "metadata", "generateName", NULL);
    object->namespace_ = js_str(object->value, "metadata", "namespace", NULL);
}

void kube_object_init_take(struct kube_object *object, json_t *value_take)
{
    *object = (struct kube_object){.value = value_take};
    kube_object_refresh(object);
}

void kube_object_clear(struct kube_object *object)
{
    json_decref(object->value);
    *object = (struct kube_object){0};
}

char *kube_object_label(const struct kube_object *object)
{
    const char *kind = object->kind ? object->kind : "object";
    const char *name = object->name ? object->name : object->generate_name;
    const char *star = object->name || !object->generate_name ? "" : "*";
    if (!name)
        name = "(no name)";
    if (str_empty(object->namespace_))
        return xasprintf("%s %s%s", kind, name, star);
    return xasprintf("%s %s/%s%s", kind, object->namespace_, name, star);
}

void kube_split_api_version(const char *api_version, char **group, char **version)
{
    const char *slash = strchr(api_version, '/');
    *group = slash ? xmemdup(api_version, (size_t)(slash - api_version)) : xstrdup("");
    *version = xstrdup(slash ? slash + 1 : api_version);
}

bool kube_is_secret(const json_t *value)
{
    return str_equal(js_str(value, "kind", NULL), "Secret") &&
           str_equal(js_str(value, "apiVersion", NULL), "v1");
}

static void add_group_path(struct buf *out, const char *group, const char *version)
{
    if (str_empty(group)) {
        buf_add_str(out, "/api/");
    } else {
        buf_add_str(out, "/apis/");
        url_escape(out, group);
        buf_add_char(out, '/');
    }
    url_escape(out, version);
}

char *kube_group_path(const char *group, const char *version)
{
    struct buf path;
    buf_init(&path);
    add_group_path(&path, group, version);
    return buf_steal(&path);
}

void kube_resource_path(struct buf *out, const struct kube_resource *resource,
                        const char *namespace_, const char *name)
{
    add_group_path(out, resource->group, resource->version);
    if (resource->namespaced && !str_empty(namespace_)) {
        buf_add_str(out, "/namespaces/");
        url_escape(out, namespace_);
    }
    buf_add_char(out, '/');
    url_escape(out, resource->plural);
    if (name) {
        buf_add_char(out, '/');
        url_escape(out, name);
    }
}

void kube_resource_path_of(struct buf *out, const struct kube_resource *resource,
                           const json_t *value)
{
    kube_resource_path(out, resource, js_str(value, "metadata", "namespace", NULL),
                       js_str(value, "metadata", "name", NULL));
}

int kube_object_check(const json_t *value, struct error **err)
{
    if (json_is_object(json_object_get(value, "metadata")))
        return 0;
    error_make(err, ERROR_PARSE,
               "the API server's answer is JSON, but no object with metadata: is this the address "
               "of an API server?");
    return -1;
}
