#include "backup/catalog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backup/manifest_read.h"
#include "backup/members.h"
#include "backup/source.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/timestamp.h"
#include "fs/dir.h"
#include "json/js_get.h"

static void clear_archive(struct backup_archive *archive)
{
    free(archive->name);
    free(archive->content_sha256);
    free(archive->problem);
}

void backup_catalog_clear(struct backup_catalog *catalog)
{
    for (size_t i = 0; i < catalog->count; i++)
        clear_archive(&catalog->items[i]);
    free(catalog->items);
    *catalog = (struct backup_catalog){0};
}

/* ---- one archive */

static void take_manifest(struct backup_archive *archive, const json_t *manifest, size_t objects)
{
    const char *content = js_str(manifest, "content_sha256", NULL);
    archive->consistent = js_true(manifest, "consistent", NULL) ? BACKUP_CONSISTENT : BACKUP_MOVED;
    archive->content_sha256 = content ? xstrdup(content) : NULL;
    archive->objects = (long long)objects;
}

static int look_into(struct backup_archive *archive, const char *path, const struct cms_keys *keys,
                     struct error **err)
{
    struct buf bytes;
    size_t length = 0;
    buf_init(&bytes);
    char *text = NULL;
    auto_error struct error *problem = NULL;
    if (backup_source_bytes(path, keys, &bytes, NULL, &problem) == 0)
        text = backup_members_manifest(bytes.data, bytes.size, &length, &problem);
    buf_wipe(&bytes);
    if (problem) {
        error_move_take(err, steal_ptr(problem));
        return -1;
    }
    archive->consistent = BACKUP_CONSISTENT;
    if (!text)
        return 0;
    size_t objects = 0;
    json_auto_t *manifest = backup_manifest_glance(text, length, &objects, err);
    free(text);
    if (!manifest)
        return -1;
    take_manifest(archive, manifest, objects);
    return 0;
}

/* Whether what was read is bad. Without a key, the right to read, or a module that knows its format
 * an archive may be good all the same. */
static bool is_damage(const struct error *problem)
{
    return problem->kind != ERROR_AUTH && problem->kind != ERROR_IO && problem->code != ENOTSUP;
}

static void look(struct backup_archive *archive, const char *path, const struct cms_keys *keys)
{
    auto_error struct error *problem = NULL;
    archive->consistent = BACKUP_UNKNOWN;
    archive->objects = -1;
    if (look_into(archive, path, keys, &problem) == 0)
        return;
    archive->consistent = is_damage(problem) ? BACKUP_MOVED : BACKUP_UNKNOWN;
    archive->problem = xstrdup(problem->message);
}

static void add(struct backup_catalog *catalog, const char *directory, const char *name,
                const char *prefix, const struct cms_keys *keys)
{
    struct stat status;
    struct backup_archive archive = {0};
    auto_free char *path = xasprintf("%s/%s", directory, name);
    if (!backup_name_parse(name, prefix, &archive.time, &archive.encrypted) ||
        lstat(path, &status) < 0 || !S_ISREG(status.st_mode))
        return;
    archive.name = xstrdup(name);
    archive.size = status.st_size;
    look(&archive, path, keys);
    catalog->items = xreallocarray(catalog->items, catalog->count + 1, sizeof(*catalog->items));
    catalog->items[catalog->count++] = archive;
}

static int newest_first(const void *a, const void *b)
{
    const struct backup_archive *left = a;
    const struct backup_archive *right = b;
    if (left->time != right->time)
        return left->time < right->time ? 1 : -1;
    return strcmp(right->name, left->name);
}

int backup_catalog_read(struct backup_catalog *catalog, const char *path, const char *prefix,
                        const struct cms_keys *keys, struct error **err)
{
    auto_strv struct strv names;
    auto_error struct error *problem = NULL;
    strv_init(&names);
    *catalog = (struct backup_catalog){0};
    if (dir_list(path, &names, &problem) < 0) {
        if (problem->code == ENOENT)
            return 0;
        error_move_take(err, steal_ptr(problem));
        error_wrap(err, "path");
        return -1;
    }
    for (size_t i = 0; i < names.count; i++)
        add(catalog, path, names.items[i], prefix, keys);
    if (catalog->count)
        qsort(catalog->items, catalog->count, sizeof(*catalog->items), newest_first);
    return 0;
}

/* ---- answers */

const struct backup_archive *backup_catalog_latest(const struct backup_catalog *catalog)
{
    for (size_t i = 0; i < catalog->count; i++)
        if (catalog->items[i].consistent == BACKUP_CONSISTENT)
            return &catalog->items[i];
    return NULL;
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *archive_json(const struct backup_archive *archive)
{
    auto_free char *created = rfc3339_format(archive->time);
    bool known = !archive->problem;
    return json_pack("{ss ss sI sb so so so so}", "name", archive->name, "created", created, "size",
                     (json_int_t)archive->size, "encrypted", archive->encrypted, "consistent",
                     known ? json_boolean(archive->consistent == BACKUP_CONSISTENT) : json_null(),
                     "objects", archive->objects < 0 ? json_null() : json_integer(archive->objects),
                     "content_sha256", text_or_null(archive->content_sha256), "problem",
                     text_or_null(archive->problem));
}

json_t *backup_catalog_json(const struct backup_catalog *catalog)
{
    json_t *list = json_array();
    for (size_t i = 0; i < catalog->count; i++)
        json_array_append_new(list, archive_json(&catalog->items[i]));
    return list;
}

void backup_catalog_prune(const struct backup_catalog *catalog, const struct backup_keep *keep,
                          const struct backup_age *fresh, struct strv *names)
{
    auto_free struct backup_age *ages = xcalloc(catalog->count + 1, sizeof(*ages));
    size_t count = 0;
    bool there = false;
    for (size_t i = 0; i < catalog->count; i++) {
        const struct backup_archive *archive = &catalog->items[i];
        bool is_fresh = fresh && str_equal(archive->name, fresh->name);
        there = there || is_fresh;
        ages[count++] = (struct backup_age){
            .name = archive->name,
            .time = archive->time,
            .consistent = archive->consistent,
            .fresh = is_fresh,
        };
    }
    if (fresh && !there)
        ages[count++] = *fresh;
    backup_retention(ages, count, keep);
    for (size_t i = 0; i < count; i++)
        if (!ages[i].keep)
            strv_add(names, ages[i].name);
}
