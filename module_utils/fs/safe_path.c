#include "fs/safe_path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"

bool safe_path_is_plain(const char *relative)
{
    for (const char *part = relative;; part++) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part += length;
        if (!*part)
            return true;
    }
}

static int check_plain(const char *root, const char *relative, struct error **err)
{
    if (safe_path_is_plain(relative))
        return 0;
    error_make(err, ERROR_USAGE, "\"%s\" is not a plain path below %s", relative, root);
    return -1;
}

char *safe_path_join(const char *root, const char *relative, struct error **err)
{
    if (check_plain(root, relative, err) < 0)
        return NULL;
    size_t length = strlen(root);
    bool slash = length && root[length - 1] == '/';
    return xasprintf("%s%s%s", root, slash ? "" : "/", relative);
}

int safe_root_open(struct safe_root *root, const char *path, struct error **err)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_make_errno(err, errno, "cannot open directory %s", path);
        return -1;
    }
    *root = (struct safe_root){.fd = fd, .path = xstrdup(path)};
    return 0;
}

void safe_root_close(struct safe_root *root)
{
    mem_cleanup_close(&root->fd);
    mem_cleanup_free(&root->path);
    *root = (struct safe_root){.fd = -1};
}

static int open_by_kernel(int root, const char *relative, int flags, mode_t mode)
{
    struct open_how how = {
        .flags = (unsigned)flags,
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, root, relative, &how, sizeof(how));
}

/* Part by part, each one without following; the parts are known to be plain. */
static int open_by_hand(int root, const char *relative, int flags, mode_t mode)
{
    auto_free char *path = xstrdup(relative);
    auto_close int at = -1;
    char *part = path;
    for (char *slash = NULL; (slash = strchr(part, '/')); part = slash + 1) {
        *slash = '\0';
        int next = openat(at < 0 ? root : at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0) {
            /* With O_DIRECTORY a link is "not a directory"; openat2 says ELOOP. */
            int saved = errno;
            char target[1];
            bool link = readlinkat(at < 0 ? root : at, part, target, sizeof(target)) >= 0;
            errno = link ? ELOOP : saved;
            return -1;
        }
        mem_cleanup_close(&at);
        at = next;
    }
    return openat(at < 0 ? root : at, part, flags | O_NOFOLLOW, mode);
}

/* Old kernels do not know openat2, and old container runtimes forbid what they do not know. */
static bool kernel_cannot(int code)
{
    return code == ENOSYS || code == EPERM;
}

int safe_root_file(const struct safe_root *root, const char *relative, int flags, mode_t mode,
                   struct error **err)
{
    if (check_plain(root->path, relative, err) < 0)
        return -1;
    flags |= O_CLOEXEC;
    int fd = root->by_hand ? -1 : open_by_kernel(root->fd, relative, flags, mode);
    if (fd < 0 && (root->by_hand || kernel_cannot(errno)))
        fd = open_by_hand(root->fd, relative, flags, mode);
    if (fd < 0 && errno == ELOOP) {
        error_make(err, ERROR_IO, "%s/%s is a symbolic link, or lies behind one", root->path,
                   relative);
        error_code(err, ELOOP);
    } else if (fd < 0) {
        error_make_errno(err, errno, "cannot open %s/%s", root->path, relative);
    }
    return fd;
}
