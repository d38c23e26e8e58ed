/*
 * The identity of a Kubernetes object and the address that discovery gives it. Objects
 * themselves stay json_t.
 */
#ifndef KUBE_OBJECT_H
#define KUBE_OBJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* What discovery says of one kind. Everything is borrowed from the discovery cache. */
struct kube_resource {
    const char *group; /* "" for the core group */
    const char *version;
    const char *kind;
    const char *plural;
    bool namespaced;
    bool can_get;
    bool can_patch;
    bool can_create;
    bool plain_status; /* no subresource "status": status is a field like any other */
};

/* One object of a task. */
struct kube_object {
    json_t *value; /* owned */
    const char *api_version, *kind, *name, *generate_name,
        *namespace_;               /* borrowed from value, NULL when absent */
    size_t document;               /* position of its document in the input, from 1 */
    struct kube_resource resource; /* plural is NULL while unresolved */
};

/* Takes VALUE over and reads its identity; nothing is checked. */
void kube_object_init_take(struct kube_object *object, json_t *value_take);
void kube_object_clear(struct kube_object *object);
/* Reads the identity again after VALUE was changed. */
void kube_object_refresh(struct kube_object *object);

/* "ConfigMap t/a", "Namespace t", "Pod t/a-*" for a generated name; owned. */
char *kube_object_label(const struct kube_object *object) must_check;

/* Splits "apps/v1" into group and version; the core group is "". Both owned. */
void kube_split_api_version(const char *api_version, char **group, char **version);

/* True when the object is a core v1 Secret. */
bool kube_is_secret(const json_t *value);

/*
 * Adds the path of a collection, "/apis/apps/v1/namespaces/t/deployments", or with NAME that of
 * an object. NAMESPACE is left out for cluster-scoped resources or when NULL. Every part is
 * percent-encoded.
 */
void kube_resource_path(struct buf *out, const struct kube_resource *resource,
                        const char *namespace_, const char *name);
/* The same of VALUE, which has metadata. */
void kube_resource_path_of(struct buf *out, const struct kube_resource *resource,
                           const json_t *value);

/* "/api/v1" or "/apis/GROUP/VERSION", owned. */
char *kube_group_path(const char *group, const char *version) must_check;

/* 0 when VALUE is what servers send as an object: a JSON object whose metadata is one. ERROR_PARSE.
 */
int kube_object_check(const json_t *value, struct error **err) must_check;

#endif
