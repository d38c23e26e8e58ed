#include "lxc_container/path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "fs/file.h"

static char *collapsed(const char *path)
{
    char *out = xstrdup(path);
    size_t size = 0;
    for (const char *c = path; *c; c++)
        if (*c != '/' || !size || out[size - 1] != '/')
            out[size++] = *c;
    while (size > 1 && out[size - 1] == '/')
        size--;
    out[size] = '\0';
    return out;
}

static bool same_place(const char *a, const char *b)
{
    auto_free char *real_a = realpath(a, NULL);
    auto_free char *real_b = realpath(b, NULL);
    return real_a && str_equal(real_a, real_b);
}

/* One part less; false when there is none. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash || !path[1])
        return false;
    slash[slash == path] = '\0';
    return true;
}

bool path_is_in(const char *path, const char *folder)
{
    struct stat wanted;
    struct stat found;
    auto_free char *there = xstrdup(path);
    while (access(there, F_OK) < 0 && go_up(there))
        ;
    auto_free char *real = realpath(there, NULL);
    if (!real || stat(folder, &wanted) < 0)
        return false;
    do {
        if (stat(real, &found) == 0 && found.st_dev == wanted.st_dev &&
            found.st_ino == wanted.st_ino)
            return true;
    } while (go_up(real));
    return false;
}

char *path_lxcpath(const char *given, const char *standard)
{
    auto_free char *ours = collapsed(standard);
    if (str_empty(given))
        return steal_ptr(ours);
    char *path = collapsed(given);
    if (!same_place(path, ours))
        return path;
    free(path);
    return steal_ptr(ours);
}

char *path_of_socket(const char *line, const char *name)
{
    const char *path = strchr(line, '@');
    if (!path)
        return NULL;
    auto_free char *tail = xasprintf("/%s/command", name);
    path++;
    if (path[0] != '/' || !str_ends_with(path, tail))
        return NULL;
    return xmemdup(path, strlen(path) - strlen(tail));
}

int path_check_spelling(const char *lxcpath, const char *name, struct error **err)
{
    enum { LIMIT = 16 << 20 };
    auto_buf struct buf text;
    buf_init(&text);
    if (file_read("/proc/net/unix", LIMIT, &text, err) < 0)
        return -1;
    auto_strv struct strv lines;
    strv_init(&lines);
    strv_split(&lines, buf_str(&text), '\n');
    for (size_t i = 0; i < lines.count; i++) {
        auto_free char *other = path_of_socket(lines.items[i], name);
        if (!other || str_equal(other, lxcpath) || !same_place(other, lxcpath))
            continue;
        error_make(err, ERROR_USAGE,
                   "lxc_path: the container %s runs as one of %s, which is the same folder as %s: "
                   "write it as there",
                   name, other, lxcpath);
        return -1;
    }
    return 0;
}
