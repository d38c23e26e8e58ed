/* What the functions of a template do with a value. See capi/variables_priv.h. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/variables_priv.h"

struct call {
    const char *value;
    const struct buf *arguments;
    size_t count;
    struct buf *out;
};

struct runes {
    unsigned *items; /* owned */
    size_t count;
};

static void add_default(const struct call *call)
{
    buf_add_str(call->out, call->value);
    for (size_t i = 0; !*call->value && i < call->count; i++)
        buf_add(call->out, call->arguments[i].data, call->arguments[i].size);
}

static bool number_of(const struct buf *argument, long long *number)
{
    const char *text = buf_str(argument);
    return strlen(text) == argument->size && str_to_int(text, LLONG_MIN, LLONG_MAX, number);
}

static int add_substring(const struct call *call, struct error **err)
{
    long long size = (long long)strlen(call->value);
    long long from = 0;
    long long length = size;
    if (!number_of(&call->arguments[0], &from) ||
        (call->count > 1 && !number_of(&call->arguments[1], &length))) {
        buf_add_str(call->out, call->value);
        return 0;
    }
    if (from < 0)
        from = size + from < 0 ? 0 : size + from;
    long long end = 0;
    bool overflow = __builtin_add_overflow(from, length, &end);
    if (!overflow && (end >= size || call->count == 1))
        end = size;
    else if (overflow || length < 0) {
        /* clusterctl ends with a panic here. */
        error_make(err, ERROR_PARSE, "bad substitution");
        return -1;
    }
    if (from < end)
        buf_add(call->out, call->value + from, (size_t)(end - from));
    return 0;
}

/* Scripts whose letters come in pairs, upper before lower, DISTANCE apart. */
static const struct case_row {
    unsigned first, last; /* upper case */
    unsigned distance;
    unsigned step;
} case_table[] = {
    {'A', 'Z', 32, 1},     {0xC0, 0xD6, 32, 1},    {0xD8, 0xDE, 32, 1},    {0x100, 0x12E, 1, 2},
    {0x132, 0x136, 1, 2},  {0x139, 0x147, 1, 2},   {0x14A, 0x176, 1, 2},   {0x178, 0x178, 0xFF, 0},
    {0x179, 0x17D, 1, 2},  {0x391, 0x3A1, 32, 1},  {0x3A3, 0x3AB, 32, 1},  {0x400, 0x40F, 80, 1},
    {0x410, 0x42F, 32, 1}, {0x460, 0x480, 1, 2},   {0x48A, 0x4BE, 1, 2},   {0x4D0, 0x52E, 1, 2},
    {0x531, 0x556, 48, 1}, {0x1E00, 0x1E94, 1, 2}, {0x1EA0, 0x1EFE, 1, 2},
};

static unsigned change_case(unsigned rune, bool upper)
{
    for (size_t i = 0; i < array_length(case_table); i++) {
        const struct case_row *row = &case_table[i];
        if (!row->step) {
            if (rune == (upper ? row->distance : row->first))
                return upper ? row->first : row->distance;
            continue;
        }
        unsigned first = row->first + (upper ? row->distance : 0);
        unsigned last = row->last + (upper ? row->distance : 0);
        if (rune >= first && rune <= last && (rune - first) % row->step == 0)
            return upper ? rune - row->distance : rune + row->distance;
    }
    return rune;
}

static void add_case(const struct call *call, bool upper, bool first_only)
{
    const char *at = call->value;
    size_t left = strlen(at);
    while (left) {
        size_t length = 0;
        capi_rune_add(call->out, change_case(capi_rune(at, left, &length), upper));
        at += length;
        left -= length;
        if (first_only)
            break;
    }
    buf_add(call->out, at, left);
}

static struct runes runes_of(const char *text, size_t size, bool reverse)
{
    struct runes runes = {.items = xcalloc(size + 1, sizeof(unsigned))};
    size_t length = 0;
    for (size_t at = 0; at < size; at += length)
        runes.items[runes.count++] = capi_rune(text + at, size - at, &length);
    for (size_t i = 0; reverse && i < runes.count / 2; i++) {
        unsigned other = runes.items[runes.count - 1 - i];
        runes.items[runes.count - 1 - i] = runes.items[i];
        runes.items[i] = other;
    }
    return runes;
}

