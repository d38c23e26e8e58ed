/*
 * The first byte chooses a type, the rest is a JSON value, or else a text, to convert to it. What
 * was converted once stays as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_coerce.h"
#include "ansible/am_literal.h"
#include "ansible/am_repr.h"
#include "base/mem.h"
#include "base/str.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static bool has_type(enum am_type type, const json_t *value)
{
    switch (type) {
    case AM_STR:
    case AM_PATH:
    case AM_JSONARG:
        return json_is_string(value);
    case AM_BOOL:
        return json_is_boolean(value);
    case AM_INT:
    case AM_BYTES:
    case AM_BITS:
        return json_is_integer(value);
    case AM_FLOAT:
        return json_is_real(value);
    case AM_LIST:
        return json_is_array(value);
    case AM_DICT:
        return json_is_object(value);
    case AM_RAW:
        break;
    }
    return value != NULL;
}

static void convert(enum am_type type, json_t *value)
{
    auto_error struct error *err = NULL;
    json_auto_t *once = am_coerce(type, value, &err);
    must(once ? !err && has_type(type, once) : err != NULL);
    /* A path may hold the names of variables that its first expansion brought in. */
    if (!once || type == AM_PATH)
        return;
    json_auto_t *twice = am_coerce(type, once, &err);
    must(twice && json_equal(once, twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > INPUT_LIMIT)
        return 0;
    enum am_type type = (enum am_type)(data[0] % (AM_BITS + 1));
    json_auto_t *value = json_loadb((const char *)data + 1, size - 1, JSON_DECODE_ANY, NULL);
    auto_free char *text = str_to_utf8((const char *)data + 1, size - 1);
    json_auto_t *string = json_string(text);
    if (value)
        convert(type, value);
    convert(type, string);
    /* What Python prints, Python reads, and so do we, but for characters that it escapes as NUL. */
    auto_free char *printed = am_repr(string);
    json_auto_t *read = am_literal_parse(printed);
    must(json_equal(read, string));
    return 0;
}
