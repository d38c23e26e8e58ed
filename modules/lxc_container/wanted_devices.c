/* Options that stand for lines of the configuration: bind_mounts and networks. */
#include "lxc_container/wanted_priv.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "lxc_container/keys.h"

/* ---- bind_mounts */

/* fstab has no quotes: blanks in a path are written as octal numbers. */
static void add_field(struct buf *entry, const char *path)
{
    for (; *path; path++)
        if (*path == ' ' || *path == '\t' || *path == '\\')
            buf_printf(entry, "\\%03o", (unsigned)(unsigned char)*path);
        else
            buf_add_char(entry, *path);
}

static int check_mount(const char *source, const char *target, struct error **err)
{
    if (source[0] != '/') {
        error_make(err, ERROR_USAGE, "source %s is not absolute", source);
        return -1;
    }
    if (!target[strspn(target, "/")]) {
        error_make(err, ERROR_USAGE, "target %s is no path below the root of the container",
                   target);
        return -1;
    }
    return 0;
}

static int add_mount(struct wanted *wanted, const json_t *mount, struct strv *sources,
                     struct error **err)
{
    const char *source = js_str(mount, "source", NULL);
    const char *target = js_str(mount, "target", NULL);
    if (check_mount(source, target, err) < 0)
        return -1;
    auto_buf struct buf entry;
    buf_init(&entry);
    add_field(&entry, source);
    buf_add_char(&entry, ' ');
    add_field(&entry, target + strspn(target, "/"));
    buf_printf(&entry, " none bind,create=%s", js_str(mount, "create", NULL));
    if (js_true(mount, "optional", NULL))
        buf_add_str(&entry, ",optional");
    size_t index = 0;
    json_t *option = NULL;
    json_array_foreach (json_object_get(mount, "options"), index, option)
        buf_printf(&entry, ",%s", json_string_value(option));
    buf_add_str(&entry, " 0 0");
    if (js_true(mount, "create_source", NULL))
        strv_add_once(sources, source);
    return wanted_add_pair(wanted, "lxc.mount.entry", buf_str(&entry), err);
}

int wanted_read_mounts(struct wanted *wanted, const json_t *params, struct strv *sources,
                       struct error **err)
{
    size_t index = 0;
    json_t *mount = NULL;
    json_array_foreach (json_object_get(params, "bind_mounts"), index, mount) {
        if (add_mount(wanted, mount, sources, err) < 0) {
            error_wrap(err, "bind_mounts[%zu]", index);
            return -1;
        }
    }
    return 0;
}

/* ---- networks */

static void add_net(struct wanted *wanted, size_t number, const char *what, const char *value)
{
    strv_printf(&wanted->net_keys, "lxc.net.%zu.%s", number, what);
    strv_add(&wanted->net_values, value);
}

static void add_addresses(struct wanted *wanted, size_t number, const json_t *list,
                          const char *what)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (list, index, item) {
        const char *text = json_string_value(item);
        auto_free char *key = xasprintf("%s.%s", strchr(text, ':') ? "ipv6" : "ipv4", what);
        add_net(wanted, number, key, text);
    }
}

static void add_network(struct wanted *wanted, size_t number, const json_t *network)
{
    static const struct {
        const char *option;
        const char *key;
    } texts[] = {{"type", "type"},   {"link", "link"},     {"name", "name"},
                 {"flags", "flags"}, {"hwaddr", "hwaddr"}, {"veth_pair", "veth.pair"}};
    for (size_t i = 0; i < array_length(texts); i++) {
        const char *text = js_str(network, texts[i].option, NULL);
        if (!str_empty(text))
            add_net(wanted, number, texts[i].key, text);
    }
    long long mtu = 0;
    if (js_int(network, &mtu, "mtu", NULL)) {
        auto_free char *text = xasprintf("%lld", mtu);
        add_net(wanted, number, "mtu", text);
    }
    add_addresses(wanted, number, json_object_get(network, "address"), "address");
    add_addresses(wanted, number, json_object_get(network, "gateway"), "gateway");
}

int wanted_read_networks(struct wanted *wanted, const json_t *params, struct error **err)
{
    json_t *list = json_object_get(params, "networks");
    if (!json_is_array(list))
        return 0;
    wanted->networks = true;
    size_t index = 0;
    json_t *network = NULL;
    json_array_foreach (list, index, network)
        add_network(wanted, index, network);
    for (size_t i = 0; i < wanted->count; i++) {
        if (!key_net_prefix(wanted->keys[i].key))
            continue;
        error_make(err, ERROR_USAGE, "networks and container_config both give %s",
                   wanted->keys[i].key);
        return -1;
    }
    return 0;
}