/* How many code points the shortest or longest match at the start takes; 0: none. */
static size_t trim_size(const struct runes *value, const struct runes *pattern, bool longest)
{
    for (size_t i = 1; i <= value->count; i++) {
        size_t size = longest ? value->count + 1 - i : i;
        if (capi_glob(pattern->items, pattern->count, value->items, size))
            return size;
    }
    return 0;
}

/* A suffix is a prefix of the reversed value, for the reversed pattern: its classes are then
 * written backwards too, which the library that clusterctl uses does not notice either. */
static void add_trimmed(const struct call *call, bool suffix, bool longest)
{
    struct runes value = runes_of(call->value, strlen(call->value), suffix);
    struct runes pattern = runes_of(buf_str(call->arguments), call->arguments->size, suffix);
    size_t cut = trim_size(&value, &pattern, longest);
    for (size_t i = cut; i < value.count; i++)
        capi_rune_add(call->out, value.items[suffix ? value.count - 1 - (i - cut) : i]);
    free(value.items);
    free(pattern.items);
}

/* Replaces LIMIT matches of the first argument by the second, or by nothing. */
static void add_replaced(const struct call *call, size_t limit)
{
    static const struct buf nothing = {0};
    const struct buf *with = call->count > 1 ? &call->arguments[1] : &nothing;
    const char *what = buf_str(call->arguments);
    const char *rest = call->value;
    for (size_t done = 0; done < limit; done++) {
        const char *found = strstr(rest, what);
        if (!found)
            break;
        size_t length = strlen(what);
        buf_add(call->out, rest, (size_t)(found - rest));
        buf_add(call->out, with->data, with->size);
        rest = found + length;
        if (!*what && *rest) {
            capi_rune(rest, strlen(rest), &length);
            buf_add(call->out, rest, length);
            rest += length;
        } else if (!*what) {
            break;
        }
    }
    buf_add_str(call->out, rest);
}

/* An empty replacement changes nothing at the ends, unlike elsewhere. */
static void add_replaced_end(const struct call *call, bool suffix)
{
    size_t size = strlen(call->value);
    size_t cut = call->arguments->size;
    const char *at = suffix ? call->value + (size < cut ? 0 : size - cut) : call->value;
    bool there = size >= cut && memcmp(at, buf_str(call->arguments), cut) == 0;
    if (!there || call->count < 2) {
        buf_add_str(call->out, call->value);
        return;
    }
    if (suffix)
        buf_add(call->out, call->value, size - cut);
    buf_add(call->out, call->arguments[1].data, call->arguments[1].size);
    if (!suffix)
        buf_add_str(call->out, call->value + cut);
}

int capi_apply(enum capi_op op, const char *value, const struct buf *arguments, size_t count,
               struct buf *out, struct error **err)
{
    const struct call call = {value, arguments, count, out};
    switch (op) {
    case OP_DEFAULT:
        add_default(&call);
        break;
    case OP_LENGTH:
        buf_printf(out, "%zu", strlen(value));
        break;
    case OP_SUBSTRING:
        return add_substring(&call, err);
    case OP_UPPER_FIRST:
    case OP_UPPER:
        add_case(&call, true, op == OP_UPPER_FIRST);
        break;
    case OP_LOWER_FIRST:
    case OP_LOWER:
        add_case(&call, false, op == OP_LOWER_FIRST);
        break;
    case OP_TRIM_PREFIX_SHORTEST:
    case OP_TRIM_PREFIX_LONGEST:
        add_trimmed(&call, false, op == OP_TRIM_PREFIX_LONGEST);
        break;
    case OP_TRIM_SUFFIX_SHORTEST:
    case OP_TRIM_SUFFIX_LONGEST:
        add_trimmed(&call, true, op == OP_TRIM_SUFFIX_LONGEST);
        break;
    case OP_REPLACE_FIRST:
        add_replaced(&call, 1);
        break;
    case OP_REPLACE_ALL:
        add_replaced(&call, SIZE_MAX);
        break;
    case OP_REPLACE_PREFIX:
    case OP_REPLACE_SUFFIX:
        add_replaced_end(&call, op == OP_REPLACE_SUFFIX);
        break;
    }
    return 0;
}
