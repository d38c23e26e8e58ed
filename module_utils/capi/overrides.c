#include "capi/overrides.h"

#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "json/js_merge.h"

/* ---- which */

static bool contains_text(const json_t *list, const char *text)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_iterable(list), index, item)
        if (str_equal(json_string_value(item), text))
            return true;
    return false;
}

static json_t *container_of(const json_t *override, const json_t *deployment)
{
    const char *wanted = js_str(override, "container", NULL);
    return js_find(js_get(deployment, "spec", "template", "spec", "containers", NULL), "name",
                   wanted ? wanted : "manager");
}

static bool fits(const json_t *override, const char *label, const json_t *deployment)
{
    const json_t *providers = json_object_get(override, "providers");
    if (json_array_size(providers) && !contains_text(providers, label))
        return false;
    if (!str_equal(js_str(deployment, "kind", NULL), "Deployment"))
        return false;
    const char *name = js_str(override, "deployment", NULL);
    if (name)
        return str_equal(name, js_str(deployment, "metadata", "name", NULL));
    return container_of(override, deployment) != NULL;
}

bool capi_overrides_concern(const json_t *overrides, const char *label, const json_t *deployment)
{
    size_t index = 0;
    json_t *override = NULL;
    json_array_foreach (js_iterable(overrides), index, override)
        if (fits(override, label, deployment))
            return true;
    return false;
}

/* ---- merging */

/* The member NAME of PARENT, made an empty object or list where it is none. */
static json_t *make(json_t *parent, const char *name, bool list)
{
    json_t *there = json_object_get(parent, name);
    if (list ? json_is_array(there) : json_is_object(there))
        return there;
    json_t *made = list ? json_array() : json_object();
    json_object_set_new(parent, name, made);
    return made;
}

/* A value of a label or of the environment is a text, whatever YAML made of it. */
static json_t *as_text(const json_t *value)
{
    if (json_is_string(value))
        return json_string(json_string_value(value));
    auto_free char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    return json_string(text);
}

static void merge_texts(json_t *into, const json_t *texts)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(texts), key, value)
        json_object_set_new(into, key, as_text(value));
}

static void merge_tolerations(json_t *into, const json_t *tolerations)
{
    size_t index = 0;
    json_t *wanted = NULL;
    json_array_foreach (js_iterable(tolerations), index, wanted) {
        bool there = false;
        for (size_t i = 0; i < json_array_size(into) && !there; i++)
            there = js_equal(json_array_get(into, i), wanted);
        if (!there)
            json_array_append_new(into, json_deep_copy(wanted));
    }
}

static void set_variable(json_t *list, const char *name, const json_t *value)
{
    json_t *entry = json_pack("{ss so}", "name", name, "value", as_text(value));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_equal(js_str(json_array_get(list, i), "name", NULL), name)) {
            json_array_set_new(list, i, entry);
            return;
        }
    json_array_append_new(list, entry);
}

static void merge_container(json_t *container, const json_t *override)
{
    const json_t *env = json_object_get(override, "env");
    const json_t *resources = json_object_get(override, "resources");
    const char *key = NULL;
    json_t *value = NULL;
    if (json_object_size(env)) {
        json_t *list = make(container, "env", true);
        json_object_foreach (js_iterable(env), key, value)
            set_variable(list, key, value);
    }
    if (json_object_size(resources))
        json_object_set_new(container, "resources",
                            js_merge(json_object_get(container, "resources"), resources));
}

/* CONTAINER may be NULL. */
static void merge_one(json_t *deployment, json_t *container, const json_t *override)
{
    json_t *spec = make(deployment, "spec", false);
    json_t *replicas = json_object_get(override, "replicas");
    if (json_is_integer(replicas))
        json_object_set(spec, "replicas", replicas);
    const json_t *selector = json_object_get(override, "node_selector");
    const json_t *tolerations = json_object_get(override, "tolerations");
    json_t *pod = make(make(spec, "template", false), "spec", false);
    if (json_object_size(selector))
        merge_texts(make(pod, "nodeSelector", false), selector);
    if (json_array_size(tolerations))
        merge_tolerations(make(pod, "tolerations", true), tolerations);
    if (container)
        merge_container(container, override);
}

static void merge_all(const json_t *overrides, const char *label, json_t *deployment)
{
    size_t index = 0;
    json_t *override = NULL;
    json_array_foreach (js_iterable(overrides), index, override)
        if (fits(override, label, deployment))
            merge_one(deployment, container_of(override, deployment), override);
}

void capi_overrides_merge(const json_t *overrides, const char *label, json_t *objects)
{
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach (objects, index, object)
        merge_all(overrides, label, object);
}

bool capi_overrides_hold(const json_t *overrides, const char *label, const json_t *deployment)
{
    json_auto_t *wanted = json_deep_copy(deployment);
    merge_all(overrides, label, wanted);
    return js_equal(wanted, deployment);
}

/* ---- the body of an apply */

/* The entry for CONTAINER in a body that holds what is set and no more. */
static json_t *body_container(json_t *body, const json_t *container)
{
    if (!container)
        return NULL;
    const char *name = js_str(container, "name", NULL);
    json_t *pod = make(make(make(body, "spec", false), "template", false), "spec", false);
    json_t *list = make(pod, "containers", true);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_equal(js_str(json_array_get(list, i), "name", NULL), name))
            return json_array_get(list, i);
    json_array_append_new(list, json_pack("{ss}", "name", name));
    return json_array_get(list, json_array_size(list) - 1);
}

/* A list of tolerations and a node selector belong to one manager as a whole: what others put
 * there has to be in the body, or it would go. */
static void keep_atomic(json_t *pod, const json_t *override, const json_t *deployment)
{
    const json_t *there = js_get(deployment, "spec", "template", "spec", NULL);
    const json_t *tolerations = json_object_get(there, "tolerations");
    const json_t *selector = json_object_get(there, "nodeSelector");
    if (json_array_size(json_object_get(override, "tolerations")) && tolerations)
        merge_tolerations(make(pod, "tolerations", true), tolerations);
    if (json_object_size(json_object_get(override, "node_selector")) && selector)
        merge_texts(make(pod, "nodeSelector", false), selector);
}

/* Before any of the overrides is merged: what one sets is not undone for another's sake. */
static void keep_all(const json_t *overrides, const char *label, const json_t *deployment,
                     json_t *body)
{
    size_t index = 0;
    json_t *override = NULL;
    json_array_foreach (js_iterable(overrides), index, override)
        if (fits(override, label, deployment))
            keep_atomic(make(make(make(body, "spec", false), "template", false), "spec", false),
                        override, deployment);
}

static bool sets_container(const json_t *override)
{
    return json_object_size(json_object_get(override, "env")) ||
           json_object_size(json_object_get(override, "resources"));
}

json_t *capi_overrides_body(const json_t *overrides, const char *label, const json_t *deployment)
{
    json_t *body =
        json_pack("{ss ss s{so* so*}}", "apiVersion", "apps/v1", "kind", "Deployment", "metadata",
                  "name", json_incref(js_get(deployment, "metadata", "name", NULL)), "namespace",
                  json_incref(js_get(deployment, "metadata", "namespace", NULL)));
    keep_all(overrides, label, deployment, body);
    size_t index = 0;
    json_t *override = NULL;
    json_array_foreach (js_iterable(overrides), index, override) {
        if (!fits(override, label, deployment))
            continue;
        const json_t *container =
            sets_container(override) ? container_of(override, deployment) : NULL;
        merge_one(body, body_container(body, container), override);
    }
    return body;
}
