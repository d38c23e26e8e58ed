#include "json/js_get.h"

#include <stdarg.h>
#include <string.h>

static json_t *get_va(const json_t *value, va_list names)
{
    const json_t *at = value;
    for (const char *name = va_arg(names, const char *); name; name = va_arg(names, const char *))
        at = json_object_get(at, name);
    return js_iterable(at);
}

/* Puts the member of VALUE named by the arguments behind LAST into OUT. */
#define GET_BEHIND(LAST, VALUE, OUT)                                                               \
    do {                                                                                           \
        va_list names;                                                                             \
        va_start(names, LAST);                                                                     \
        OUT = get_va(VALUE, names);                                                                \
        va_end(names);                                                                             \
    } while (0)

json_t *js_get(const json_t *value, ...)
{
    json_t *member = NULL;
    GET_BEHIND(value, value, member);
    return member;
}

const char *js_str(const json_t *value, ...)
{
    json_t *member = NULL;
    GET_BEHIND(value, value, member);
    return json_string_value(member);
}

static bool real_is_int(const json_t *value)
{
    double real = json_real_value(value);
    return json_is_real(value) && real >= -9223372036854775808.0 && real < 9223372036854775808.0 &&
           (double)(long long)real == real;
}

bool js_int(const json_t *value, long long *out, ...)
{
    json_t *member = NULL;
    GET_BEHIND(out, value, member);
    if (!json_is_integer(member) && !real_is_int(member))
        return false;
    if (out)
        *out = json_is_integer(member) ? json_integer_value(member)
                                       : (long long)json_real_value(member);
    return true;
}

bool js_true(const json_t *value, ...)
{
    json_t *member = NULL;
    GET_BEHIND(value, value, member);
    return json_is_true(member);
}

json_t *js_find(const json_t *array, const char *name, const char *text)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_iterable(array), index, item) {
        const char *has = json_string_value(json_object_get(item, name));
        if (has && text && strcmp(has, text) == 0)
            return item;
    }
    return NULL;
}

static const char *const type_names[] = {
    [JSON_OBJECT] = "object",  [JSON_ARRAY] = "list",  [JSON_STRING] = "string",
    [JSON_INTEGER] = "number", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
    [JSON_FALSE] = "boolean",  [JSON_NULL] = "null",
};

const char *js_type_name(const json_t *value)
{
    return value ? type_names[json_typeof(value)] : "nothing";
}

/* The member at a dotted path, or NULL. */
static json_t *get_dotted(const json_t *value, const char *path)
{
    const json_t *at = value;
    while (at && *path) {
        size_t length = strcspn(path, ".");
        at = json_object_getn(at, path, length);
        path += length;
        if (*path == '.')
            path++;
    }
    return js_iterable(at);
}

static int want(const json_t *member, const char *path, json_type type, struct error **err)
{
    const char *wanted = type_names[type];
    const char *got = js_type_name(member);
    if (member && strcmp(wanted, got) == 0)
        return 0;
    error_make(err, ERROR_PARSE, "%s%sexpected %s, got %s", path, *path ? ": " : "", wanted, got);
    return -1;
}

int js_want(const json_t *value, const char *path, json_type type, json_t **out, struct error **err)
{
    json_t *member = get_dotted(value, path);
    if (want(member, path, type, err) < 0)
        return -1;
    if (out)
        *out = member;
    return 0;
}

int js_want_lookup(const json_t *value, const char *path, json_type type, json_t **out,
                   struct error **err)
{
    json_t *member = get_dotted(value, path);
    if (!member || json_is_null(member))
        return 0;
    return js_want(value, path, type, out, err) < 0 ? -1 : 1;
}
