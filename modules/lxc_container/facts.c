#include "lxc_container/facts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "json/js_list.h"
#include "lxc_container/keys.h"
#include "lxc_container/net.h"
#include "lxc_container/snapshot.h"
#include "lxc_container/text.h"

/* ---- the root file system */

/* liblxc shows lxc.rootfs.path without the store: it stands in the file. */
char *facts_store(const struct ct *ct)
{
    const struct ct_config *config = &ct->config;
    const char *lines = config->after ? config->after : config->before;
    auto_text struct text text;
    text_init(&text);
    text_read(&text, lines ? lines : "");
    size_t at = text_last(&text, "lxc.rootfs.path");
    const char *value = at < text.count ? text.lines[at].value : "";
    size_t length = strcspn(value, ":/");
    return value[length] == ':' && length ? xmemdup(value, length) : xstrdup("dir");
}

char *facts_managed_rootfs(const struct ct *ct)
{
    auto_free char *managed = lib_item(ct->container, "lxc.rootfs.managed");
    auto_free char *rootfs = lib_item(ct->container, "lxc.rootfs.path");
    auto_free char *store = facts_store(ct);
    if (!rootfs || str_equal(managed, "0"))
        return NULL;
    const char *last = str_starts_with(store, "overlay") ? strrchr(rootfs, ':') : NULL;
    return xstrdup(last ? last + 1 : rootfs);
}

/* ---- the running container */

/* For users who may not enter the namespace: liblxc has a helper for that. */
static void ask_liblxc(char **found, struct strv *out)
{
    for (char **item = found; item && *item; item++) {
        strv_add_once(out, *item);
        free(*item);
    }
    free(found);
}

static void add_network(struct ct *ct, pid_t init, json_t *facts)
{
    auto_strv struct strv interfaces;
    auto_strv struct strv addresses;
    strv_init(&interfaces);
    strv_init(&addresses);
    struct lxc_container *container = ct->container;
    if (init > 0 && net_look(init, NULL, 0, &interfaces, &addresses, NULL) < 0) {
        ask_liblxc(container->get_interfaces(container), &interfaces);
        ask_liblxc(container->get_ips(container, NULL, NULL, 0), &addresses);
    }
    json_object_set_new(facts, "interfaces", js_strv(&interfaces));
    json_object_set_new(facts, "ips", js_strv(&addresses));
}

/* ---- the configuration */

/* "lxc.net.N.<name>" as KEY: NAME. */
static json_t *device(struct lxc_container *container, int number)
{
    auto_strv struct strv keys;
    strv_init(&keys);
    lib_device_keys(container, number, &keys);
    if (!keys.count)
        return NULL;
    json_t *found = json_object();
    for (size_t i = 0; i < keys.count; i++) {
        const char *key = keys.items[i];
        auto_free char *value = lib_item(container, key);
        if (!str_empty(value))
            json_object_set_new(found, key + key_net_prefix(key), json_string(value));
    }
    return found;
}

static json_t *devices(struct lxc_container *container)
{
    json_t *list = json_array();
    auto_free char *types = lib_item(container, "lxc.net");
    size_t count = 0;
    for (const char *c = types; c && *c; c++)
        count += *c == '\n';
    count += !str_empty(types);
    for (int i = 0; i < LIB_MOST_DEVICES && json_array_size(list) < count; i++) {
        json_t *one = device(container, i);
        if (!one)
            continue;
        json_object_set_new(one, "index", json_integer(i));
        json_array_append_new(list, one);
    }
    return list;
}

static void add_configuration(struct ct *ct, json_t *facts)
{
    auto_free char *autostart = lib_item(ct->container, "lxc.start.auto");
    auto_free char *rootfs = lib_item(ct->container, "lxc.rootfs.path");
    auto_free char *store = facts_store(ct);
    json_object_set_new(facts, "autostart", json_boolean(str_equal(autostart, "1")));
    json_object_set_new(facts, "rootfs_path", json_string(rootfs ? rootfs : ""));
    json_object_set_new(facts, "backing_store", json_string(store));
    json_object_set_new(facts, "networks", devices(ct->container));
    json_object_set_new(facts, "snapshots", snapshot_list(ct));
}

/* ---- all of it */

static json_t *state_word(struct ct *ct)
{
    const char *word = ct->container->state(ct->container);
    auto_free char *lower = xstrdup(word ? word : "unknown");
    for (char *c = lower; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return json_string(lower);
}

void facts_add(struct ct *ct, json_t *facts)
{
    bool defined = ct_exists(ct) && ct->container;
    json_object_set_new(facts, "state", defined ? state_word(ct) : json_string("absent"));
    pid_t init = defined ? ct->container->init_pid(ct->container) : -1;
    json_object_set_new(facts, "init_pid", json_integer(init > 0 ? init : -1));
    if (!defined) {
        json_object_set_new(facts, "interfaces", json_array());
        json_object_set_new(facts, "ips", json_array());
        return;
    }
    add_network(ct, init, facts);
    add_configuration(ct, facts);
}
