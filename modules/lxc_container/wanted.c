#include "lxc_container/wanted_priv.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_repr.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "lxc_container/keys.h"

struct wanted_key *wanted_find(const struct wanted *wanted, const char *key)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (str_equal(wanted->keys[i].key, key))
            return &wanted->keys[i];
    return NULL;
}

void wanted_drop(struct wanted *wanted, const char *key)
{
    struct wanted_key *entry = wanted_find(wanted, key);
    if (!entry)
        return;
    free(entry->key);
    strv_clear(&entry->values);
    size_t behind = (size_t)(&wanted->keys[wanted->count] - (entry + 1));
    memmove(entry, entry + 1, behind * sizeof(*entry));
    wanted->count--;
}

static struct wanted_key *find_or_add(struct wanted *wanted, const char *key)
{
    struct wanted_key *entry = wanted_find(wanted, key);
    if (entry)
        return entry;
    wanted->keys = xreallocarray(wanted->keys, wanted->count + 1, sizeof(*wanted->keys));
    entry = &wanted->keys[wanted->count++];
    *entry = (struct wanted_key){.key = xstrdup(key)};
    return entry;
}

int wanted_add(struct wanted *wanted, const char *key, const char *value, struct error **err)
{
    struct wanted_key *entry = find_or_add(wanted, key);
    enum key_class class = key_class(key);
    bool single = class == KEY_SCALAR || class == KEY_MARTIAN;
    if (single && entry->values.count && !str_equal(entry->values.items[0], value)) {
        error_make(err, ERROR_USAGE, "%s takes one value and is given two: \"%s\" and \"%s\"", key,
                   entry->values.items[0], value);
        return -1;
    }
    strv_add_once(&entry->values, value);
    return 0;
}

/* ---- container_config */

static int check_text(const char *key, const char *value, struct error **err)
{
    if (str_empty(key) || strpbrk(key, "\r\n\t =#")) {
        error_make(err, ERROR_USAGE, "\"%s\" is no key of a configuration", key);
        return -1;
    }
    if (strpbrk(value, "\r\n")) {
        error_make(err, ERROR_USAGE, "the value of %s has several lines", key);
        return -1;
    }
    const char *now = key_renamed(key);
    if (now) {
        error_make(err, ERROR_USAGE, "%s is a name of LXC 2, since LXC 3 it is %s", key, now);
        return -1;
    }
    return 0;
}

int wanted_add_pair(struct wanted *wanted, const char *key, const char *value, struct error **err)
{
    auto_free char *own_key = xstrdup(key);
    auto_free char *own_value = xstrdup(value);
    str_trim(own_key);
    str_trim(own_value);
    if (check_text(own_key, own_value, err) < 0)
        return -1;
    return wanted_add(wanted, own_key, own_value, err);
}

/* true is 1 for liblxc, and true for those that read what liblxc ignores. */
static char *text_of(const char *key, const json_t *value)
{
    if (json_is_boolean(value) && key_class(key) != KEY_MARTIAN)
        return xstrdup(json_is_true(value) ? "1" : "0");
    if (json_is_boolean(value))
        return xstrdup(json_is_true(value) ? "true" : "false");
    return json_is_null(value) ? xstrdup("") : am_str(value);
}

static int add_value(struct wanted *wanted, const char *key, const json_t *value,
                     struct error **err)
{
    if (json_is_object(value)) {
        error_make(err, ERROR_USAGE, "the value of %s is a dictionary", key);
        return -1;
    }
    auto_free char *text = text_of(key, value);
    return wanted_add_pair(wanted, key, text, err);
}

static int add_values(struct wanted *wanted, const char *key, const json_t *value,
                      struct error **err)
{
    if (!json_is_array(value))
        return add_value(wanted, key, value, err);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (value, index, item)
        if (add_value(wanted, key, item, err) < 0)
            return -1;
    return 0;
}

static int add_map(struct wanted *wanted, const json_t *map, struct error **err)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(map), key, value)
        if (add_values(wanted, key, value, err) < 0)
            return -1;
    return 0;
}

static int add_text(struct wanted *wanted, const char *text, struct error **err)
{
    const char *sign = strchr(text, '=');
    if (!sign) {
        error_make(err, ERROR_USAGE, "\"%s\" is not of the form key=value", text);
        return -1;
    }
    auto_free char *key = xmemdup(text, (size_t)(sign - text));
    return wanted_add_pair(wanted, key, sign + 1, err);
}

static int add_item(struct wanted *wanted, const json_t *item, struct error **err)
{
    if (json_is_string(item))
        return add_text(wanted, json_string_value(item), err);
    if (!json_is_object(item)) {
        error_make(err, ERROR_USAGE, "an item is neither key=value nor a dictionary");
        return -1;
    }
    const char *key = js_str(item, "key", NULL);
    bool pair = key && json_object_size(item) == 2 && json_object_get(item, "value");
    return pair ? add_values(wanted, key, json_object_get(item, "value"), err)
                : add_map(wanted, item, err);
}

static int read_config(struct wanted *wanted, const json_t *params, struct error **err)
{
    json_t *given = json_object_get(params, "container_config");
    if (json_is_object(given))
        return add_map(wanted, given, err);
    if (!json_is_array(given))
        return json_is_null(given) || !given ? 0 : add_item(wanted, given, err);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (given, index, item)
        if (add_item(wanted, item, err) < 0)
            return -1;
    return 0;
}

/* ---- all of them */

static void read_absent(struct wanted *wanted, const json_t *params)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (json_object_get(params, "container_config_absent"), index, item)
        strv_add_once(&wanted->absent, json_string_value(item));
}

int wanted_read(struct wanted *wanted, const json_t *params, struct strv *sources,
                struct error **err)
{
    if (read_config(wanted, params, err) < 0) {
        error_wrap(err, "container_config");
        return -1;
    }
    bool replace = str_equal(js_str(params, "container_config_mode", NULL), "replace");
    for (size_t i = 0; i < wanted->count; i++) {
        struct wanted_key *key = &wanted->keys[i];
        /* An empty first value starts the list anew. */
        bool resets = key_class(key->key) == KEY_LIST && !*key->values.items[0];
        key->replace = replace || resets;
    }
    if (wanted_read_mounts(wanted, params, sources, err) < 0 ||
        wanted_read_networks(wanted, params, err) < 0)
        return -1;
    read_absent(wanted, params);
    json_t *managed = json_object_get(params, "rootfs_managed");
    if (json_is_boolean(managed))
        return wanted_add(wanted, "lxc.rootfs.managed", json_is_true(managed) ? "1" : "0", err);
    return 0;
}

void wanted_clear(struct wanted *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        free(wanted->keys[i].key);
        strv_clear(&wanted->keys[i].values);
    }
    free(wanted->keys);
    strv_clear(&wanted->net_keys);
    strv_clear(&wanted->net_values);
    strv_clear(&wanted->absent);
    *wanted = (struct wanted){0};
}
