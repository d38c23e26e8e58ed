/*
 * The kinds whose objects belong to a management cluster, as clusterctl finds them: those of the
 * definitions that carry its label, and core Secrets and ConfigMaps. Knows no objects.
 */
#ifndef CAPI_KINDS_H
#define CAPI_KINDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "kube/client.h"
#include "kube/object.h"

#define CAPI_LABEL                "clusterctl.cluster.x-k8s.io"
#define CAPI_LABEL_MOVE           "clusterctl.cluster.x-k8s.io/move"
#define CAPI_LABEL_HIERARCHY      "clusterctl.cluster.x-k8s.io/move-hierarchy"
#define CAPI_GROUP                "cluster.x-k8s.io"
#define CAPI_GROUP_ADDONS         "addons.cluster.x-k8s.io"
#define CAPI_GROUP_INFRASTRUCTURE "infrastructure.cluster.x-k8s.io"

struct capi_kind {
    char *name; /* owned: of the definition; "" for the two core kinds */
    char *group, *kind, *plural;
    char *storage;      /* the version that is stored, in which objects are read */
    struct strv served; /* versions */
    bool storage_served;
    bool namespaced;
    bool move;         /* label move: objects travel without an owner */
    bool hierarchy;    /* label move-hierarchy, or one of the three built-in kinds */
    json_t *converter; /* owned: the clientConfig of the webhook that converts it, or NULL */
};

struct capi_kinds {
    struct capi_kind *items; /* owned; the two core kinds come last */
    size_t count;
};

/* Adds the kind of DEFINITION (apiextensions.k8s.io/v1) whatever its labels. ERROR_PARSE. */
int capi_kinds_add(struct capi_kinds *kinds, const json_t *definition, struct error **err)
    must_check;
/* Adds core v1 Secret and ConfigMap. */
void capi_kinds_add_core(struct capi_kinds *kinds);
/* Adds a kind that no definition was read of, unless it is there: its objects do not travel by
 * themselves. */
void capi_kinds_add_resource(struct capi_kinds *kinds, const struct kube_resource *resource);
/* Reads the labelled definitions of the server and adds the core kinds. ERROR_NOT_FOUND when no
 * definition has the label. */
int capi_kinds_read(struct capi_kinds *kinds, struct kube_client *client, struct error **err)
    must_check;
void capi_kinds_clear(struct capi_kinds *kinds);
#define auto_capi_kinds cleanup_with(capi_kinds_clear)

/* The kind of that group (any version), or NULL. Borrowed. */
const struct capi_kind *capi_kinds_find(const struct capi_kinds *kinds, const char *group,
                                        const char *kind);
/* The address of the storage version. Borrows from KIND. */
struct kube_resource capi_kind_resource(const struct capi_kind *kind);
/* As the manifest of an archive keeps it: {name, group, kind, plural, scope, storage, served[],
 * move, move_hierarchy}. New. */
json_t *capi_kind_json(const struct capi_kind *kind) must_check;
/* Adds the kind that such a value describes. ERROR_PARSE. */
int capi_kinds_add_json(struct capi_kinds *kinds, const json_t *value, struct error **err)
    must_check;

#endif
