/* The lines of the network devices, which are one whole. */
#include "lxc_container/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/keys.h"

struct pairs {
    struct strv keys;
    struct strv values;
};

static void pairs_clear(struct pairs *pairs)
{
    strv_clear(&pairs->keys);
    strv_clear(&pairs->values);
}

static const char *value_of(const struct pairs *pairs, const char *key)
{
    for (size_t i = 0; i < pairs->keys.count; i++)
        if (str_equal(pairs->keys.items[i], key))
            return pairs->values.items[i];
    return NULL;
}

static void add(struct pairs *pairs, const char *key, const char *value)
{
    strv_add(&pairs->keys, key);
    strv_add(&pairs->values, value);
}

static void existing_lines(const struct text *text, struct pairs *out)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->lines[i].key && key_net_prefix(text->lines[i].key))
            add(out, text->lines[i].key, text->lines[i].value);
}

/* Devices without an Ethernet address of their own, or with one that is the host's. */
static bool has_own_address(const char *type)
{
    static const char *const types[] = {"veth", "macvlan"};
    for (size_t i = 0; i < array_length(types); i++)
        if (str_equal(type, types[i]))
            return true;
    return false;
}

/* An address that the device has stays, else every run would make another one. */
static void keep_address(const struct pairs *wanted, const struct pairs *existing,
                         const char *type_key, const char *type, struct pairs *out)
{
    int prefix = key_net_prefix(type_key);
    auto_free char *key = xasprintf("%.*shwaddr", prefix, type_key);
    const char *address = value_of(existing, key);
    if (address && has_own_address(type) && !value_of(wanted, key))
        add(out, key, address);
}

static void complete(const struct wanted *wanted, const struct pairs *existing, struct pairs *out)
{
    const struct pairs asked = {wanted->net_keys, wanted->net_values};
    for (size_t i = 0; i < asked.keys.count; i++) {
        const char *key = asked.keys.items[i];
        add(out, key, asked.values.items[i]);
        if (key_is_net_type(key))
            keep_address(&asked, existing, key, asked.values.items[i], out);
    }
}

static bool same_pairs(const struct pairs *a, const struct pairs *b)
{
    bool same = a->keys.count == b->keys.count;
    for (size_t i = 0; same && i < a->keys.count; i++)
        same = str_equal(a->keys.items[i], b->keys.items[i]) &&
               config_same_value(a->keys.items[i], a->values.items[i], b->values.items[i]);
    return same;
}

void config_replace_networks(struct text *text, const struct wanted *wanted)
{
    cleanup_with(pairs_clear) struct pairs existing = {0};
    cleanup_with(pairs_clear) struct pairs all = {0};
    existing_lines(text, &existing);
    complete(wanted, &existing, &all);
    if (same_pairs(&existing, &all))
        return;
    size_t place = text->count;
    for (size_t at = text->count; at-- > 0;) {
        if (!text->lines[at].key || !key_net_prefix(text->lines[at].key))
            continue;
        text_remove(text, at);
        place = at;
    }
    if (place > text->count)
        place = text->count;
    for (size_t i = 0; i < all.keys.count; i++)
        text_insert(text, place++, all.keys.items[i], all.values.items[i]);
}
