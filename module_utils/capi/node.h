/*
 * One object of a management cluster: its identity, the facts that decide what becomes of it, and
 * its body as text. Values of all objects at once would take many times the memory of the texts.
 *
 * Reads one object; knows no other. Links between nodes are made by capi/graph.h, decisions by
 * capi/select.h and capi/sequence.h, who write the last part of the struct.
 */
#ifndef CAPI_NODE_H
#define CAPI_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/kinds.h"

struct capi_node;

#define CAPI_PAUSED_ANNOTATION "cluster.x-k8s.io/paused"
/* Ours: the run that paused a Cluster or ClusterClass. */
#define CAPI_PAUSED_BY "capi-backup/paused-by"
/* Ours: on what a restore has paused and means to resume, until it has: which archive it is from.
 */
#define CAPI_RESTORING "capi-backup/restoring"

/* One entry of metadata.ownerReferences, as it is written there. Strings are owned. */
struct capi_owner {
    char *uid, *api_version, *kind, *name;
    int controller, block;  /* 1, 0, or -1 where the field is absent */
    struct capi_node *node; /* borrowed, never NULL once the graph is linked */
};

/* Something that a body refers to by name. Strings are owned, NULL where not given. */
struct capi_target {
    char *group, *kind, *namespace_, *name;
};

void capi_target_clear(struct capi_target *target);

/* Of a Cluster. */
struct capi_cluster {
    char *class_name, *class_namespace; /* NULL without topology */
    struct capi_target infrastructure, control_plane;
    char *identity_name;                     /* topology variable clusterIdentityRefName, or NULL */
    char *magnum_uuid;                       /* label cluster-uuid, or NULL */
    bool infrastructure_ready;               /* provisioned */
    bool initialized_condition;              /* ControlPlaneInitialized is True */
    bool control_plane_ready;                /* status says so; only matters with control_plane */
    bool paused;                             /* spec.paused */
    size_t machines, control_plane_machines; /* filled in by capi/gate.h */
    struct strv reasons;                     /* why it is not ready; filled in by capi/gate.h */
};

/* Why a node travels. */
enum capi_why {
    CAPI_WHY_NONE,
    CAPI_WHY_FORCE,    /* its kind or itself is labelled, or it heads a hierarchy */
    CAPI_WHY_OWNER,    /* an owner's hierarchy */
    CAPI_WHY_SOFT,     /* the same without ownerReferences: by name or by class */
    CAPI_WHY_EXTRA,    /* cloud-config Secrets, extra_resources */
    CAPI_WHY_IDENTITY, /* a credential that something selected uses */
};
/* "none", "force", "owner", "soft", "extra", "identity". Static. */
const char *capi_why_text(enum capi_why why);

/* Why a node that was seen does not travel. */
enum capi_skip {
    CAPI_SKIP_NONE,
    CAPI_SKIP_NO_TENANT,
    CAPI_SKIP_OWNER_NOT_IN_SET, /* an owner, or an owner's owner, does not travel */
    CAPI_SKIP_CYCLE,
    CAPI_SKIP_FILTERED,  /* the user wants other clusters, or no unused classes */
    CAPI_SKIP_NOT_READY, /* of a cluster that is not ready, with readiness: skip */
};
/* "no-tenant", "owner-not-in-set", "cycle", "filtered", "not-ready"; "" for none. Static. */
const char *capi_skip_text(enum capi_skip skip);

struct capi_node {
    /* ---- identity; owned. namespace_ is "" for cluster-scoped objects. Of a node that is not
     * observed: what the first reference to it says, namespace_ "". */
    char *uid, *api_version, *kind, *namespace_, *name;
    const char *group; /* borrowed from a copy that the node owns: "" for core */
    char *group_owned;
    bool observed; /* false: only referred to */

