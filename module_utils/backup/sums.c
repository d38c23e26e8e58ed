#include "backup/sums.h"

#include <string.h>

#include "backup/draft.h"
#include "backup/osa.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "json/js_get.h"

enum { DIGITS = 64 };

static int wrong(const char *path, const char *what, struct error **err)
{
    error_make(err, ERROR_PARSE, "the archive is damaged: %s %s", path, what);
    return -1;
}

/* path → digest of each member. */
static json_t *digests(const struct backup_members *members)
{
    json_t *found = json_object();
    for (size_t i = 0; i < members->count; i++) {
        const struct backup_member *member = &members->items[i];
        auto_free char *digest = sha256_hex(member->bytes, member->size);
        json_object_set_new(found, member->path, json_string(digest));
    }
    return found;
}

static const struct backup_member *find(const struct backup_members *members, const char *path)
{
    for (size_t i = 0; i < members->count; i++)
        if (str_equal(members->items[i].path, path))
            return &members->items[i];
    return NULL;
}

/* ---- SHA256SUMS */

/* "<hex>  <path>": whether the member of that path has that digest; it is then crossed out. */
static int check_line(const char *line, json_t *found, struct error **err)
{
    if (strlen(line) <= DIGITS + 2 || strncmp(line + DIGITS, "  ", 2) != 0)
        return wrong(BACKUP_SUMS, "has a line of another form", err);
    const char *path = line + DIGITS + 2;
    const char *digest = js_str(found, path, NULL);
    if (!digest)
        return wrong(path, "is missing", err);
    if (strncmp(line, digest, DIGITS) != 0)
        return wrong(path, "has another digest", err);
    json_object_del(found, path);
    return 0;
}

int backup_sums_check(const struct backup_members *members, struct error **err)
{
    const struct backup_member *sums = find(members, BACKUP_SUMS);
    if (!sums)
        return wrong(BACKUP_SUMS, "is missing", err);
    json_auto_t *found = digests(members);
    auto_strv struct strv lines;
    strv_init(&lines);
    json_object_del(found, BACKUP_SUMS);
    strv_split(&lines, sums->bytes, '\n');
    for (size_t i = 0; i < lines.count; i++)
        if (*lines.items[i] && check_line(lines.items[i], found, err) < 0)
            return -1;
    void *rest = json_object_iter(found);
    return rest ? wrong(json_object_iter_key(rest), "is not in " BACKUP_SUMS, err) : 0;
}

/* ---- the manifest */

static int check_entry(const json_t *entry, json_t *found, struct error **err)
{
    const char *path = js_str(entry, "path", NULL);
    const char *digest = path ? js_str(found, path, NULL) : NULL;
    if (!path || !js_str(entry, "sha256", NULL))
        return wrong(BACKUP_MANIFEST, "has an object without path or digest", err);
    if (!digest)
        return wrong(path, "is missing, or twice in the manifest", err);
    if (!str_equal(digest, js_str(entry, "sha256", NULL)))
        return wrong(path, "has another digest than in the manifest", err);
    json_object_del(found, path);
    return 0;
}

static bool is_object_file(const char *path)
{
    const char *name = str_after(path, BACKUP_DIRECTORY "/");
    return name && !backup_osa_is_file(name);
}

int backup_sums_check_manifest(const struct backup_members *members, const json_t *manifest,
                               struct error **err)
{
    json_auto_t *found = digests(members);
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_get(manifest, "objects", NULL), index, entry)
        if (check_entry(entry, found, err) < 0)
            return -1;
    for (void *i = json_object_iter(found); i; i = json_object_iter_next(found, i))
        if (is_object_file(json_object_iter_key(i)))
            return wrong(json_object_iter_key(i), "is not in the manifest", err);
    return 0;
}
