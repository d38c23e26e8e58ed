#include "lxc_container/lib.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define SONAME "liblxc.so.1"

static const struct {
    const char *symbol;
    size_t offset;
    bool optional;
} functions[] = {
    {"lxc_container_new", offsetof(struct lib, container_new), false},
    {"lxc_container_put", offsetof(struct lib, container_put), false},
    {"lxc_get_global_config_item", offsetof(struct lib, global_item), false},
    {"lxc_get_version", offsetof(struct lib, version), false},
    {"lxc_log_init", offsetof(struct lib, log_init), false},
    {"lxc_log_close", offsetof(struct lib, log_close), false},
    {"lxc_config_item_is_supported", offsetof(struct lib, item_supported), true},
};

static void load_failure(struct error **err)
{
    const char *reason = dlerror();
    bool missing = !reason || strstr(reason, "No such file");
    error_make(err, missing ? ERROR_NOT_FOUND : ERROR_IO,
               "liblxc cannot be loaded (%s): install the package liblxc1 (Debian, Ubuntu) or "
               "lxc-libs (Fedora, RHEL) on the target",
               reason ? reason : SONAME);
}

int lib_open(struct lib *lib, struct error **err)
{
    *lib = (struct lib){.handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL)};
    if (!lib->handle) {
        load_failure(err);
        return -1;
    }
    for (size_t i = 0; i < array_length(functions); i++) {
        void *function = dlsym(lib->handle, functions[i].symbol);
        if (!function && !functions[i].optional) {
            error_make(err, ERROR_IO, "%s lacks %s: version 4.0 or newer is needed", SONAME,
                       functions[i].symbol);
            return -1;
        }
        /* ISO C knows no conversion between the two kinds of pointers. */
        memcpy((char *)lib + functions[i].offset, &function, sizeof(function));
    }
    return 0;
}

char *lib_item(struct lxc_container *container, const char *key)
{
    int length = container->get_config_item(container, key, NULL, 0);
    if (length < 0)
        return NULL;
    char *text = xcalloc((size_t)length + 1, 1);
    if (length && container->get_config_item(container, key, text, length + 1) < 0)
        *text = '\0';
    return str_trim(text);
}

char *lib_running_item(struct lxc_container *container, const char *key)
{
    char *text = container->get_running_config_item(container, key);
    if (!text)
        return NULL;
    char *own = xstrdup(text);
    free(text);
    return str_trim(own);
}

void lib_device_keys(struct lxc_container *container, int number, struct strv *keys)
{
    auto_free char *prefix = xasprintf("lxc.net.%d", number);
    int length = container->get_keys(container, prefix, NULL, 0);
    if (length <= 0)
        return;
    auto_free char *names = xcalloc((size_t)length + 1, 1);
    if (container->get_keys(container, prefix, names, length + 1) < 0)
        return;
    char *rest = names;
    char *name = NULL;
    while ((name = strsep(&rest, "\n")))
        if (*name)
            strv_printf(keys, "%s.%s", prefix, name);
}
