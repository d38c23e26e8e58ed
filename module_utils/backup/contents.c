#include "backup/contents.h"

#include <stdlib.h>
#include <string.h>

#include "backup/documents.h"
#include "backup/draft.h"
#include "backup/manifest_read.h"
#include "backup/osa.h"
#include "backup/sums.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "json/js_equal.h"
#include "json/js_get.h"

struct reading {
    struct backup_contents *contents;
    const struct backup_read_options *options;
    const struct capi_kinds *kinds; /* borrowed: of the manifest or of the options */
    struct backup_osa *osa;
    json_t *seen;    /* owned: uid, and identity of an object → digest of its text */
    json_t *entries; /* owned: path → entry of the manifest */
    char *folder;    /* owned: where the objects of the archive are, "" or "x/" */
    bool nameless;   /* an object has no uid */
};

/* ---- manifest */

static int read_kinds(struct reading *reading, struct error **err)
{
    struct capi_kinds *kinds = &reading->contents->kinds;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(reading->contents->manifest, "crds", NULL), index, item)
        if (capi_kinds_add_json(kinds, item, err) < 0) {
            error_wrap(err, BACKUP_MANIFEST ": crds");
            return -1;
        }
    capi_kinds_add_core(kinds);
    return 0;
}

static int read_manifest(struct reading *reading, const struct backup_members *members,
                         struct error **err)
{
    const struct backup_member *member = NULL;
    for (size_t i = 0; i < members->count && !member; i++)
        if (str_equal(members->items[i].path, BACKUP_MANIFEST))
            member = &members->items[i];
    reading->kinds = reading->options->kinds;
    if (member) {
        if (backup_sums_check(members, err) < 0)
            return -1;
        reading->contents->manifest = backup_manifest_read(member->bytes, member->size, err);
        if (!reading->contents->manifest ||
            backup_sums_check_manifest(members, reading->contents->manifest, err) < 0)
            return -1;
    }
    if (read_kinds(reading, err) < 0)
        return -1;
    if (member || !reading->kinds)
        reading->kinds = &reading->contents->kinds;
    reading->contents->known = reading->kinds;
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_get(reading->contents->manifest, "objects", NULL), index, entry)
        json_object_set(reading->entries, js_str(entry, "path", NULL), entry);
    return 0;
}

/* ---- objects */

static int twice(const struct capi_node *node, const char *what, struct error **err)
{
    auto_free char *label = capi_node_label(node);
    error_make(err, ERROR_PARSE,
               "%s: another object in the archive has the same %s but is not the "
               "same",
               label, what);
    return -1;
}

/* 1 when the same object was seen under KEY before, 0 when it is new, -1 when another one was. */
static int note_seen(struct reading *reading, const struct capi_node *node, const char *key,
                     const char *digest, const char *what, struct error **err)
{
    const char *before = js_str(reading->seen, key, NULL);
    if (before)
        return str_equal(before, digest) ? 1 : twice(node, what, err);
    json_object_set_new(reading->seen, key, json_string(digest));
    return 0;
}

/* The same for its uid and for its name. */
static int is_known(struct reading *reading, const struct capi_node *node, struct error **err)
{
    auto_free char *digest = sha256_hex(node->text, node->text_size);
    auto_free char *identity =
        xasprintf("%s/%s/%s/%s", node->group, node->kind, node->namespace_, node->name);
    int known = note_seen(reading, node, identity, digest, "name", err);
    if (known != 0 || str_empty(node->uid))
        return known;
    auto_free char *uid = xasprintf("uid %s", node->uid);
    return note_seen(reading, node, uid, digest, "uid", err);
}

static int check_entry(const struct capi_node *node, const json_t *entry, struct error **err)
{
    if (!entry || (str_equal(js_str(entry, "kind", NULL), node->kind) &&
                   str_equal(js_str(entry, "api_version", NULL), node->api_version) &&
                   str_equal(js_str(entry, "name", NULL), node->name) &&
                   str_equal(js_str(entry, "namespace", NULL), node->namespace_) &&
                   str_equal(js_str(entry, "uid", NULL), node->uid)))
        return 0;
    error_make(err, ERROR_PARSE, "it is not the object that the manifest speaks of");
    return -1;
}

