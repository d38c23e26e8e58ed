#include "lxc_container/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_list.h"
#include "lxc_container/keys.h"

#define MOUNT "lxc.mount.entry"

/* ---- values */

static void fields_of(const char *value, struct strv *fields)
{
    auto_free char *copy = xstrdup(value);
    char *rest = copy;
    char *field = NULL;
    while ((field = strsep(&rest, " \t")))
        if (*field)
            strv_add(fields, field);
}

static bool same_fields(const char *a, const char *b)
{
    auto_strv struct strv one;
    auto_strv struct strv two;
    strv_init(&one);
    strv_init(&two);
    fields_of(a, &one);
    fields_of(b, &two);
    bool same = one.count == two.count;
    for (size_t i = 0; same && i < one.count; i++)
        same = str_equal(one.items[i], two.items[i]);
    return same;
}

bool config_same_value(const char *key, const char *a, const char *b)
{
    auto_free char *one = text_unquote(a);
    auto_free char *two = text_unquote(b);
    return str_equal(key, MOUNT) ? same_fields(one, two) : str_equal(one, two);
}

/* The target of a mount, owned, without slashes around it; NULL without one. */
static char *target_of(const char *value)
{
    auto_strv struct strv fields;
    strv_init(&fields);
    fields_of(value, &fields);
    if (fields.count < 2)
        return NULL;
    const char *target = fields.items[1] + strspn(fields.items[1], "/");
    size_t length = strlen(target);
    while (length && target[length - 1] == '/')
        length--;
    return xmemdup(target, length);
}

/* The device and the names of its limits: "8:0 rbps wbps" of "8:0 rbps=1 wbps=2", "8:0" of
 * "8:0 100", "default" of "100". Owned. */
static char *device_of(const char *value)
{
    auto_strv struct strv fields;
    auto_strv struct strv names;
    strv_init(&fields);
    strv_init(&names);
    fields_of(value, &fields);
    for (size_t i = 0; i < fields.count; i++) {
        const char *sign = strchr(fields.items[i], '=');
        if (sign)
            strv_printf(&names, "%.*s", (int)(sign - fields.items[i]), fields.items[i]);
        else if (i == 0)
            strv_add(&names, fields.count > 1 ? fields.items[i] : "default");
    }
    return strv_join(&names, " ");
}

/* What a line of KEY speaks of: of two lines with the same, the last counts. Owned; NULL where each
 * line counts. */
static char *subject_of(const char *key, const char *value)
{
    switch (key_lines(key)) {
    case KEY_LINES_ONE:
        return xstrdup("");
    case KEY_LINES_DEVICES:
        return device_of(value);
    case KEY_LINES_MOUNTS:
        return target_of(value);
    case KEY_LINES_VARIABLES:
        return xmemdup(value, strcspn(value, "="));
    case KEY_LINES_ALL:
        break;
    }
    return NULL;
}

/* ---- places */

/* The type of a device must stand before its other lines: it starts the device anew. */
static size_t place_for(const struct text *text, const char *key)
{
    if (!key_is_net_type(key))
        return text->count;
    size_t length = (size_t)key_net_prefix(key);
    for (size_t i = 0; i < text->count; i++)
        if (text->lines[i].key && strncmp(text->lines[i].key, key, length) == 0)
            return i;
    return text->count;
}

/* ---- scalars */

static void set_scalar(struct text *text, const char *key, const char *value, bool at_end)
{
    size_t at = text_last(text, key);
    if (at_end && at < text->count) {
        text_remove(text, at);
        at = text->count;
    }
    if (at == text->count)
        text_insert(text, at_end ? at : place_for(text, key), key, value);
    else if (!config_same_value(key, text->lines[at].value, value))
        text_replace(text, at, key, value);
}

/* ---- lists */

/* The last line that empties the list of KEY; text->count when there is none. */
static size_t last_reset(const struct text *text, const char *key)
{
    for (size_t at = text->count; at-- > 0;) {
        const struct text_line *line = &text->lines[at];
        if (!line->key || *line->value)
            continue;
        bool group = str_equal(line->key, "lxc.cgroup") || str_equal(line->key, "lxc.cgroup2");
        size_t length = strlen(line->key);
        if (str_equal(line->key, key) ||
            (group && strncmp(key, line->key, length) == 0 && key[length] == '.'))
            return at;
    }
    return text->count;
}

static size_t find_value(const struct text *text, size_t from, const char *key, const char *value)
{
    for (size_t at = from; at < text->count; at++)
        if (str_equal(text->lines[at].key, key) &&
            config_same_value(key, text->lines[at].value, value))
            return at;
    return text->count;
}

