#include "ansible/am_text.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ansible/am_literal.h"
#include "ansible/am_unicode.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"

/* ---- paths */

static bool is_name_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The length of "$NAME" or "${NAME}" at AT, 0 when there is none; *name becomes NAME, owned. */
static size_t read_variable(const char *at, char **name)
{
    size_t length = 0;
    if (at[1] == '{') {
        length = strcspn(at + 2, "}");
        if (!at[2 + length])
            return 0;
        *name = xmemdup(at + 2, length);
        return length + 3;
    }
    while (is_name_char(at[1 + length]))
        length++;
    if (!length)
        return 0;
    *name = xmemdup(at + 1, length);
    return length + 1;
}

static void expand_variables(const char *text, struct buf *out)
{
    while (*text) {
        auto_free char *name = NULL;
        size_t length = *text == '$' ? read_variable(text, &name) : 0;
        const char *value = length ? getenv(name) : NULL;
        if (value)
            buf_add_str(out, value);
        else
            buf_add(out, text, length ? length : 1);
        text += length ? length : 1;
    }
}

/* The home directory of NAME, "" for the own one; owned, NULL when there is none. */
static char *home_of(const char *name)
{
    const char *home = *name ? NULL : getenv("HOME");
    if (home)
        return xstrdup(home);
    const struct passwd *entry = *name ? getpwnam(name) : getpwuid(getuid());
    return entry ? xstrdup(entry->pw_dir) : NULL;
}

static char *expand_home(const char *path)
{
    size_t end = strcspn(path, "/");
    auto_free char *name = xmemdup(path + 1, end - 1);
    auto_free char *home = home_of(name);
    if (!home)
        return xstrdup(path);
    size_t length = strlen(home);
    while (length && home[length - 1] == '/')
        home[--length] = '\0';
    auto_free char *whole = xasprintf("%s%s", home, path + end);
    return xstrdup(*whole ? whole : "/");
}

char *am_text_path(const char *text)
{
    auto_buf struct buf path;
    buf_init(&path);
    expand_variables(text, &path);
    if (*buf_str(&path) == '~')
        return expand_home(buf_str(&path));
    return buf_steal(&path);
}

/* ---- dictionaries */

static json_t *dict_of_braces(const char *text, struct error **err)
{
    json_auto_t *value = json_loads(text, 0, NULL);
    if (!value)
        value = am_literal_parse(text);
    if (json_is_object(value))
        return steal_ptr(value);
    error_make(err, ERROR_USAGE, "unable to evaluate string as dictionary");
    return NULL;
}

static void end_field(struct buf *field, struct strv *fields)
{
    if (field->size)
        strv_add_take(fields, buf_steal(field));
}

/* Splits at commas and blanks outside of quotes; a backslash keeps the next character. */
static void split_fields(const char *text, struct strv *fields)
{
    auto_buf struct buf field;
    char quote = '\0';
    buf_init(&field);
    for (const char *at = text; *at; at++) {
        if (*at == '\\') {
            if (at[1])
                buf_add_char(&field, *++at);
        } else if (!quote && (*at == '\'' || *at == '"')) {
            quote = *at;
        } else if (quote && *at == quote) {
            quote = '\0';
        } else if (!quote && (*at == ',' || *at == ' ')) {
            end_field(&field, fields);
        } else {
            buf_add_char(&field, *at);
        }
    }
    end_field(&field, fields);
}

static json_t *dict_of_pairs(const char *text, struct error **err)
{
    auto_free char *stripped = am_unicode_strip(text);
    auto_strv struct strv fields;
    json_auto_t *object = json_object();
    strv_init(&fields);
    split_fields(stripped, &fields);
    for (size_t i = 0; i < fields.count; i++) {
        char *equals = strchr(fields.items[i], '=');
        if (!equals) {
            error_make(err, ERROR_USAGE,
                       "unable to evaluate string in the \"key=value\" format as dictionary");
            return NULL;
        }
        *equals = '\0';
        json_object_set_new(object, fields.items[i], json_string(equals + 1));
    }
    return steal_ptr(object);
}

json_t *am_text_dict(const char *text, struct error **err)
{
    if (*text == '{')
        return dict_of_braces(text, err);
    if (strchr(text, '='))
        return dict_of_pairs(text, err);
    error_make(err, ERROR_USAGE, "dictionary requested, could not parse JSON or key=value");
    return NULL;
}
