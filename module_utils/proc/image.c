/* What is run: the program's file and its environment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "proc/spawn_priv.h"

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

char *spawn_find(const char *name, struct error **err)
{
    if (strchr(name, '/'))
        return xstrdup(name);
    const char *path = getenv("PATH");
    auto_strv struct strv directories = {0};
    strv_split(&directories, path ? path : "/usr/local/bin:/usr/bin:/bin", ':');
    for (size_t i = 0; i < directories.count; i++) {
        /* A relative directory would run whatever lies where we happen to stand. */
        if (*directories.items[i] != '/')
            continue;
        auto_free char *candidate = xasprintf("%s/%s", directories.items[i], name);
        if (is_program(candidate))
            return steal_ptr(candidate);
    }
    error_make(err, ERROR_NOT_FOUND, "executable %s not found", name);
    error_code(err, ENOENT);
    return NULL;
}

static bool same_variable(const char *a, const char *b)
{
    size_t name = strcspn(a, "=");
    return strncmp(a, b, name + 1) == 0;
}

void spawn_environment(const struct strv *extra, struct strv *out)
{
    for (char **at = environ; at && *at; at++) {
        bool replaced = false;
        for (size_t i = 0; extra && i < extra->count && !replaced; i++)
            replaced = same_variable(extra->items[i], *at);
        if (!replaced)
            strv_add(out, *at);
    }
    for (size_t i = 0; extra && i < extra->count; i++)
        strv_add(out, extra->items[i]);
}
