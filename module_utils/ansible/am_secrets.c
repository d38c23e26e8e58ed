#include "ansible/am_secrets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_iter.h"
#include "ansible/am_repr.h"
#include "base/buf.h"
#include "base/hide.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"

/* What Ansible puts in place of a whole value. */
#define WHOLE "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

struct am_secrets {
    struct strv texts; /* see base/hide.h */
};

struct am_secrets *am_secrets_new(void)
{
    return xcalloc(1, sizeof(struct am_secrets));
}

void am_secrets_free(struct am_secrets *secrets)
{
    if (!secrets)
        return;
    for (size_t i = 0; i < secrets->texts.count; i++)
        mem_wipe(secrets->texts.items[i], strlen(secrets->texts.items[i]));
    strv_clear(&secrets->texts);
    mem_cleanup_free(&secrets);
}

void am_secrets_add(struct am_secrets *secrets, const char *text)
{
    hide_add(&secrets->texts, text);
}

void am_secrets_add_value(struct am_secrets *secrets, const json_t *value)
{
    size_t i = 0;
    const char *key = NULL;
    const json_t *item = NULL;
    if (json_is_object(value)) {
        json_object_foreach (am_iter(value), key, item)
            am_secrets_add_value(secrets, item);
    } else if (json_is_array(value)) {
        json_array_foreach (value, i, item)
            am_secrets_add_value(secrets, item);
    } else if (json_is_string(value) || json_is_number(value)) {
        char *text = am_str(value);
        am_secrets_add(secrets, text);
        mem_wipe(text, strlen(text));
        mem_cleanup_free(&text);
    }
}

/* ---- scrubbing */

char *am_secrets_scrub_text(const struct am_secrets *secrets, const char *text)
{
    if (strv_contains(&secrets->texts, text))
        return xstrdup(WHOLE);
    return hide_words(text, &secrets->texts);
}

static json_t *scrub_number(const struct am_secrets *secrets, json_t *number)
{
    auto_free char *text = am_str(number);
    for (size_t i = 0; i < secrets->texts.count; i++)
        if (str_contains(text, secrets->texts.items[i]))
            return json_string(WHOLE);
    return json_incref(number);
}

/* NUL characters cut a string into parts, each of which is a text. */
static json_t *scrub_string(const struct am_secrets *secrets, const json_t *string)
{
    const char *at = json_string_value(string);
    const char *end = at + json_string_length(string);
    auto_buf struct buf clean;
    buf_init(&clean);
    for (;;) {
        auto_free char *part = am_secrets_scrub_text(secrets, at);
        buf_add_str(&clean, part);
        at += strlen(at);
        if (at == end)
            return json_stringn_nocheck(buf_str(&clean), clean.size);
        buf_add_char(&clean, *at++);
    }
}

static json_t *scrub(const struct am_secrets *secrets, json_t *value)
{
    size_t i = 0;
    const char *key = NULL;
    json_t *item = NULL;
    json_t *copy = NULL;
    if (json_is_object(value)) {
        copy = json_object();
        json_object_foreach (value, key, item)
            json_object_set_new_nocheck(copy, key, scrub(secrets, item));
    } else if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach (value, i, item)
            json_array_append_new(copy, scrub(secrets, item));
    } else if (json_is_string(value)) {
        copy = scrub_string(secrets, value);
    } else if (json_is_number(value)) {
        copy = scrub_number(secrets, value);
    } else {
        copy = json_incref(value);
    }
    return copy;
}

json_t *am_secrets_scrub(const struct am_secrets *secrets, json_t *value)
{
    return secrets->texts.count ? scrub(secrets, value) : json_incref(value);
}
