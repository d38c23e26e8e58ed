#include "fs/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Each level keeps a descriptor open, and a process often has no more than 1,024. */
enum { DEEPEST = 400 };

/* ---- make */

static int make_one(const char *path, mode_t mode, struct error **err)
{
    struct stat status;
    if (mkdir(path, mode) == 0)
        return 0;
    int saved = errno;
    if (saved == EEXIST && stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return 0;
        saved = ENOTDIR;
    }
    error_make_errno(err, saved, "cannot make directory %s", path);
    return -1;
}

int dir_make(const char *path, mode_t mode, struct error **err)
{
    auto_free char *part = xstrdup(path);
    char *slash = *part ? strchr(part + 1, '/') : NULL;
    for (; slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int result = make_one(part, mode, err);
        *slash = '/';
        if (result < 0)
            return -1;
    }
    return make_one(path, mode, err);
}

/* ---- list */

static void cleanup_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}
#define auto_dir cleanup_with(cleanup_dir)

static bool is_self_or_parent(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* FD is swallowed. The order is fixed, so that what we do to a tree can be repeated. */
static int list_fd(int fd_take, const char *path, struct strv *names, struct error **err)
{
    auto_dir DIR *dir = fdopendir(fd_take);
    if (!dir) {
        error_make_errno(err, errno, "cannot list %s", path);
        close(fd_take);
        return -1;
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry)
            break;
        if (!is_self_or_parent(entry->d_name))
            strv_add(names, entry->d_name);
    }
    if (errno) {
        error_make_errno(err, errno, "cannot list %s", path);
        return -1;
    }
    strv_sort(names);
    return 0;
}

int dir_list(const char *path, struct strv *names, struct error **err)
{
    auto_strv struct strv found = {0};
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_make_errno(err, errno, "cannot list %s", path);
        return -1;
    }
    if (list_fd(fd, path, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++)
        strv_add(names, found.items[i]);
    return 0;
}

/* ---- remove */

static int remove_entry(int parent, const char *name, const char *path, int depth,
                        struct error **err);

static int remove_content(int fd, const char *path, int depth, struct error **err)
{
    auto_strv struct strv names = {0};
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0) {
        error_make_errno(err, errno, "cannot list %s", path);
        return -1;
    }
    if (list_fd(copy, path, &names, err) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++) {
        auto_free char *below = xasprintf("%s/%s", path, names.items[i]);
        if (remove_entry(fd, names.items[i], below, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

static int remove_entry(int parent, const char *name, const char *path, int depth,
                        struct error **err)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return 0;
    int refused = errno;
    /* Never through a link: the entry may have been swapped since it was listed. */
    auto_close int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || depth > DEEPEST) {
        int saved = fd >= 0 ? ENAMETOOLONG : errno == ENOTDIR || errno == ELOOP ? refused : errno;
        error_make_errno(err, saved, "cannot remove %s", path);
        return -1;
    }
    if (remove_content(fd, path, depth, err) < 0)
        return -1;
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    error_make_errno(err, errno, "cannot remove %s", path);
    return -1;
}

int dir_remove(const char *path, struct error **err)
{
    return remove_entry(AT_FDCWD, path, path, 0, err);
}
