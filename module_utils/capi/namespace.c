#include "capi/namespace.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_write.h"

static const char injection[] = "cert-manager.io/inject-ca-from";
static const char *const owner_labels[] = {"clusterctl.cluster.x-k8s.io",
                                           "cluster.x-k8s.io/provider"};

static const char *const cluster_scoped[] = {
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "CertificateSigningRequest",
    "ClusterRoleBinding",
    "ClusterRole",
    "VolumeAttachment",
    "StorageClass",
    "CSIDriver",
    "CSINode",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "CustomResourceDefinition",
    "PriorityClass",
    "RuntimeClass",
};

bool capi_kind_is_cluster_scoped(const char *kind)
{
    for (size_t i = 0; i < array_length(cluster_scoped); i++)
        if (str_equal(cluster_scoped[i], kind))
            return true;
    return false;
}

static const char *kind_of(const json_t *object)
{
    const char *kind = js_str(object, "kind", NULL);
    return kind ? kind : "";
}

static const char *name_of(const json_t *object)
{
    const char *name = js_str(object, "metadata", "name", NULL);
    return name ? name : "";
}

/* The member KEY of OBJECT as an object, made when it is none; borrowed. */
static json_t *child(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (json_is_object(value))
        return value;
    value = json_object();
    json_object_set_new(object, key, value);
    return value;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_string(text));
}

int capi_namespace_find(const json_t *objects, char **name, struct error **err)
{
    const char *found = NULL;
    size_t i = 0;
    json_t *object = NULL;
    json_array_foreach (js_iterable(objects), i, object) {
        if (strcmp(kind_of(object), "Namespace") != 0)
            continue;
        if (found) {
            error_make(err, ERROR_USAGE,
                       "Invalid manifest. There should be no more than one resource with Kind "
                       "Namespace in the provider components yaml");
            return -1;
        }
        found = name_of(object);
    }
    *name = found ? xstrdup(found) : NULL;
    return 0;
}

/* ---- rewriting one object; each of these gets the object and the namespace to come */

static int fix_namespace(json_t *object, const char *target, struct error **err)
{
    (void)err;
    set_text(child(object, "metadata"), "name", target);
    return 0;
}

static int fix_subjects(json_t *object, const char *target, struct error **err)
{
    size_t i = 0;
    json_t *subject = NULL;
    (void)err;
    json_array_foreach (js_get(object, "subjects", NULL), i, subject)
        if (!str_empty(js_str(subject, "namespace", NULL)))
            set_text(subject, "namespace", target);
    return 0;
}

static int fix_injection(json_t *object, const char *target, struct error **err)
{
    json_t *annotations = js_get(object, "metadata", "annotations", NULL);
    const char *value = js_str(annotations, injection, NULL);
    if (!value)
        return 0;
    const char *slash = strchr(value, '/');
    if (!slash || strchr(slash + 1, '/')) {
        error_make(err, ERROR_PARSE, "object %s %s does not have a correct value for %s",
                   kind_of(object), name_of(object), injection);
        return -1;
    }
    auto_free char *moved = xasprintf("%s%s", target, slash);
    set_text(annotations, injection, moved);
    return 0;
}

/* "v1" of "g/v1", when it is a version that can be rewritten; else NULL with an error. */
static const char *known_version(const json_t *object, struct error **err)
{
    const char *version = js_str(object, "apiVersion", NULL);
    const char *slash = version ? strrchr(version, '/') : NULL;
    const char *last = slash ? slash + 1 : version ? version : "";
    if (strcmp(last, "v1") == 0 || strcmp(last, "v1beta1") == 0)
        return last;
    error_make(err, ERROR_PARSE, "failed to patch %s %s", last, kind_of(object));
    return NULL;
}

static void fix_service(json_t *service, const char *target)
{
    if (json_is_object(service))
        set_text(service, "namespace", target);
}

static int fix_webhooks(json_t *object, const char *target, struct error **err)
{
    size_t i = 0;
    json_t *webhook = NULL;
    if (fix_injection(object, target, err) < 0 || !known_version(object, err))
        return -1;
    json_array_foreach (js_get(object, "webhooks", NULL), i, webhook)
        fix_service(js_get(webhook, "clientConfig", "service", NULL), target);
    return 0;
}

static int fix_definition(json_t *object, const char *target, struct error **err)
{
    if (fix_injection(object, target, err) < 0)
        return -1;
    const char *version = known_version(object, err);
    if (!version)
        return -1;
    json_t *conversion = js_get(object, "spec", "conversion", NULL);
    fix_service(strcmp(version, "v1") == 0
                    ? js_get(conversion, "webhook", "clientConfig", "service", NULL)
                    : js_get(conversion, "webhookClientConfig", "service", NULL),
                target);
    return 0;
}

