#include "backup/draft.h"

#include <stdlib.h>
#include <string.h>

#include "backup/file_name.h"
#include "backup/manifest_write.h"
#include "backup/osa.h"
#include "base/buf.h"
#include "base/mem.h"
#include "capi/saved.h"
#include "crypto/digest.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "json/js_write.h"

void backup_draft_init(struct backup_draft *draft)
{
    *draft = (struct backup_draft){0};
}

static void clear_file(struct backup_file *file)
{
    if (file->bytes)
        mem_wipe(file->bytes, file->size);
    free(file->bytes);
    free(file->name);
}

void backup_draft_clear(struct backup_draft *draft)
{
    for (size_t i = 0; i < draft->count; i++)
        clear_file(&draft->files[i]);
    free(draft->files);
    json_decref(draft->manifest);
    buf_clear(&draft->entries);
    backup_draft_init(draft);
}

struct backup_file *backup_draft_add_take(struct backup_draft *draft, const char *name,
                                          struct buf *bytes_take)
{
    if (draft->count == draft->room) {
        draft->room = draft->room ? draft->room * 2 : 64;
        draft->files = xreallocarray(draft->files, draft->room, sizeof(*draft->files));
    }
    struct backup_file *file = &draft->files[draft->count++];
    *file = (struct backup_file){.name = xstrdup(name), .size = bytes_take->size};
    /* Buffers grow by doubling; what is left over would add up over all files. */
    file->bytes = xrealloc(buf_steal(bytes_take), file->size + 1);
    auto_free char *digest = sha256_hex(file->bytes, file->size);
    memcpy(file->sha256, digest, sizeof(file->sha256));
    return file;
}

/* ---- the digest of the content */

int backup_content(json_t *value, struct buf *out, struct error **err)
{
    json_t *metadata = json_object_get(value, "metadata");
    json_object_del(value, "status");
    json_object_del(metadata, "resourceVersion");
    json_object_del(metadata, "managedFields");
    json_object_del(metadata, "generation");
    return js_write(out, value, JS_WRITE_SORT | JS_WRITE_HTML, err);
}

static int digest_object(struct digest *digest, const struct capi_node *node,
                         const struct buf *bytes, struct error **err)
{
    json_error_t where;
    auto_buf struct buf text = {0};
    json_auto_t *value = js_read(bytes->data, bytes->size, &where);
    if (!value) {
        error_make(err, ERROR_INTERNAL, "the copy of %s/%s cannot be read: %s", node->kind,
                   node->name, where.text);
        return -1;
    }
    if (backup_content(value, &text, err) < 0)
        return -1;
    auto_free char *identity =
        xasprintf("%s/%s/%s/%s", node->group, node->kind, node->namespace_, node->name);
    digest_add(digest, identity, strlen(identity) + 1);
    digest_add(digest, text.data, text.size);
    const char *end = capi_saved_was_paused(node) ? " paused\n" : "\n";
    digest_add(digest, end, strlen(end));
    mem_wipe(text.data, text.size);
    return 0;
}

/* Their labels and annotations are in the manifest alone. */
static int digest_namespaces(struct digest *digest, const json_t *manifest, struct error **err)
{
    auto_buf struct buf text = {0};
    const json_t *namespaces = js_get(manifest, "namespaces", NULL);
    if (namespaces && js_write(&text, namespaces, JS_WRITE_SORT, err) < 0)
        return -1;
    digest_add(digest, text.data, text.size);
    return 0;
}

/* ---- nodes to files */

static void drop_text(struct capi_node *node)
{
    if (node->text)
        mem_wipe(node->text, node->text_size);
    free(steal_ptr(node->text));
    node->text_size = 0;
}

/* The text of NODE is the file, but for the end of its line. */
static void move_text(struct capi_node *node, struct buf *bytes)
{
    size_t size = node->text_size + 1;
    node->text[node->text_size] = '\n';
    bytes->data = steal_ptr(node->text);
    bytes->size = size;
    bytes->room = size + 1;
    node->text_size = 0;
}