static size_t find_subject(const struct text *text, size_t from, const char *key,
                           const char *subject)
{
    for (size_t at = text->count; at-- > from;) {
        if (!str_equal(text->lines[at].key, key))
            continue;
        auto_free char *other = subject_of(key, text->lines[at].value);
        if (str_equal(subject, other))
            return at;
    }
    return text->count;
}

static void merge_value(struct text *text, size_t from, const char *key, const char *value)
{
    auto_free char *plain = text_unquote(value);
    auto_free char *subject = subject_of(key, plain);
    size_t at =
        subject ? find_subject(text, from, key, subject) : find_value(text, from, key, value);
    if (at < text->count) {
        if (!config_same_value(key, text->lines[at].value, value))
            text_replace(text, at, key, value);
        return;
    }
    size_t last = text_last(text, key);
    bool behind = last < text->count && last + 1 >= from;
    text_insert(text, behind ? last + 1 : text->count, key, value);
}

static void merge_list(struct text *text, const struct wanted_key *wanted)
{
    size_t reset = last_reset(text, wanted->key);
    size_t from = reset < text->count ? reset + 1 : 0;
    for (size_t i = 0; i < wanted->values.count; i++)
        merge_value(text, from, wanted->key, wanted->values.items[i]);
}

static bool has_sequence(const struct text *text, const struct wanted_key *wanted)
{
    auto_strv struct strv values;
    strv_init(&values);
    text_values(text, wanted->key, &values);
    if (values.count != wanted->values.count)
        return false;
    for (size_t i = 0; i < values.count; i++)
        if (!config_same_value(wanted->key, values.items[i], wanted->values.items[i]))
            return false;
    /* What an include adds behind the line that empties the list is there again. */
    bool resets = !*wanted->values.items[0];
    return !resets || !text_includes_behind(text, text_first(text, wanted->key));
}

static void replace_list(struct text *text, const struct wanted_key *wanted)
{
    if (has_sequence(text, wanted))
        return;
    /* Lines of another key that stand behind the last line of this one. */
    size_t behind = 0;
    size_t last = text_last(text, wanted->key);
    if (last < text->count)
        behind = text->count - last - 1;
    for (size_t at = text->count; at-- > 0;)
        if (str_equal(text->lines[at].key, wanted->key))
            text_remove(text, at);
    size_t place = text->count - behind;
    if (text_includes_behind(text, place))
        place = text->count;
    if (place_for(text, wanted->key) < place)
        place = place_for(text, wanted->key);
    for (size_t i = 0; i < wanted->values.count; i++)
        text_insert(text, place++, wanted->key, wanted->values.items[i]);
}

/* ---- removal */

void config_remove(struct text *text, const char *item)
{
    const char *sign = strchr(item, '=');
    auto_free char *own = sign ? xmemdup(item, (size_t)(sign - item)) : xstrdup(item);
    const char *key = str_trim(own);
    for (size_t at = text->count; at-- > 0;)
        if (str_equal(text->lines[at].key, key) &&
            (!sign || config_same_value(key, text->lines[at].value, sign + 1)))
            text_remove(text, at);
}

/* ---- all */

void config_edit(struct text *text, const struct wanted *wanted, const struct strv *at_end)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const struct wanted_key *key = &wanted->keys[i];
        enum key_class class = key_class(key->key);
        bool single = class == KEY_SCALAR || class == KEY_MARTIAN;
        if (key->replace && !(single && strv_contains(at_end, key->key)))
            replace_list(text, key);
        else if (single)
            set_scalar(text, key->key, key->values.items[0], strv_contains(at_end, key->key));
        else
            merge_list(text, key);
    }
    if (wanted->networks)
        config_replace_networks(text, wanted);
    for (size_t i = 0; i < wanted->absent.count; i++)
        config_remove(text, wanted->absent.items[i]);
}

json_t *config_changes(const struct text *before, const struct text *after)
{
    json_t *changes = json_array();
    auto_strv struct strv keys;
    strv_init(&keys);
    text_keys(before, &keys);
    text_keys(after, &keys);
    for (size_t i = 0; i < keys.count; i++) {
        auto_strv struct strv old;
        auto_strv struct strv now;
        strv_init(&old);
        strv_init(&now);
        text_values(before, keys.items[i], &old);
        text_values(after, keys.items[i], &now);
        json_t *was = js_strv(&old);
        json_t *is = js_strv(&now);
        bool same = json_equal(was, is);
        json_t *change =
            json_pack("{ss, so, so}", "key", keys.items[i], "before", was, "after", is);
        if (same)
            json_decref(change);
        else
            json_array_append_new(changes, change);
    }
    return changes;
}
