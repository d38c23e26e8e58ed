#include "capi/node_priv.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/object.h"

/* ---- targets */

void capi_target_clear(struct capi_target *target)
{
    free(target->group);
    free(target->kind);
    free(target->namespace_);
    free(target->name);
    *target = (struct capi_target){0};
}

static char *dup_or_null(const char *text)
{
    return str_empty(text) ? NULL : xstrdup(text);
}

/* A reference of either contract: {apiVersion, kind, namespace, name} or {apiGroup, kind, name}. */
static void read_target(struct capi_target *out, const json_t *reference, const char *namespace_)
{
    const char *group = js_str(reference, "apiGroup", NULL);
    const char *api_version = js_str(reference, "apiVersion", NULL);
    const char *own = js_str(reference, "namespace", NULL);
    out->kind = dup_or_null(js_str(reference, "kind", NULL));
    out->name = dup_or_null(js_str(reference, "name", NULL));
    if (!out->name && !out->kind)
        return;
    out->namespace_ = xstrdup(str_empty(own) ? namespace_ : own);
    if (group) {
        out->group = xstrdup(group);
        return;
    }
    auto_free char *version = NULL;
    kube_split_api_version(api_version ? api_version : "", &out->group, &version);
}

/* ---- Cluster */

static bool has_condition(const json_t *value, const char *type)
{
    const json_t *condition = js_find(js_get(value, "status", "conditions", NULL), "type", type);
    return str_equal(js_str(condition, "status", NULL), "True");
}

static void read_class(struct capi_cluster *cluster, const json_t *topology, const char *namespace_)
{
    const char *name = js_str(topology, "classRef", "name", NULL);
    const char *where = js_str(topology, "classRef", "namespace", NULL);
    if (!name) {
        name = js_str(topology, "class", NULL);
        where = js_str(topology, "classNamespace", NULL);
    }
    if (str_empty(name))
        return;
    cluster->class_name = xstrdup(name);
    cluster->class_namespace = xstrdup(str_empty(where) ? namespace_ : where);
}

static char *read_identity_name(const json_t *topology)
{
    const json_t *variables = js_get(topology, "variables", NULL);
    return dup_or_null(js_str(js_find(variables, "name", "clusterIdentityRefName"), "value", NULL));
}

static void read_cluster(struct capi_node *node, const json_t *value)
{
    struct capi_cluster *cluster = xcalloc(1, sizeof(*cluster));
    node->cluster = cluster;
    const json_t *spec = json_object_get(value, "spec");
    const json_t *status = json_object_get(value, "status");
    const json_t *topology = json_object_get(spec, "topology");
    read_class(cluster, topology, node->namespace_);
    cluster->identity_name = read_identity_name(topology);
    read_target(&cluster->infrastructure, json_object_get(spec, "infrastructureRef"),
                node->namespace_);
    read_target(&cluster->control_plane, json_object_get(spec, "controlPlaneRef"),
                node->namespace_);
    cluster->magnum_uuid = dup_or_null(js_str(value, "metadata", "labels", "cluster-uuid", NULL));
    cluster->paused = js_true(spec, "paused", NULL);
    cluster->infrastructure_ready =
        js_true(status, "initialization", "infrastructureProvisioned", NULL) ||
        js_true(status, "infrastructureReady", NULL);
    cluster->control_plane_ready =
        js_true(status, "initialization", "controlPlaneInitialized", NULL) ||
        js_true(status, "controlPlaneReady", NULL);
    cluster->initialized_condition = has_condition(value, "ControlPlaneInitialized");
}

static void clear_cluster(struct capi_cluster *cluster)
{
    if (!cluster)
        return;
    free(cluster->class_name);
    free(cluster->class_namespace);
    free(cluster->identity_name);
    free(cluster->magnum_uuid);
    capi_target_clear(&cluster->infrastructure);
    capi_target_clear(&cluster->control_plane);
    strv_clear(&cluster->reasons);
    free(cluster);
}