    /* ---- facts */
    const struct capi_kind *type; /* borrowed; NULL for kinds that were not discovered */
    char *text; /* owned: the body as the bytes of an object file, without "\n", but with room for
                   it before the NUL */
    size_t text_size;
    char *resource_version;
    long long generation;      /* 0 where the kind has none */
    struct capi_owner *owners; /* owned; duplicates of one uid collapsed, the last wins */
    size_t owner_count;
    bool move, hierarchy; /* labels of the object itself */
    bool global;          /* cluster-scoped */
    bool deleting;
    bool sensitive;              /* holds secrets as a whole: core Secret */
    bool paused_annotation;      /* cluster.x-k8s.io/paused */
    bool labelled_control_plane; /* cluster.x-k8s.io/control-plane */
    bool has_node;               /* of a Machine: it is running */
    bool restoring;              /* CAPI_RESTORING */
    char *paused_by;             /* CAPI_PAUSED_BY, or NULL */
    char *cluster_name; /* of a ClusterResourceSetBinding, of a Machine: spec.clusterName */
    struct capi_cluster *cluster;  /* owned; NULL for other kinds */
    struct capi_target *templates; /* owned: what a ClusterClass refers to */
    size_t template_count;
    struct capi_target
        identity; /* spec.identityRef (also of a template); kind "Secret" or another */
    char *secret_ref, *secret_ref_namespace; /* spec.secretRef of an identity, or NULL */
    char digest[65]; /* of what must not change while a backup is read (capi/snapshot.h) */
    size_t origin;   /* the list that it came from (capi/snapshot.h); the caller's otherwise */

    bool wanted; /* the user named it (extra_resources): survives links and decisions */

    /* ---- links, written by capi_graph_link */
    struct capi_node **soft_owners; /* owned list of borrowed nodes */
    size_t soft_owner_count;
    struct capi_node **dependents; /* owned list: (softly) owned by this node */
    size_t dependent_count;
    struct capi_node **tenants; /* owned list: heads of hierarchies that it is part of */
    size_t tenant_count;
    bool global_hierarchy;

    /* ---- decisions, written by capi/select.h and capi/sequence.h */
    enum capi_why why; /* NONE: it does not travel */
    enum capi_skip skip;
    bool detached;      /* travels without those owners that do not: extras and identities */
    size_t group_index; /* from 1: place in the order of creation; 0: none */

    void *owner; /* the user's own, e.g. what a restore knows of it */
    size_t mark; /* scratch of the walk under way */
};

/*
 * Reads VALUE, an object with apiVersion, kind and metadata. KINDS may be NULL; borrowed for the
 * life of the node. The value is not kept and not changed; a missing uid becomes "". ERROR_PARSE.
 */
struct capi_node *capi_node_new(const json_t *value, const struct capi_kinds *kinds,
                                struct error **err) must_check;
void capi_node_free(struct capi_node *node);
define_cleanup(capi_node, struct capi_node *, capi_node_free)
#define auto_capi_node cleanup_with(capi_node_cleanup)

/* The body as a value, owned. ERROR_INTERNAL. */
json_t *capi_node_parse(const struct capi_node *node, struct error **err) must_check;
/* True for that kind of that group, in any version. */
bool capi_node_is(const struct capi_node *node, const char *group, const char *kind);
bool capi_node_is_cluster(const struct capi_node *node);
bool capi_node_is_class(const struct capi_node *node);
/* "Cluster ns/name", "OpenStackClusterIdentity name": for messages. Owned. */
char *capi_node_label(const struct capi_node *node) must_check;
/* By group, kind, namespace, name, uid; as strcmp. */
int capi_node_compare(const struct capi_node *a, const struct capi_node *b);

/*
 * SHA-256 of what must stay the same while a backup is read, from the metadata alone: uid,
 * generation, labels, annotations, ownerReferences, finalizers, deletionTimestamp, and the
 * resourceVersion of kinds without generation. Our own pause does not count.
 */
void capi_metadata_digest(const json_t *metadata, char out[65]);

#endif