static int add_object(struct reading *reading, const json_t *value, json_t *entry,
                      struct error **err)
{
    struct backup_contents *contents = reading->contents;
    auto_capi_node struct capi_node *node = capi_node_new(value, reading->kinds, err);
    if (!node || check_entry(node, entry, err) < 0)
        return -1;
    int known = is_known(reading, node, err);
    if (known != 0)
        return known < 0 ? -1 : 0;
    reading->nameless = reading->nameless || str_empty(node->uid);
    node->owner = entry;
    capi_graph_add_take(&contents->graph, steal_ptr(node));
    contents->count++;
    return 0;
}

static int add_file(struct reading *reading, const struct backup_member *member, const char *name,
                    struct error **err)
{
    json_t *entry = json_object_get(reading->entries, member->path);
    json_auto_t *documents =
        backup_documents(name, member->bytes, member->size, &reading->contents->warnings, err);
    if (!documents)
        return -1;
    size_t index = 0;
    json_t *value = NULL;
    json_array_foreach (documents, index, value)
        if (add_object(reading, value, entry, err) < 0) {
            error_wrap(err, "%s", name);
            return -1;
        }
    if (json_array_size(documents) == 0)
        strv_printf(&reading->contents->warnings, "%s is empty", name);
    return 0;
}

/* ---- files */

/* Objects of one backup are in one folder: the name of a file in it, borrowed, or NULL. */
static const char *name_in_folder(struct reading *reading, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    if (!reading->folder)
        reading->folder = xmemdup(path, length);
    bool same = strlen(reading->folder) == length && strncmp(path, reading->folder, length) == 0;
    return same ? path + length : NULL;
}

static int is_unknown(struct reading *reading, const char *path, struct error **err)
{
    if (reading->options->ignore_unknown) {
        strv_printf(&reading->contents->warnings, "%s was passed over", path);
        return 0;
    }
    error_make(err, ERROR_PARSE,
               "%s is not a file of a backup; ignore_unknown_files passes such files over", path);
    return -1;
}

static bool is_object_name(const char *name)
{
    return str_ends_with(name, ".yaml") || str_ends_with(name, ".yml") ||
           str_ends_with(name, ".json");
}

static int read_member(struct reading *reading, const struct backup_member *member,
                       struct error **err)
{
    if (str_equal(member->path, BACKUP_MANIFEST) || str_equal(member->path, BACKUP_SUMS))
        return 0;
    const char *name = name_in_folder(reading, member->path);
    if (!name)
        return is_unknown(reading, member->path, err);
    if (backup_osa_is_file(name)) {
        backup_osa_read(reading->osa, name, member->bytes, member->size);
        return 0;
    }
    if (!is_object_name(name))
        return is_unknown(reading, member->path, err);
    return add_file(reading, member, name, err);
}

static int read_members(struct reading *reading, struct backup_members *members, struct error **err)
{
    for (size_t i = 0; i < members->count; i++) {
        if (read_member(reading, &members->items[i], err) < 0)
            return -1;
        backup_member_drop(&members->items[i]);
    }
    /* A manifest may say that there was nothing to save; of a legacy archive nobody knows. */
    if (reading->contents->count || reading->contents->manifest)
        return 0;
    error_make(err, ERROR_PARSE, "there is no object in it");
    return -1;
}

/* ---- credentials of OpenStack-Ansible */

/* The Cluster of that name, wherever it is. */
static const struct capi_node *cluster_named(const struct capi_graph *graph, const char *name)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->observed && graph->nodes[i]->cluster &&
            str_equal(graph->nodes[i]->name, name))
            return graph->nodes[i];
    return NULL;
}

static int compare_secret(struct reading *reading, const struct capi_node *there,
                          const json_t *secret, struct error **err)
{
    json_auto_t *value = capi_node_parse(there, err);
    if (!value)
        return -1;
    if (!js_equal(json_object_get(value, "data"), json_object_get(secret, "data")))
        strv_printf(&reading->contents->warnings,
                    "Secret %s/%s: the text files beside it hold something else; the object counts",
                    there->namespace_, there->name);
    return 0;
}

