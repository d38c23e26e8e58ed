#include "backup/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "backup/retention.h"
#include "backup/store_priv.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"

#define LOCK ".capi-backup.lock"
#define PART ".part"

enum { DIRECTORY_MODE = 0750, PARENT_MODE = 0755, LOCK_MODE = 0600, POLL_MS = 100 };

/* ---- owners */

gid_t backup_group_find(const char *group)
{
    long long number = 0;
    if (str_to_int(group, 0, 0xFFFFFFFELL, &number))
        return (gid_t)number;
    const struct group *found = getgrnam(group);
    return found ? found->gr_gid : (gid_t)-1;
}

static uid_t find_user(const char *owner)
{
    long long number = 0;
    if (str_to_int(owner, 0, 0xFFFFFFFELL, &number))
        return (uid_t)number;
    const struct passwd *found = getpwnam(owner);
    return found ? found->pw_uid : (uid_t)-1;
}

int backup_owner_find(const char *owner, const char *group, struct backup_owner *out,
                      struct error **err)
{
    out->uid = owner ? find_user(owner) : (uid_t)-1;
    out->gid = group ? backup_group_find(group) : (gid_t)-1;
    if ((!owner || out->uid != (uid_t)-1) && (!group || out->gid != (gid_t)-1))
        return 0;
    bool user = owner && out->uid == (uid_t)-1;
    error_make(err, ERROR_USAGE, "%s: this host knows no %s %s", user ? "owner" : "group",
               user ? "user" : "group", user ? owner : group);
    return -1;
}

/* ---- the directory */

int backup_store_fail(const struct backup_store *store, const char *name, const char *what,
                      struct error **err)
{
    int code = errno;
    error_make_errno(err, code, "%s/%s: %s", store->path, name, what);
    return -1;
}

static int make_one(const char *path, mode_t mode, struct error **err)
{
    if (dir_make(path, mode, err) < 0)
        return -1;
    /* The umask may have taken something off. */
    if (chmod(path, mode) == 0)
        return 0;
    error_make_errno(err, errno, "%s: cannot be given its mode", path);
    return -1;
}

/* Anybody may pass through them: the group of the directory itself could not reach it otherwise. */
static int make_parents(const char *path, struct error **err)
{
    struct stat status;
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    auto_free char *parent = xmemdup(path, (size_t)(slash - path));
    if (stat(parent, &status) == 0 || errno != ENOENT)
        return 0;
    return make_parents(parent, err) < 0 ? -1 : make_one(parent, PARENT_MODE, err);
}

static int make_directory(const char *path, const struct backup_owner *owner, struct error **err)
{
    struct stat status;
    if (lstat(path, &status) == 0 || errno != ENOENT)
        return 0;
    if (make_parents(path, err) < 0 || make_one(path, DIRECTORY_MODE, err) < 0)
        return -1;
    if (!owner || owner->gid == (gid_t)-1 || chown(path, (uid_t)-1, owner->gid) == 0)
        return 0;
    error_make_errno(err, errno, "%s: cannot be given away", path);
    return -1;
}

int backup_store_open(struct backup_store *store, const char *path, bool make,
                      const struct backup_owner *owner, struct error **err)
{
    *store = (struct backup_store){.fd = -1, .lock = -1};
    if (make && make_directory(path, owner, err) < 0)
        return -1;
    store->path = xstrdup(path);
    store->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (store->fd >= 0)
        return 0;
    int code = errno;
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
        error_make(err, ERROR_IO, "path: %s is a symbolic link; name the directory itself", path);
    else
        error_make_errno(err, code, "path: %s cannot be opened", path);
    backup_store_close(store);
    return -1;
}

void backup_store_close(struct backup_store *store)
{
    mem_cleanup_close(&store->lock);
    mem_cleanup_close(&store->fd);
    free(store->path);
    *store = (struct backup_store){.fd = -1, .lock = -1};
}

/* ---- what is in it */

/* "NAME" of its sidecar "NAME.sha256", owned; NULL for other names. */
static char *archive_of(const char *name)
{
    static const char *const endings[] = {BACKUP_SHA256, BACKUP_SIGNATURE};
    for (size_t i = 0; i < array_length(endings); i++)
        if (str_ends_with(name, endings[i]))
            return xmemdup(name, strlen(name) - strlen(endings[i]));
    return NULL;
}

/* Left by a run that was killed: a temporary file, or a sidecar whose archive never came. */
static bool is_abandoned(const struct backup_store *store, const char *name, const char *prefix)
{
    struct stat status;
    time_t time = 0;
    bool encrypted = false;
    if (fstatat(store->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode) ||
        status.st_uid != geteuid())
        return false;
    if (*name == '.')
        return str_starts_with(name + 1, prefix) && str_ends_with(name, PART);
    auto_free char *archive = archive_of(name);
    return archive && backup_name_parse(archive, prefix, &time, &encrypted) &&
           faccessat(store->fd, archive, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

static void remove_abandoned(const struct backup_store *store, const char *prefix)
{
    auto_error struct error *ignored = NULL; /* what cannot be tidied up harms nobody */
    auto_strv struct strv names;
    strv_init(&names);
    if (dir_list(store->path, &names, &ignored) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        if (is_abandoned(store, names.items[i], prefix))
            unlinkat(store->fd, names.items[i], 0);
}

int backup_store_lock(struct backup_store *store, long long timeout_ms, const char *prefix,
                      struct error **err)
{
    long long deadline = clock_deadline_ms(timeout_ms);
    store->lock = openat(store->fd, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, LOCK_MODE);
    if (store->lock < 0)
        return backup_store_fail(store, LOCK, "the directory cannot be locked", err);
    while (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return backup_store_fail(store, LOCK, "the directory cannot be locked", err);
        if (clock_passed(deadline)) {
            error_make(err, ERROR_TIMEOUT,
                       "%s: another run is at work there for longer than lock_timeout",
                       store->path);
            return -1;
        }
        clock_sleep_ms(POLL_MS);
        if (interrupt_check(err) < 0)
            return -1;
    }
    remove_abandoned(store, prefix);
    return 0;
}

int backup_store_remove(struct backup_store *store, const char *name, struct error **err)
{
    static const char *const endings[] = {"", BACKUP_SHA256, BACKUP_SIGNATURE};
    for (size_t i = 0; i < array_length(endings); i++) {
        auto_free char *file = xasprintf("%s%s", name, endings[i]);
        if (unlinkat(store->fd, file, 0) < 0 && errno != ENOENT)
            return backup_store_fail(store, file, "cannot be removed", err);
    }
    return 0;
}
