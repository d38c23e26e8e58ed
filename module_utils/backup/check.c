#include "backup/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/select.h"
#include "capi/sequence.h"
#include "crypto/pem.h"
#include "crypto/secret.h"
#include "json/js_get.h"
#include "yaml/ym_read.h"

#define CLUSTER_SECRET "cluster.x-k8s.io/secret"

struct checking {
    struct backup_contents *contents;
    struct strv *problems;
};

static void add(struct checking *checking, const struct capi_node *node, const char *format, ...)
    printf_like(3, 4);

static void add(struct checking *checking, const struct capi_node *node, const char *format, ...)
{
    auto_free char *label = capi_node_label(node);
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    strv_printf(checking->problems, "%s: %s", label, text);
}

/* ---- owners and order */

static void check_owners(struct checking *checking, const struct capi_node *node)
{
    for (size_t i = 0; i < node->owner_count; i++) {
        const struct capi_owner *owner = &node->owners[i];
        if (!owner->node || !owner->node->observed)
            add(checking, node, "its owner %s %s is not in the archive", owner->kind, owner->name);
    }
}

static void check_place(struct checking *checking, const struct capi_node *node)
{
    long long saved = 0;
    if (node->skip == CAPI_SKIP_CYCLE)
        add(checking, node, "it owns itself by way of others");
    else if (js_int(backup_entry(node), &saved, "group_index", NULL) &&
             saved != (long long)node->group_index)
        add(checking, node, "the manifest has it in group %lld, its owners in group %zu", saved,
            node->group_index);
}

static int place_all(struct checking *checking, struct error **err)
{
    struct capi_graph *graph = &checking->contents->graph;
    const struct capi_select_options options = {
        .unused_classes = true, .cloud_configs = true, .identities = true};
    if (capi_select(graph, &options, err) < 0)
        return -1;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->observed) {
            struct capi_node *node = graph->nodes[i];
            node->why = node->why == CAPI_WHY_NONE ? CAPI_WHY_EXTRA : node->why;
            node->skip = CAPI_SKIP_NONE;
            node->detached = true;
        }
    capi_sequence(graph);
    return 0;
}

/* ---- clusters */

static void check_cluster(struct checking *checking, const struct capi_node *cluster)
{
    auto_capi_lacks struct capi_lacks lacks = {0};
    bool was_up = backup_cluster_was_up(checking->contents, cluster);
    capi_graph_lacks(&checking->contents->graph, cluster, &lacks);
    for (size_t i = 0; i < lacks.count; i++)
        strv_printf(was_up ? checking->problems : &checking->contents->warnings,
                    "Cluster %s/%s: %s is not in the archive", cluster->namespace_, cluster->name,
                    lacks.items[i].what);
}

/* ---- Secrets */

/* What stands under KEY, decoded: 1, 0 when there is nothing, -1 when it is no base64. */
static int value_of(const json_t *secret, const char *key, struct secret *out)
{
    const json_t *text = js_get(secret, "data", key, NULL);
    struct buf bytes;
    auto_error struct error *ignored = NULL; /* the answer says it */
    buf_init(&bytes);
    if (!json_is_string(text))
        return 0;
    int result = base64_decode(json_string_value(text), json_string_length(text), &bytes, &ignored);
    if (result == 0)
        secret_set(out, buf_str(&bytes), bytes.size);
    buf_wipe(&bytes);
    return result < 0 ? -1 : 1;
}

static void check_pair(struct checking *checking, const struct capi_node *node,
                       const json_t *secret)
{
    static const char *const texts[] = {
        [PEM_OTHER_KEY] = "tls.key belongs to another certificate",
        [PEM_KEY_ENCRYPTED] = "tls.key is encrypted",
        [PEM_KEY_BAD] = "tls.key is no private key",
        [PEM_CERTIFICATE_BAD] = "tls.crt is no certificate",
    };
    auto_secret struct secret certificate = {0};
    auto_secret struct secret key = {0};
    if (value_of(secret, "tls.crt", &certificate) <= 0) {
        add(checking, node, "tls.crt is missing");
        return;
    }
    /* Cluster API keeps a bare public key for service accounts, Magnum a certificate. */
    bool bare = str_ends_with(node->name, "-sa") &&
                str_contains(secret_peek(&certificate), "-----BEGIN PUBLIC KEY-----");
    if (value_of(secret, "tls.key", &key) <= 0 || bare) {
        if (!bare)
            add(checking, node, "tls.key is missing");
        return;
    }
    enum pem_fit fit = pem_key_fits(secret_peek(&certificate), secret_peek(&key));
    if (fit != PEM_FITS)
        add(checking, node, "%s", texts[fit]);
}

/* Its first document as an object that has the list LIST or the object OBJECT. */
static json_t *read_yaml(const struct secret *text)
{
    auto_error struct error *ignored = NULL; /* it quotes the text */
    json_auto_t *documents = ym_read_core(secret_peek(text), text->size, "", NULL, &ignored);
    return json_incref(json_array_get(documents, 0));
}

