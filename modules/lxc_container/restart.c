#include "lxc_container/restart.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/keys.h"

/* What is read when it is used, by liblxc's tools or at the end of the container. */
static const char *const read_late[] = {
    "lxc.start.auto",    "lxc.start.delay", "lxc.start.order",  "lxc.group",
    "lxc.log.file",      "lxc.log.level",   "lxc.log.syslog",   "lxc.signal.halt",
    "lxc.signal.reboot", "lxc.hook.clone",  "lxc.hook.destroy", "lxc.rootfs.managed",
};

/* Longer values do not fit into one answer of the process that is asked (LXC 5.0, commands.c). */
enum { MOST_BYTES = 8192 };

bool restart_needs(const char *key)
{
    if (key_class(key) == KEY_MARTIAN)
        return false;
    for (size_t i = 0; i < array_length(read_late); i++)
        if (str_equal(key, read_late[i]))
            return false;
    return true;
}

/* The running one shows the name or address that was made up for it. */
static bool is_made_up(const char *key, const char *disk)
{
    int prefix = key_net_prefix(key);
    if (!prefix)
        return false;
    const char *what = key + prefix;
    if (str_equal(what, "hwaddr"))
        return !*disk || strpbrk(disk, "xX");
    return str_equal(what, "veth.pair") && !*disk;
}

bool restart_differs(const char *key, const char *disk, const char *running)
{
    if (!disk || is_made_up(key, disk))
        return false;
    return !str_equal(disk, running ? running : "");
}

/* A device that the file does not name has a name all the same when it runs. */
static bool is_named_by_kernel(struct lxc_container *view, const char *key)
{
    auto_free char *name = str_ends_with(key, ".name") ? lib_item(view, key) : NULL;
    return name && !*name;
}

void restart_network_keys(struct lxc_container *view, struct strv *keys)
{
    strv_add_once(keys, "lxc.net");
    for (int i = 0; i < LIB_MOST_DEVICES; i++) {
        auto_strv struct strv device;
        strv_init(&device);
        lib_device_keys(view, i, &device);
        for (size_t k = 0; k < device.count; k++)
            if (!is_named_by_kernel(view, device.items[k]))
                strv_add_once(keys, device.items[k]);
    }
}

bool restart_pending(struct lxc_container *view, struct lxc_container *container,
                     const struct strv *keys, const struct strv *changed)
{
    for (size_t i = 0; i < keys->count; i++) {
        const char *key = keys->items[i];
        if (!restart_needs(key) || key_class(key) == KEY_INCLUDE)
            continue;
        auto_free char *disk = lib_item(view, key);
        /* A key that is gone from the file and has an index nobody else has. */
        if (!disk && strv_contains(changed, key))
            return true;
        /* The keys of a device that is gone say nothing, and it may still run. */
        if (!disk && key_net_prefix(key))
            disk = xstrdup("");
        if (disk && strlen(disk) >= MOST_BYTES) {
            if (strv_contains(changed, key))
                return true;
            continue;
        }
        auto_free char *running = lib_running_item(container, key);
        if (restart_differs(key, disk, running))
            return true;
    }
    return false;
}
