#include "ansible/am_coerce.h"

#include <math.h>
#include <string.h>

#include "ansible/am_number.h"
#include "ansible/am_repr.h"
#include "ansible/am_text.h"
#include "ansible/am_unicode.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "json/js_list.h"
#include "json/js_write.h"

static json_t *string_take(char *text_take)
{
    json_t *value = json_string(text_take);
    if (!value) { /* only a value from outside of the arguments, the environment, gets here */
        auto_free char *valid = str_to_utf8(text_take, strlen(text_take));
        value = json_string(valid);
    }
    mem_cleanup_free(&text_take);
    return value;
}

static json_t *refuse(const json_t *value, const char *what, struct error **err)
{
    error_make(err, ERROR_USAGE, "<class '%s'> cannot be converted to %s", am_type_name(value),
               what);
    return NULL;
}

static json_t *to_str(json_t *value, struct error **err)
{
    (void)err;
    if (json_is_string(value))
        return json_incref(value);
    return json_is_null(value) ? json_string("") : string_take(am_str(value));
}

static json_t *to_path(json_t *value, struct error **err)
{
    json_auto_t *text = to_str(value, err);
    return string_take(am_text_path(json_string_value(text)));
}

/* ---- truth */

static bool truth_of_text(const char *text, bool *truth)
{
    static const struct {
        const char *word;
        bool truth;
    } words[] = {
        {"y", true},  {"yes", true}, {"on", true},   {"1", true},  {"true", true},   {"t", true},
        {"n", false}, {"no", false}, {"off", false}, {"0", false}, {"false", false}, {"f", false},
    };
    auto_free char *stripped = am_unicode_strip(text);
    for (size_t i = 0; i < array_length(words); i++) {
        if (!str_equal_nocase(stripped, words[i].word))
            continue;
        *truth = words[i].truth;
        return true;
    }
    return false;
}

bool am_coerce_truth(const json_t *value, bool *truth)
{
    if (json_is_string(value))
        return truth_of_text(json_string_value(value), truth);
    if (json_is_boolean(value)) {
        *truth = json_is_true(value);
        return true;
    }
    double number = json_is_number(value) ? json_number_value(value) : -1;
    bool one = number >= 1 && number <= 1;
    bool zero = number >= 0 && number <= 0;
    if (one || zero)
        *truth = one;
    return one || zero;
}

static json_t *to_bool(json_t *value, struct error **err)
{
    bool truth = false;
    if (am_coerce_truth(value, &truth))
        return json_boolean(truth);
    if (!json_is_string(value) && !json_is_number(value))
        return refuse(value, "a bool", err);
    auto_free char *text = am_str(value);
    error_make(err, ERROR_USAGE,
               "The value '%s' is not a valid boolean. Valid booleans include: 0, 1, "
               "'y', 'yes', 'on', '1', 'true', 't', 'n', 'no', 'off', '0', 'false', 'f'",
               text);
    return NULL;
}

/* ---- numbers */

static bool int_of_real(double real, long long *number)
{
    double whole = 0;
    /* Both limits are exact as double; the upper one is the first that does not fit. */
    if (modf(real, &whole) != 0 ||
        !(real >= -9223372036854775808.0 && real < 9223372036854775808.0))
        return false;
    *number = (long long)real;
    return true;
}

static json_t *to_int(json_t *value, struct error **err)
{
    long long number = 0;
    if (json_is_integer(value))
        return json_incref(value);
    if (json_is_boolean(value))
        return json_integer(json_is_true(value));
    if (json_is_string(value) ? am_number_int(json_string_value(value), &number)
                              : json_is_real(value) && int_of_real(json_real_value(value), &number))
        return json_integer(number);
    auto_free char *repr = am_repr(value);
    error_make(err, ERROR_USAGE, "\"%s\" cannot be converted to an int", repr);
    return NULL;
}

static json_t *to_float(json_t *value, struct error **err)
{
    double number = 0;
    if (json_is_number(value))
        return json_real(json_number_value(value));
    if (json_is_boolean(value))
        return json_real(json_is_true(value) ? 1 : 0);
    if (json_is_string(value) && am_number_float(json_string_value(value), &number))
        return json_real(number);
    return refuse(value, "a float", err);
}

static json_t *to_size(json_t *value, bool bits, struct error **err)
{
    long long number = 0;
    auto_free char *text = am_str(value);
    if (am_number_size(text, bits, &number))
        return json_integer(number);
    return refuse(value, bits ? "a Bit value" : "a Byte value", err);
}

static json_t *to_bytes(json_t *value, struct error **err)
{
    return to_size(value, false, err);
}

static json_t *to_bits(json_t *value, struct error **err)
{
    return to_size(value, true, err);
}

/* ---- containers */

static json_t *to_list(json_t *value, struct error **err)
{
    if (json_is_array(value))
        return json_incref(value);
    if (json_is_object(value) || json_is_null(value))
        return refuse(value, "a list", err);
    auto_free char *text = am_str(value);
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, text, ',');
    return js_strv(&parts);
}

static json_t *to_dict(json_t *value, struct error **err)
{
    if (json_is_object(value))
        return json_incref(value);
    return json_is_string(value) ? am_text_dict(json_string_value(value), err)
                                 : refuse(value, "a dict", err);
}

static json_t *to_raw(json_t *value, struct error **err)
{
    (void)err;
    return json_incref(value);
}

static json_t *to_jsonarg(json_t *value, struct error **err)
{
    if (json_is_string(value))
        return string_take(am_unicode_strip(json_string_value(value)));
    if (!json_is_array(value) && !json_is_object(value))
        return refuse(value, "a json string", err);
    char *text = js_write_dup(value, JS_WRITE_ASCII | JS_WRITE_PYTHON_SEPARATORS, err);
    return text ? string_take(text) : NULL;
}

/* ---- the table */

struct conversion {
    const char *word;
    json_t *(*convert)(json_t *value, struct error **err);
};

static const struct conversion conversions[] = {
    [AM_STR] = {"str", to_str},
    [AM_PATH] = {"path", to_path},
    [AM_BOOL] = {"bool", to_bool},
    [AM_INT] = {"int", to_int},
    [AM_FLOAT] = {"float", to_float},
    [AM_LIST] = {"list", to_list},
    [AM_DICT] = {"dict", to_dict},
    [AM_RAW] = {"raw", to_raw},
    [AM_JSONARG] = {"jsonarg", to_jsonarg},
    [AM_BYTES] = {"bytes", to_bytes},
    [AM_BITS] = {"bits", to_bits},
};
_Static_assert(array_length(conversions) == AM_BITS + 1, "a type has no conversion");

const char *am_type_word(enum am_type type)
{
    return conversions[type].word;
}

json_t *am_coerce(enum am_type type, json_t *value, struct error **err)
{
    return conversions[type].convert(value, err);
}
