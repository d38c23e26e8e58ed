#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backup/retention.h"
#include "backup/store.h"
#include "backup/store_priv.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "fs/dir.h"
#include "fs/file.h"

/* Room for the archive, for what is written beside it, and for the next one. */
enum { ROOM_FACTOR = 3 };
enum { PART_MODE = 0600, NAMES_TRIED = 60 };

struct part {
    const struct backup_store *store;
    char *name; /* owned; NULL once it has its place */
};

static void part_clear(struct part *part)
{
    if (part->name)
        unlinkat(part->store->fd, part->name, 0);
    free(steal_ptr(part->name));
}
#define auto_part cleanup_with(part_clear)

static int check_room(const struct backup_store *store, size_t size, struct error **err)
{
    struct statvfs status;
    if (fstatvfs(store->fd, &status) < 0)
        return 0; /* then writing will tell */
    unsigned long long room = (unsigned long long)status.f_bavail * status.f_frsize;
    if (room >= (unsigned long long)size * ROOM_FACTOR)
        return 0;
    error_make(err, ERROR_IO,
               "%s: %llu bytes are free, an archive of %zu needs three times its size: make room, "
               "or keep fewer",
               store->path, room, size);
    error_code(err, ENOSPC);
    return -1;
}

static int write_all(const struct part *part, int fd, const char *bytes, size_t size,
                     struct error **err)
{
    while (size) {
        ssize_t done = write(fd, bytes, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return backup_store_fail(part->store, part->name, "cannot be written", err);
        bytes += done;
        size -= (size_t)done;
    }
    return 0;
}

static int flush(const struct part *part, int fd, struct error **err)
{
    return fsync(fd) < 0 ? backup_store_fail(part->store, part->name, "cannot be written", err) : 0;
}

/* Rights come at last: nobody else can open the file before it is good. */
static int give_away(const struct part *part, int fd, const struct backup_owner *owner,
                     struct error **err)
{
    if ((owner->uid != (uid_t)-1 || owner->gid != (gid_t)-1) &&
        fchown(fd, owner->uid, owner->gid) < 0)
        return backup_store_fail(part->store, part->name, "cannot be given to its owner and group",
                                 err);
    if (fchmod(fd, owner->mode) < 0 || fsync(fd) < 0)
        return backup_store_fail(part->store, part->name, "cannot be given its mode", err);
    return 0;
}

static int open_part(struct part *part, const char *name, const char *run_id, struct error **err)
{
    part->name = xasprintf(".%s.%s.part", name, run_id);
    int fd = openat(part->store->fd, part->name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, PART_MODE);
    if (fd < 0) {
        backup_store_fail(part->store, part->name, "cannot be made", err);
        free(steal_ptr(part->name));
    }
    return fd;
}

/* musl does not wrap the call. File systems without RENAME_NOREPLACE have links. */
static int rename_new(int fd, const char *from, const char *to)
{
    if (syscall(SYS_renameat2, fd, from, fd, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return linkat(fd, from, fd, to, 0) < 0 ? -1 : unlinkat(fd, from, 0);
}

/* NEW: nothing of that name may be there. */
static int place(struct part *part, const char *name, bool is_new, struct error **err)
{
    int fd = part->store->fd;
    int done = is_new ? rename_new(fd, part->name, name) : renameat(fd, part->name, fd, name);
    if (done < 0)
        return backup_store_fail(part->store, name, "cannot get its name", err);
    free(steal_ptr(part->name));
    return 0;
}

static int sync_directory(const struct backup_store *store, struct error **err)
{
    return fsync(store->fd) < 0 ? backup_store_fail(store, ".", "cannot be flushed", err) : 0;
}

/* ---- beside the archive */

static int write_beside(struct backup_store *store, const struct backup_write *write,
                        const char *name, const void *bytes, size_t size, struct error **err)
{
    auto_part struct part part = {.store = store};
    auto_close int fd = open_part(&part, name, write->run_id, err);
    if (fd < 0 || write_all(&part, fd, bytes, size, err) < 0 || flush(&part, fd, err) < 0 ||
        give_away(&part, fd, &write->owner, err) < 0)
        return -1;
    return place(&part, name, false, err);
}

static int write_digest(struct backup_store *store, const char *name, const char *sha256,
                        const struct backup_write *write, struct error **err)
{
    auto_free char *line = xasprintf("%s  %s\n", sha256, name);
    auto_free char *file = xasprintf("%s" BACKUP_SHA256, name);
    return write_beside(store, write, file, line, strlen(line), err);
}

static int write_sidecars(struct backup_store *store, const struct backup_written *written,
                          const struct backup_write *write, struct error **err)
{
    if (write_digest(store, written->name, written->sha256, write, err) < 0)
        return -1;
    if (!write->signature || !write->signature->size)
        return 0;
    auto_free char *file = xasprintf("%s" BACKUP_SIGNATURE, written->name);
    return write_beside(store, write, file, write->signature->data, write->signature->size, err);
}

/* ---- the fixed name */

/* Whether the file is one of the archives of STORE, under another name. */
static bool is_archive(const struct backup_store *store, const struct stat *file,
                       const char *prefix)
{
    auto_error struct error *ignored = NULL; /* then it is kept as if it were none */
    auto_strv struct strv names;
    strv_init(&names);
    if (dir_list(store->path, &names, &ignored) < 0)
        return false;
    for (size_t i = 0; i < names.count; i++) {
        struct stat status;
        time_t time = 0;
        bool encrypted = false;
        if (backup_name_parse(names.items[i], prefix, &time, &encrypted) &&
            fstatat(store->fd, names.items[i], &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            status.st_dev == file->st_dev && status.st_ino == file->st_ino)
            return true;
    }
    return false;
}

/* Under the time it was written, or soon after where another archive has that name. */
static int join(struct backup_store *store, const char *fixed, time_t time, const char *prefix,
                struct error **err)
{
    for (int i = 0; i < NAMES_TRIED; i++) {
        auto_free char *name = backup_name_make(prefix, time + i, false);
        if (rename_new(store->fd, fixed, name) == 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return backup_store_fail(store, fixed, "cannot be kept", err);
}

/*
 * What is there under the fixed name and is no second name of one of our archives was made by
 * OpenStack-Ansible's script, or its first name was removed: it joins them. 1 when it is a second
 * name still, 0 when nothing is there any more, or nothing that we touch.
 */
static int adopt(struct backup_store *store, const char *fixed, const char *prefix,
                 struct error **err)
{
    struct stat status;
    if (fstatat(store->fd, fixed, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode) ||
        status.st_size == 0)
        return 0;
    if (is_archive(store, &status, prefix))
        return 1;
    return join(store, fixed, status.st_mtime, prefix, err);
}

/* Nothing keeps the fixed name up to date: what it names is left to its own age. */
static int drop_fixed(struct backup_store *store, const struct backup_write *write,
                      struct error **err)
{
    auto_free char *fixed = xasprintf("%s.tar.gz", write->prefix);
    auto_free char *digest = xasprintf("%s" BACKUP_SHA256, fixed);
    int second = adopt(store, fixed, write->prefix, err);
    if (second < 0)
        return -1;
    if (second && unlinkat(store->fd, fixed, 0) < 0)
        return backup_store_fail(store, fixed, "cannot be removed", err);
    if (faccessat(store->fd, fixed, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
        unlinkat(store->fd, digest, 0) < 0 && errno != ENOENT)
        return backup_store_fail(store, digest, "cannot be removed", err);
    return 0;
}

static int link_fixed(struct backup_store *store, const struct backup_written *written,
                      const struct backup_write *write, struct error **err)
{
    auto_part struct part part = {.store = store};
    auto_free char *fixed = xasprintf("%s.tar.gz", write->prefix);
    if (adopt(store, fixed, write->prefix, err) < 0)
        return -1;
    part.name = xasprintf(".%s.%s.part", fixed, write->run_id);
    if (linkat(store->fd, written->name, store->fd, part.name, 0) < 0)
        return backup_store_fail(store, fixed, "cannot be linked", err);
    if (place(&part, fixed, false, err) < 0)
        return -1;
    return write_digest(store, fixed, written->sha256, write, err);
}

/* ---- the archive itself */

struct writing {
    const struct part *part;
    int fd;
    size_t size;
    struct digest *digest;
};

static int add_bytes(void *context, const void *bytes, size_t length, struct error **err)
{
    struct writing *writing = context;
    digest_add(writing->digest, bytes, length);
    writing->size += length;
    return write_all(writing->part, writing->fd, bytes, length, err);
}

static int produce(const struct part *part, int fd, const struct backup_write *write,
                   struct backup_written *written, struct error **err)
{
    auto_digest struct digest *digest = digest_new();
    struct writing writing = {.part = part, .fd = fd, .digest = digest};
    const struct sink sink = {.add = add_bytes, .context = &writing};
    if (write->produce(write->context, &sink, err) < 0 || flush(part, fd, err) < 0)
        return -1;
    auto_free char *hex = digest_hex(digest);
    memcpy(written->sha256, hex, sizeof(written->sha256));
    written->size = writing.size;
    return 0;
}

static int read_back(const struct part *part, const struct backup_write *write,
                     const struct backup_written *written, struct error **err)
{
    auto_buf struct buf bytes = {0};
    auto_free char *path = xasprintf("%s/%s", part->store->path, part->name);
    auto_close int fd = openat(part->store->fd, part->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return backup_store_fail(part->store, part->name, "cannot be read again", err);
    if (file_read_fd(fd, path, written->size, &bytes, err) < 0)
        return -1;
    auto_free char *digest = sha256_hex(bytes.data, bytes.size);
    if (bytes.size != written->size || !str_equal(digest, written->sha256)) {
        error_make(err, ERROR_IO, "%s: the disk gives back something else than was written", path);
        return -1;
    }
    return write->check ? write->check(write->context, bytes.data, bytes.size, err) : 0;
}

static int refuse_existing(const struct backup_store *store, const char *name, struct error **err)
{
    if (faccessat(store->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    error_make(err, ERROR_IO, "%s/%s exists already: is the clock right?", store->path, name);
    error_code(err, EEXIST);
    return -1;
}

/* The archive beside its place, whole and good. */
static int make_archive(struct part *part, const struct backup_write *write,
                        struct backup_written *written, struct error **err)
{
    if (refuse_existing(part->store, written->name, err) < 0 ||
        check_room(part->store, write->expected, err) < 0)
        return -1;
    auto_close int fd = open_part(part, written->name, write->run_id, err);
    if (fd < 0 || produce(part, fd, write, written, err) < 0 ||
        read_back(part, write, written, err) < 0)
        return -1;
    return give_away(part, fd, &write->owner, err);
}

int backup_store_write(struct backup_store *store, const struct backup_write *write,
                       struct backup_written *written, struct error **err)
{
    auto_part struct part part = {.store = store};
    *written = (struct backup_written){
        .name = backup_name_make(write->prefix, write->time, write->encrypted)};
    if (make_archive(&part, write, written, err) < 0 ||
        write_sidecars(store, written, write, err) < 0 ||
        place(&part, written->name, true, err) < 0 || sync_directory(store, err) < 0 ||
        (write->compat ? link_fixed(store, written, write, err) : drop_fixed(store, write, err)) <
            0 ||
        sync_directory(store, err) < 0) {
        backup_written_clear(written);
        return -1;
    }
    return 0;
}

void backup_written_clear(struct backup_written *written)
{
    free(written->name);
    *written = (struct backup_written){0};
}
