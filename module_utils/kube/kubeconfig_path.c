#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/kubeconfig_priv.h"

/* PATH is absolute. As filepath.Clean of Go: symbolic links are not looked at. */
static char *clean(const char *path)
{
    auto_strv struct strv parts = {0};
    auto_strv struct strv kept = {0};
    strv_split(&parts, path, '/');
    for (size_t i = 0; i < parts.count; i++) {
        const char *part = parts.items[i];
        if (*part == '\0' || strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") != 0)
            strv_add(&kept, part);
        else if (kept.count > 0) {
            kept.count--;
            free(steal_ptr(kept.items[kept.count]));
        }
    }
    auto_free char *joined = strv_join(&kept, "/");
    return xasprintf("/%s", joined);
}

char *kube_path_resolve(const char *directory, const char *path)
{
    if (*path == '/')
        return xstrdup(path);
    auto_free char *joined = xasprintf("%s/%s", directory, path);
    return clean(joined);
}

char *kube_path_home(void)
{
    const char *home = getenv("HOME");
    if (!str_empty(home))
        return xstrdup(home);
    const struct passwd *entry = getpwuid(geteuid());
    return xstrdup(entry && !str_empty(entry->pw_dir) ? entry->pw_dir : "/");
}

char *kube_path_absolute(const char *path)
{
    auto_free char *home = NULL;
    auto_free char *here = NULL;
    if (strcmp(path, "~") == 0)
        return kube_path_home();
    if (str_starts_with(path, "~/")) {
        home = kube_path_home();
        return kube_path_resolve(home, path + 2);
    }
    here = getcwd(NULL, 0);
    return kube_path_resolve(here ? here : "/", path);
}

char *kube_path_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash > path ? xmemdup(path, (size_t)(slash - path)) : xstrdup("/");
}