/* ---- ClusterClass: everything below spec that is called ref or templateRef */

static void add_template(struct capi_node *node, const json_t *reference)
{
    struct capi_target target = {0};
    read_target(&target, reference, node->namespace_);
    if (!target.name || !target.kind) {
        capi_target_clear(&target);
        return;
    }
    node->templates =
        xreallocarray(node->templates, node->template_count + 1, sizeof(*node->templates));
    node->templates[node->template_count++] = target;
}

static void find_templates(struct capi_node *node, const json_t *value)
{
    const char *key = NULL;
    size_t index = 0;
    json_t *member = NULL;
    json_array_foreach (js_iterable(value), index, member)
        find_templates(node, member);
    if (!json_is_object(value))
        return;
    json_object_foreach (js_iterable(value), key, member) {
        if (str_equal(key, "ref") || str_equal(key, "templateRef"))
            add_template(node, member);
        else
            find_templates(node, member);
    }
}

static void read_class_templates(struct capi_node *node, const json_t *spec)
{
    static const char *const parts[] = {"infrastructure", "controlPlane", "workers"};
    for (size_t i = 0; i < array_length(parts); i++)
        find_templates(node, json_object_get(spec, parts[i]));
}

/* ---- credentials */

/* CAPO says type, others say kind; neither means a Secret. */
static void read_identity_ref(struct capi_node *node, const json_t *reference)
{
    const char *name = js_str(reference, "name", NULL);
    const char *kind = js_str(reference, "kind", NULL);
    if (str_empty(name))
        return;
    if (str_equal(js_str(reference, "type", NULL), "ClusterIdentity"))
        kind = "OpenStackClusterIdentity";
    bool secret = !kind || str_equal(kind, "Secret");
    node->identity = (struct capi_target){
        .group = xstrdup(secret ? "" : node->group),
        .kind = xstrdup(secret ? "Secret" : kind),
        .namespace_ = xstrdup(secret ? node->namespace_ : ""),
        .name = xstrdup(name),
    };
}

static void read_infrastructure(struct capi_node *node, const json_t *spec)
{
    const json_t *reference = json_object_get(spec, "identityRef");
    if (!reference)
        reference = js_get(spec, "template", "spec", "identityRef", NULL);
    read_identity_ref(node, reference);
    node->secret_ref = dup_or_null(js_str(spec, "secretRef", "name", NULL));
    node->secret_ref_namespace = dup_or_null(js_str(spec, "secretRef", "namespace", NULL));
}

/* ---- */

void capi_node_read_facts(struct capi_node *node, const json_t *value)
{
    const json_t *spec = json_object_get(value, "spec");
    if (capi_node_is(node, CAPI_GROUP, "Cluster")) {
        read_cluster(node, value);
    } else if (capi_node_is_class(node)) {
        read_class_templates(node, spec);
    } else if (capi_node_is(node, CAPI_GROUP, "Machine")) {
        node->cluster_name = dup_or_null(js_str(spec, "clusterName", NULL));
        node->has_node = !str_empty(js_str(value, "status", "nodeRef", "name", NULL));
    } else if (capi_node_is(node, CAPI_GROUP_ADDONS, "ClusterResourceSetBinding")) {
        node->cluster_name = dup_or_null(js_str(spec, "clusterName", NULL));
    } else if (str_equal(node->group, CAPI_GROUP_INFRASTRUCTURE)) {
        read_infrastructure(node, spec);
    }
}

void capi_node_clear_facts(struct capi_node *node)
{
    clear_cluster(node->cluster);
    for (size_t i = 0; i < node->template_count; i++)
        capi_target_clear(&node->templates[i]);
    free(node->templates);
    capi_target_clear(&node->identity);
    free(node->cluster_name);
    free(node->secret_ref);
    free(node->secret_ref_namespace);
}
