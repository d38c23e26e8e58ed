#include "json/js_equal.h"

#include <math.h>
#include <string.h>

#include "json/js_get.h"

/* An integer and a real, exactly: a cast to double alone would call 2^53 and 2^53 + 1 equal. */
static bool integer_equals_real(long long integer, double real)
{
    if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0) || real != floor(real))
        return false;
    return (long long)real == integer;
}

static bool numbers_equal(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b))
        return json_integer_value(a) == json_integer_value(b);
    if (json_is_real(a) && json_is_real(b))
        return json_real_value(a) == json_real_value(b);
    if (json_is_integer(a))
        return integer_equals_real(json_integer_value(a), json_real_value(b));
    return integer_equals_real(json_integer_value(b), json_real_value(a));
}

static bool strings_equal(const json_t *a, const json_t *b)
{
    size_t length = json_string_length(a);
    return length == json_string_length(b) &&
           memcmp(json_string_value(a), json_string_value(b), length) == 0;
}

static bool lists_equal(const json_t *a, const json_t *b)
{
    size_t count = json_array_size(a);
    if (count != json_array_size(b))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!js_equal(json_array_get(a, i), json_array_get(b, i)))
            return false;
    return true;
}

static bool objects_equal(const json_t *a, const json_t *b)
{
    if (json_object_size(a) != json_object_size(b))
        return false;
    json_t *walked = js_iterable(a);
    for (void *i = json_object_iter(walked); i; i = json_object_iter_next(walked, i)) {
        json_t *other = json_object_getn(b, json_object_iter_key(i), json_object_iter_key_len(i));
        if (!other || !js_equal(json_object_iter_value(i), other))
            return false;
    }
    return true;
}

bool js_equal(const json_t *a, const json_t *b)
{
    if (a == b)
        return true;
    if (!a || !b)
        return false;
    if (json_is_number(a) && json_is_number(b))
        return numbers_equal(a, b);
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_object(a))
        return objects_equal(a, b);
    if (json_is_array(a))
        return lists_equal(a, b);
    return json_is_string(a) ? strings_equal(a, b) : true;
}
