/*
 * liblxc, loaded when the module runs: the program starts without it and can say what is missing.
 * The only place that includes its header. Struct lxc_container is never copied: later versions
 * append to it.
 */
#ifndef LXC_CONTAINER_LIB_H
#define LXC_CONTAINER_LIB_H

/* clang-format off */
#include <errno.h> /* attach_options.h needs it */
#include <lxc/lxccontainer.h>
/* clang-format on */
#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"

struct lib {
    struct lxc_container *(*container_new)(const char *name, const char *lxcpath);
    int (*container_put)(struct lxc_container *container);
    const char *(*global_item)(const char *key);
    const char *(*version)(void);
    int (*log_init)(struct lxc_log *log);
    void (*log_close)(void);
    bool (*item_supported)(const char *key); /* NULL before LXC 3.0 */
    void *handle;
};

/* Loads liblxc.so.1. ERROR_NOT_FOUND names the package to install, ERROR_IO a library that cannot
 * be used. The library stays loaded until the process ends. */
int lib_open(struct lib *lib, struct error **err) must_check;

/* The item KEY of the configuration that CONTAINER has in memory, owned; "" when it is not set;
 * NULL when liblxc does not know the key or cannot show it. */
char *lib_item(struct lxc_container *container, const char *key) must_check;
/* The same of the process that watches the running container: what it was started with. */
char *lib_running_item(struct lxc_container *container, const char *key) must_check;

/* Adds the keys lxc.net.NUMBER.* that a device of its type has; none where there is no device. */
void lib_device_keys(struct lxc_container *container, int number, struct strv *keys);
enum { LIB_MOST_DEVICES = 64 };

#endif