/* NAME with the first ".OLD." in place of ".TARGET.", owned, or NULL when it holds none. */
static char *moved_name(const char *name, const char *old, const char *target)
{
    auto_free char *what = xasprintf(".%s.", old);
    const char *found = name ? strstr(name, what) : NULL;
    if (!found)
        return NULL;
    return xasprintf("%.*s.%s.%s", (int)(found - name), name, target, found + strlen(what));
}

/* Before the object itself is moved: its old namespace is what the names hold. */
static int fix_certificate(json_t *object, const char *target, struct error **err)
{
    json_t *names = js_get(object, "spec", "dnsNames", NULL);
    const char *old = js_str(object, "metadata", "namespace", NULL);
    size_t i = 0;
    json_t *name = NULL;
    if (names && !json_is_array(names)) {
        auto_free char *shown = json_is_string(names) ? xstrdup(json_string_value(names))
                                                      : js_write_dup(names, 0, NULL);
        error_make(err, ERROR_PARSE,
                   "failed to get .spec.dnsNames from Certificate %s/%s: .spec.dnsNames accessor "
                   "error: %s is of the type %s, expected []interface{}",
                   target, name_of(object), shown ? shown : "", js_type_name(names));
        return -1;
    }
    json_array_foreach (names, i, name) {
        auto_free char *moved = moved_name(json_string_value(name), old ? old : "", target);
        if (moved)
            json_array_set_new(names, i, json_string(moved));
    }
    return 0;
}

static const struct fix_row {
    const char *kind;
    int (*fix)(json_t *object, const char *target, struct error **err);
} fixes[] = {
    {"Namespace", fix_namespace},
    {"ClusterRoleBinding", fix_subjects},
    {"RoleBinding", fix_subjects},
    {"MutatingWebhookConfiguration", fix_webhooks},
    {"ValidatingWebhookConfiguration", fix_webhooks},
    {"CustomResourceDefinition", fix_definition},
    {"Certificate", fix_certificate},
};

static int fix_object(json_t *object, const char *target, struct error **err)
{
    const char *kind = kind_of(object);
    for (size_t i = 0; i < array_length(fixes); i++)
        if (strcmp(fixes[i].kind, kind) == 0 && fixes[i].fix(object, target, err) < 0)
            return -1;
    if (!capi_kind_is_cluster_scoped(kind))
        set_text(child(object, "metadata"), "namespace", target);
    return 0;
}

int capi_namespace_set(json_t *objects, const char *target, struct error **err)
{
    bool there = false;
    size_t i = 0;
    json_t *object = NULL;
    json_array_foreach (objects, i, object)
        there |= strcmp(kind_of(object), "Namespace") == 0;
    if (!there)
        json_array_append_new(objects, json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind",
                                                 "Namespace", "metadata", "name", target));
    json_array_foreach (objects, i, object)
        if (fix_object(object, target, err) < 0)
            return -1;
    return 0;
}

/* Labels that are no map of texts are read as none at all, as in clusterctl. */
static bool are_texts(const json_t *labels)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(labels), key, value)
        if (!json_is_string(value))
            return false;
    return true;
}

void capi_labels_set(json_t *objects, const char *label)
{
    size_t i = 0;
    json_t *object = NULL;
    json_array_foreach (objects, i, object) {
        json_t *labels = child(child(object, "metadata"), "labels");
        if (!are_texts(labels))
            json_object_clear(labels);
        set_text(labels, owner_labels[0], "");
        set_text(labels, owner_labels[1], label);
    }
}

/* ---- order */

enum place { PLACE_FIRST, PLACE_CERTIFICATES, PLACE_REST };

static enum place place_of(const json_t *object)
{
    const char *version = js_str(object, "apiVersion", NULL);
    if (strcmp(kind_of(object), "Namespace") == 0)
        return PLACE_FIRST;
    return version && str_starts_with(version, "cert-manager.io/") ? PLACE_CERTIFICATES
                                                                   : PLACE_REST;
}

json_t *capi_creation_order(const json_t *objects)
{
    json_t *ordered = json_array();
    size_t count = json_array_size(objects);
    for (enum place place = PLACE_FIRST; place <= PLACE_REST; place++) {
        for (size_t i = 0; i < count; i++) {
            size_t at = place == PLACE_CERTIFICATES ? count - 1 - i : i;
            json_t *object = json_array_get(objects, at);
            if (place_of(object) == place)
                json_array_append(ordered, object);
        }
    }
    return ordered;
}