static void check_kubeconfig(struct checking *checking, const struct capi_node *node,
                             const json_t *secret)
{
    auto_secret struct secret text = {0};
    if (value_of(secret, "value", &text) <= 0) {
        add(checking, node, "value, the kubeconfig, is missing");
        return;
    }
    json_auto_t *config = read_yaml(&text);
    if (json_array_size(js_get(config, "clusters", NULL)) == 0)
        add(checking, node, "value is no kubeconfig");
}

static bool uses(const struct capi_node *node, const struct capi_node *secret)
{
    return node->observed && str_equal(node->identity.name, secret->name) &&
           (!node->identity.kind || str_equal(node->identity.kind, "Secret")) &&
           str_equal(node->namespace_, secret->namespace_);
}

/* The cloud that the infrastructure of some cluster wants of SECRET, owned, or NULL. */
static char *cloud_of(const struct checking *checking, const struct capi_node *secret)
{
    const struct capi_graph *graph = &checking->contents->graph;
    for (size_t i = 0; i < graph->count; i++) {
        auto_error struct error *ignored = NULL; /* it was parsed before */
        if (!uses(graph->nodes[i], secret))
            continue;
        json_auto_t *value = capi_node_parse(graph->nodes[i], &ignored);
        const char *name = js_str(value, "spec", "identityRef", "cloudName", NULL);
        if (name)
            return xstrdup(name);
    }
    return NULL;
}

static void check_clouds(struct checking *checking, const struct capi_node *node,
                         const json_t *secret)
{
    auto_secret struct secret text = {0};
    auto_free char *cloud = cloud_of(checking, node);
    if (!cloud && !str_ends_with(node->name, "-cloud-config"))
        return;
    if (value_of(secret, "clouds.yaml", &text) <= 0) {
        add(checking, node, "clouds.yaml is missing");
        return;
    }
    json_auto_t *clouds = read_yaml(&text);
    if (!json_is_object(js_get(clouds, "clouds", NULL)))
        add(checking, node, "clouds.yaml holds no clouds");
    else if (cloud && !js_get(clouds, "clouds", cloud, NULL))
        add(checking, node, "clouds.yaml has no cloud %s", cloud);
}

static int check_secret(struct checking *checking, const struct capi_node *node, struct error **err)
{
    json_auto_t *secret = capi_node_parse(node, err);
    if (!secret)
        return -1;
    bool ours = str_equal(js_str(secret, "type", NULL), CLUSTER_SECRET);
    if (ours && str_ends_with(node->name, "-kubeconfig"))
        check_kubeconfig(checking, node, secret);
    else if (ours && js_get(secret, "data", "tls.crt", NULL))
        check_pair(checking, node, secret);
    check_clouds(checking, node, secret);
    return 0;
}

/* ---- */

int backup_check(struct backup_contents *contents, struct strv *problems, struct error **err)
{
    struct checking checking = {.contents = contents, .problems = problems};
    const struct capi_graph *graph = &contents->graph;
    if (place_all(&checking, err) < 0)
        return -1;
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (!node->observed)
            continue;
        check_owners(&checking, node);
        check_place(&checking, node);
        if (node->cluster)
            check_cluster(&checking, node);
        if (node->sensitive && check_secret(&checking, node, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- dates */

static void add_date(json_t *list, const struct capi_node *node, const char *key,
                     const struct secret *text)
{
    auto_pem_certificate struct pem_certificate certificate = {0};
    auto_error struct error *none = NULL; /* then there is no date */
    if (pem_certificate_read(secret_peek(text), &certificate, &none) < 0)
        return;
    auto_free char *name = xasprintf("%s/%s", node->namespace_, node->name);
    json_array_append_new(list, json_pack("{ss ss ss}", "secret", name, "key", key, "not_after",
                                          certificate.not_after_text));
}

static int earliest_first(const void *a, const void *b)
{
    return strcmp(js_str(*(json_t *const *)a, "not_after", NULL),
                  js_str(*(json_t *const *)b, "not_after", NULL));
}

static json_t *sorted(const json_t *list)
{
    size_t count = json_array_size(list);
    auto_free json_t **items = xcalloc(count + 1, sizeof(*items));
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++)
        items[i] = json_array_get(list, i);
    if (count)
        qsort(items, count, sizeof(*items), earliest_first);
    for (size_t i = 0; i < count; i++)
        json_array_append(out, items[i]);
    return out;
}

json_t *backup_expires(const struct backup_contents *contents)
{
    json_auto_t *list = json_array();
    for (size_t i = 0; i < contents->graph.count; i++) {
        const struct capi_node *node = contents->graph.nodes[i];
        auto_error struct error *ignored = NULL; /* it was parsed before */
        auto_secret struct secret text = {0};
        if (!node->observed || !node->sensitive)
            continue;
        json_auto_t *secret = capi_node_parse(node, &ignored);
        if (value_of(secret, "tls.crt", &text) > 0)
            add_date(list, node, "tls.crt", &text);
    }
    return sorted(list);
}