static int take_bytes(struct capi_node *node, struct buf *bytes, struct strv *modified,
                      struct error **err)
{
    if (capi_saved_stays(node)) {
        move_text(node, bytes);
        return 0;
    }
    if (capi_saved_copy(node, bytes, modified, err) < 0)
        return -1;
    drop_text(node);
    return 0;
}

struct filling {
    struct backup_draft *draft;
    struct digest *digest;
    json_t *taken; /* owned: names of files */
    struct backup_osa *osa;
};

static int add_node(struct filling *filling, struct capi_node *node, struct error **err)
{
    auto_buf struct buf bytes = {0};
    auto_strv struct strv modified;
    strv_init(&modified);
    if (filling->osa && backup_osa_note(filling->osa, node, err) < 0)
        return -1;
    if (take_bytes(node, &bytes, &modified, err) < 0 ||
        digest_object(filling->digest, node, &bytes, err) < 0)
        return -1;
    auto_free char *name = backup_file_name(node, filling->taken);
    const struct backup_file *file = backup_draft_add_take(filling->draft, name, &bytes);
    return backup_manifest_add(&filling->draft->entries, node, file, &modified, err);
}

static int add_nodes(struct filling *filling, struct capi_node **nodes, size_t count,
                     struct error **err)
{
    for (size_t i = 0; i < count; i++)
        if (add_node(filling, nodes[i], err) < 0) {
            error_wrap(err, "%s %s%s%s", nodes[i]->kind, nodes[i]->namespace_,
                       *nodes[i]->namespace_ ? "/" : "", nodes[i]->name);
            return -1;
        }
    return 0;
}

static int by_identity(const void *a, const void *b)
{
    return capi_node_compare(*(struct capi_node *const *)a, *(struct capi_node *const *)b);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct backup_file *)a)->name, ((const struct backup_file *)b)->name);
}

static void finish(struct backup_draft *draft, struct filling *filling)
{
    auto_free char *content = digest_hex(filling->digest);
    json_object_set_new(draft->manifest, "format", json_string(BACKUP_FORMAT));
    json_object_set_new(draft->manifest, "content_sha256", json_string(content));
    if (filling->osa)
        backup_osa_files(filling->osa, draft);
    if (draft->count)
        qsort(draft->files, draft->count, sizeof(*draft->files), by_name);
}

int backup_draft_fill(struct backup_draft *draft, struct capi_node **nodes, size_t count,
                      json_t *head_take, bool osa, struct error **err)
{
    auto_digest struct digest *digest = digest_new();
    auto_backup_osa struct backup_osa *notes = osa ? backup_osa_new() : NULL;
    struct filling filling = {
        .draft = draft,
        .digest = digest,
        .taken = json_object(),
        .osa = notes,
    };
    draft->manifest = head_take;
    if (count)
        qsort(nodes, count, sizeof(*nodes), by_identity);
    int result = add_nodes(&filling, nodes, count, err);
    if (result == 0)
        result = digest_namespaces(digest, draft->manifest, err);
    if (result == 0)
        finish(draft, &filling);
    json_decref(filling.taken);
    return result;
}

/* ---- texts beside the files */

size_t backup_draft_size(const struct backup_draft *draft)
{
    size_t size = 0;
    for (size_t i = 0; i < draft->count; i++)
        size += draft->files[i].size;
    return size;
}

int backup_draft_manifest(const struct backup_draft *draft, struct buf *out, struct error **err)
{
    return backup_manifest_write(out, draft->manifest, &draft->entries, err);
}

char *backup_draft_sums(const struct backup_draft *draft, const char *manifest_bytes,
                        size_t manifest_size)
{
    auto_buf struct buf text = {0};
    auto_free char *digest = sha256_hex(manifest_bytes, manifest_size);
    buf_printf(&text, "%s  " BACKUP_MANIFEST "\n", digest);
    for (size_t i = 0; i < draft->count; i++)
        buf_printf(&text, "%s  " BACKUP_DIRECTORY "/%s\n", draft->files[i].sha256,
                   draft->files[i].name);
    return buf_steal(&text);
}