static int add_credentials(struct reading *reading, const char *name, struct error **err)
{
    const struct capi_graph *graph = &reading->contents->graph;
    const struct capi_node *cluster = cluster_named(graph, name);
    if (!cluster) {
        strv_printf(&reading->contents->warnings,
                    "the credentials of %s were passed over: there is no Cluster of that name",
                    name);
        return 0;
    }
    json_auto_t *secret =
        backup_osa_secret(reading->osa, name, cluster->namespace_, cluster->cluster->magnum_uuid);
    if (!secret)
        return 0;
    const struct capi_node *there = capi_graph_find(graph, "", "Secret", cluster->namespace_,
                                                    js_str(secret, "metadata", "name", NULL));
    /* With a manifest their digests have been compared, and both come from one Secret. */
    if (there && reading->contents->manifest)
        return 0;
    if (there)
        return compare_secret(reading, there, secret, err);
    return add_object(reading, secret, NULL, err);
}

static int add_all_credentials(struct reading *reading, struct error **err)
{
    const char *name = NULL;
    for (size_t i = 0; (name = backup_osa_cluster(reading->osa, i)); i++)
        if (add_credentials(reading, name, err) < 0)
            return -1;
    return 0;
}

/* ---- links */

/* What refers to an object without uid cannot be attached to the one that will be made. */
static int check_nameless(const struct reading *reading, struct error **err)
{
    const struct capi_graph *graph = &reading->contents->graph;
    for (size_t i = 0; reading->nameless && i < graph->count; i++) {
        const struct capi_node *referred = graph->nodes[i];
        if (referred->observed)
            continue;
        for (size_t j = 0; j < graph->count; j++) {
            const struct capi_node *node = graph->nodes[j];
            if (!node->observed || *node->uid || !str_equal(node->kind, referred->kind) ||
                !str_equal(node->name, referred->name))
                continue;
            auto_free char *label = capi_node_label(node);
            error_make(err, ERROR_PARSE, "%s has no uid, but other objects refer to it", label);
            return -1;
        }
    }
    return 0;
}

/* ---- */

static int read_all(struct reading *reading, struct backup_members *members, struct error **err)
{
    if (read_manifest(reading, members, err) < 0 || read_members(reading, members, err) < 0 ||
        add_all_credentials(reading, err) < 0)
        return -1;
    capi_graph_link(&reading->contents->graph);
    return check_nameless(reading, err);
}

int backup_contents_read(struct backup_contents *contents, struct backup_members *members,
                         const struct backup_read_options *options, struct error **err)
{
    *contents = (struct backup_contents){0};
    capi_graph_init(&contents->graph);
    auto_backup_osa struct backup_osa *osa = backup_osa_new();
    struct reading reading = {
        .contents = contents,
        .options = options,
        .osa = osa,
        .seen = json_object(),
        .entries = json_object(),
    };
    int result = read_all(&reading, members, err);
    json_decref(reading.seen);
    json_decref(reading.entries);
    free(reading.folder);
    if (result < 0)
        backup_contents_clear(contents);
    return result;
}

void backup_contents_clear(struct backup_contents *contents)
{
    capi_graph_clear(&contents->graph);
    capi_kinds_clear(&contents->kinds);
    json_decref(contents->manifest);
    strv_clear(&contents->warnings);
    *contents = (struct backup_contents){0};
}

/* ---- clusters */

const json_t *backup_cluster_entry(const struct backup_contents *contents,
                                   const struct capi_node *node)
{
    return js_find(js_get(contents->manifest, "clusters", NULL), "uid", node->uid);
}

/* A Cluster that scales is not ready either, but has everything. */
bool backup_cluster_was_up(const struct backup_contents *contents, const struct capi_node *node)
{
    const json_t *entry = backup_cluster_entry(contents, node);
    bool up = node->cluster->infrastructure_ready && node->cluster->initialized_condition;
    return !node->deleting && (up || !json_is_false(js_get(entry, "ready", NULL)));
}
