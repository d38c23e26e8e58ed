#include "backup/members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive/gzip.h"
#include "backup/draft.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "fs/safe_path.h"

const struct tar_limits backup_limits = {
    .members = BACKUP_MEMBERS_MAX,
    .member_bytes = BACKUP_MANIFEST_MAX,
    .total_bytes = BACKUP_TOTAL_MAX,
};

void backup_member_drop(struct backup_member *member)
{
    if (member->bytes)
        mem_wipe(member->bytes, member->size);
    free(steal_ptr(member->bytes));
    member->size = 0;
}

void backup_members_clear(struct backup_members *members)
{
    for (size_t i = 0; i < members->count; i++) {
        backup_member_drop(&members->items[i]);
        free(members->items[i].path);
    }
    free(members->items);
    *members = (struct backup_members){0};
}

static void add_take(struct backup_members *members, const char *path, char *bytes_take,
                     size_t size)
{
    if (members->count == members->room) {
        members->room = members->room ? members->room * 2 : 64;
        members->items = xreallocarray(members->items, members->room, sizeof(*members->items));
    }
    members->items[members->count++] =
        (struct backup_member){.path = xstrdup(path), .bytes = bytes_take, .size = size};
}

/* ---- archives */

static int check_member(const struct tar_member *member, struct error **err)
{
    bool here = member->directory && str_equal(member->path, ".");
    if (!here && !safe_path_is_plain(member->path)) {
        error_make(err, ERROR_PARSE, "the archive holds a path that leads out of it: %s",
                   member->path);
        return -1;
    }
    if (!member->directory && member->length > BACKUP_OBJECT_MAX &&
        !str_equal(member->path, BACKUP_MANIFEST) && !str_equal(member->path, BACKUP_SUMS)) {
        error_make(err, ERROR_PARSE, "the archive holds a file that is too large: %s",
                   member->path);
        return -1;
    }
    return 0;
}

static int keep(void *context, const struct tar_member *member, struct error **err)
{
    if (check_member(member, err) < 0)
        return -1;
    if (!member->directory)
        add_take(context, member->path, xmemdup(member->bytes, member->length), member->length);
    return 0;
}

/* Gives the members in BYTES to VISIT, unpacked on the way. */
static int read_members(const void *bytes, size_t size, tar_visit visit, void *context,
                        struct error **err)
{
    if (!gzip_is(bytes, size))
        return tar_read(bytes, size, &backup_limits, visit, context, err);
    auto_gzip_unpacker struct gzip_unpacker *unpacker =
        gzip_unpacker_new(bytes, size, BACKUP_TOTAL_MAX);
    const struct source tar = gzip_unpacker_source(unpacker);
    return tar_read_source(&tar, &backup_limits, visit, context, err);
}

int backup_members_unpack(struct backup_members *members, const void *bytes, size_t size,
                          struct error **err)
{
    return read_members(bytes, size, keep, members, err);
}

/* ---- the manifest alone */

struct first {
    bool seen;
    char *bytes;
    size_t length;
};

/* Passes over the others: whether they are whole says whether the archive is any good. */
static int take_first(void *context, const struct tar_member *member, struct error **err)
{
    (void)err;
    struct first *first = context;
    if (!first->seen && !member->directory && str_equal(member->path, BACKUP_MANIFEST)) {
        first->bytes = xmemdup(member->bytes, member->length);
        first->length = member->length;
    }
    first->seen = true;
    return 0;
}

char *backup_members_manifest(const void *bytes, size_t size, size_t *length, struct error **err)
{
    struct first first = {0};
    if (read_members(bytes, size, take_first, &first, err) < 0) {
        free(first.bytes);
        return NULL;
    }
    *length = first.length;
    return first.bytes;
}

/* ---- directories */

static int read_file(struct backup_members *members, const struct safe_root *root, const char *name,
                     size_t *total, struct error **err)
{
    struct buf bytes;
    buf_init(&bytes);
    auto_close int fd = safe_root_file(root, name, 0, 0, err);
    auto_free char *path = xasprintf("%s/%s", root->path, name);
    if (fd < 0 || file_read_fd(fd, path, BACKUP_OBJECT_MAX, &bytes, err) < 0)
        return -1;
    *total += bytes.size;
    size_t size = bytes.size;
    add_take(members, name, buf_steal(&bytes), size);
    if (*total <= BACKUP_TOTAL_MAX && members->count <= BACKUP_MEMBERS_MAX)
        return 0;
    error_make(err, ERROR_PARSE, "%s: too much for one backup", root->path);
    return -1;
}

int backup_members_list(struct backup_members *members, const char *path, struct error **err)
{
    auto_safe_root struct safe_root root = {.fd = -1};
    auto_strv struct strv names;
    strv_init(&names);
    size_t total = 0;
    if (safe_root_open(&root, path, err) < 0 || dir_list(path, &names, err) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++)
        if (read_file(members, &root, names.items[i], &total, err) < 0)
            return -1;
    return 0;
}
