#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "json/js_get.h"
#include "kube/kubeconfig_priv.h"
#include "yaml/ym_read.h"

enum { KUBECONFIG_LIMIT = 16 * 1024 * 1024 };

static const struct list_row {
    const char *list;
    const char *entry;
} rows[KUBE_ENTRY_KINDS] = {
    [KUBE_ENTRY_CLUSTER] = {"clusters", "cluster"},
    [KUBE_ENTRY_USER] = {"users", "user"},
    [KUBE_ENTRY_CONTEXT] = {"contexts", "context"},
};

void kube_merged_init(struct kube_merged *merged)
{
    memset(merged, 0, sizeof(*merged));
}

static void list_clear(struct kube_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        json_decref(list->items[i].entry);
        free(list->items[i].where);
        free(list->items[i].directory);
    }
    free(list->items);
}

void kube_merged_clear(struct kube_merged *merged)
{
    for (size_t i = 0; i < KUBE_ENTRY_KINDS; i++)
        list_clear(&merged->lists[i]);
    free(merged->current_context);
    strv_clear(&merged->read);
    strv_clear(&merged->missing);
    memset(merged, 0, sizeof(*merged));
}

/* The first entry NAME at or behind START: the first file that has one wins. */
static const struct kube_named *list_find(const struct kube_list *list, size_t start,
                                          const char *name)
{
    for (size_t i = start; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

static void list_add(struct kube_list *list, const char *name, const json_t *entry,
                     const char *where, const char *directory)
{
    list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
    list->items[list->count++] = (struct kube_named){
        .name = xstrdup(name),
        .entry = json_deep_copy(entry),
        .where = xstrdup(where),
        .directory = xstrdup(directory),
    };
}

static int check_header(const json_t *config, struct error **err)
{
    json_t *version = NULL;
    json_t *kind = NULL;
    if (js_want(config, "", JSON_OBJECT, NULL, err) ||
        js_want_lookup(config, "apiVersion", JSON_STRING, &version, err) < 0 ||
        js_want_lookup(config, "kind", JSON_STRING, &kind, err) < 0)
        return -1;
    const char *version_text =
        str_empty(json_string_value(version)) ? "v1" : json_string_value(version);
    const char *kind_text = str_empty(json_string_value(kind)) ? "Config" : json_string_value(kind);
    if (strcmp(version_text, "v1") == 0 && strcmp(kind_text, "Config") == 0)
        return 0;
    error_make(err, ERROR_PARSE,
               "no kind \"%s\" is registered for version \"%s\": a kubeconfig has "
               "apiVersion v1 and kind Config",
               kind_text, version_text);
    return -1;
}

/* Every entry is checked, also those that nobody will choose: kubectl decodes whole files. */
static int check_entry(enum kube_entry_kind kind, const json_t *entry, const char *where,
                       const char *directory, struct error **err)
{
    auto_kube_draft struct kube_draft scratch;
    kube_draft_init(&scratch);
    return kube_entry_read(kind, entry, where, directory, &scratch, err);
}

/* The list of one file on its way into the merged one, where its own entries begin at START. */
struct adding {
    enum kube_entry_kind kind;
    struct kube_list *list;
    size_t start;
    const char *directory;
};

/* ITEM stands at INDEX of its list. */
static int add_item(const struct adding *to, size_t index, const json_t *item, struct error **err)
{
    enum kube_entry_kind kind = to->kind;
    json_t *name = NULL;
    if (json_is_null(item))
        return 0;
    if (js_want(item, "", JSON_OBJECT, NULL, err) ||
        js_want_lookup(item, "name", JSON_STRING, &name, err) < 0) {
        error_wrap(err, "%s[%zu]", rows[kind].list, index);
        return -1;
    }
    auto_free char *where = xasprintf("%s[%zu].%s", rows[kind].list, index, rows[kind].entry);
    const char *name_text = name ? json_string_value(name) : "";
    const json_t *entry = js_get(item, rows[kind].entry, NULL);
    if (list_find(to->list, to->start, name_text)) {
        error_make(err, ERROR_PARSE, "%s: duplicate name \"%s\" in list", rows[kind].list,
                   name_text);
        return -1;
    }
    if (check_entry(kind, entry, where, to->directory, err))
        return -1;
    list_add(to->list, name_text, entry, where, to->directory);
    return 0;
}

static int add_list(enum kube_entry_kind kind, const json_t *config, const char *directory,
                    struct kube_list *list, struct error **err)
{
    json_t *items = NULL;
    const struct adding to = {kind, list, list->count, directory};
    if (js_want_lookup(config, rows[kind].list, JSON_ARRAY, &items, err) < 0)
        return -1;
    for (size_t i = 0; i < json_array_size(items); i++)
        if (add_item(&to, i, json_array_get(items, i), err))
            return -1;
    return 0;
}

static int add_config(struct kube_merged *merged, const json_t *config, const char *directory,
                      struct error **err)
{
    json_t *current = NULL;
    if (!config || json_is_null(config))
        return 0;
    if (check_header(config, err) ||
        js_want_lookup(config, "current-context", JSON_STRING, &current, err) < 0)
        return -1;
    for (size_t kind = 0; kind < KUBE_ENTRY_KINDS; kind++)
        if (add_list((enum kube_entry_kind)kind, config, directory, &merged->lists[kind], err))
            return -1;
    if (!merged->current_context && !str_empty(json_string_value(current)))
        merged->current_context = xstrdup(json_string_value(current));
    return 0;
}

int kube_merged_add(struct kube_merged *merged, const json_t *config, const char *source,
                    const char *directory, struct error **err)
{
    if (add_config(merged, config, directory, err) == 0)
        return 0;
    error_wrap(err, "error loading config file \"%s\"", source);
    return -1;
}

static int add_text(struct kube_merged *merged, const struct buf *text, const char *path,
                    struct error **err)
{
    json_auto_t *documents = ym_read(buf_str(text), text->size, path, NULL, err);
    if (!documents) {
        error_wrap(err, "error loading config file");
        return -1;
    }
    /* As kubectl: further documents are not looked at. */
    auto_free char *directory = kube_path_directory(path);
    return kube_merged_add(merged, json_array_get(documents, 0), path, directory, err);
}

static bool is_missing(const struct error *error)
{
    return error->kind == ERROR_IO && (error->code == ENOENT || error->code == ENOTDIR);
}

static int add_file(struct kube_merged *merged, const char *path, struct error **err)
{
    auto_buf struct buf text = {0};
    auto_error struct error *error = NULL;
    if (file_read(path, KUBECONFIG_LIMIT, &text, &error) == 0) {
        int result = add_text(merged, &text, path, err);
        buf_wipe(&text);
        if (result == 0)
            strv_add(&merged->read, path);
        return result;
    }
    if (is_missing(error)) {
        strv_add(&merged->missing, path);
        return 0;
    }
    error_move_take(err, steal_ptr(error));
    error_wrap(err, "error loading config file");
    return -1;
}

int kube_merged_add_files(struct kube_merged *merged, const struct strv *paths, struct error **err)
{
    for (size_t i = 0; i < paths->count; i++) {
        if (str_empty(paths->items[i]))
            continue;
        auto_free char *path = kube_path_absolute(paths->items[i]);
        if (strv_contains(&merged->read, path) || strv_contains(&merged->missing, path))
            continue;
        if (add_file(merged, path, err))
            return -1;
    }
    return 0;
}

void kube_merged_default_paths(struct strv *paths)
{
    const char *list = getenv("KUBECONFIG");
    if (!str_empty(list)) {
        strv_split(paths, list, ':');
        return;
    }
    auto_free char *home = kube_path_home();
    strv_printf(paths, "%s/.kube/config", home);
}

/* NAME of entry KIND; an empty or absent name reads nothing. */
static int read_entry(const struct kube_merged *merged, enum kube_entry_kind kind, const char *name,
                      struct kube_draft *draft, struct error **err)
{
    if (str_empty(name))
        return 0;
    const struct kube_named *found = list_find(&merged->lists[kind], 0, name);
    if (!found) {
        error_make(err, ERROR_USAGE, "%s \"%s\" was not found for context \"%s\"", rows[kind].entry,
                   name, draft->context);
        return -1;
    }
    return kube_entry_read(kind, found->entry, found->where, found->directory, draft, err);
}

static int refuse_context(const struct kube_merged *merged, const char *wanted, struct error **err)
{
    const struct kube_list *contexts = &merged->lists[KUBE_ENTRY_CONTEXT];
    auto_strv struct strv names = {0};
    for (size_t i = 0; i < contexts->count; i++)
        strv_add_once(&names, contexts->items[i].name);
    auto_free char *list = strv_join(&names, ", ");
    const char *known = names.count > 0 ? list : "none";
    if (wanted)
        error_make(err, ERROR_USAGE, "context \"%s\" does not exist (contexts: %s)", wanted, known);
    else
        error_make(err, ERROR_USAGE,
                   "context was not found for specified context: %s (contexts: %s)",
                   merged->current_context, known);
    return -1;
}

int kube_merged_read_lookup(const struct kube_merged *merged, const char *name,
                            struct kube_draft *draft, struct error **err)
{
    const char *chosen = name ? name : merged->current_context;
    if (!chosen)
        return 0;
    if (!list_find(&merged->lists[KUBE_ENTRY_CONTEXT], 0, chosen))
        return refuse_context(merged, name, err);
    kube_draft_set(&draft->context, chosen);
    if (read_entry(merged, KUBE_ENTRY_CONTEXT, chosen, draft, err) ||
        read_entry(merged, KUBE_ENTRY_CLUSTER, draft->cluster, draft, err) ||
        read_entry(merged, KUBE_ENTRY_USER, draft->config.user, draft, err))
        return -1;
    return 1;
}
