#include "yaml/ym_tagged_priv.h"

#include <ctype.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- binary */

/* The bytes with U+FFFD in place of what is not UTF-8; NUL bytes stay. */
static void add_utf8(struct buf *out, const char *bytes, size_t size)
{
    while (size) {
        size_t part = strnlen(bytes, size);
        auto_free char *text = str_to_utf8(bytes, part);
        buf_add_str(out, text);
        if (part < size) {
            buf_add_char(out, '\0');
            part++;
        }
        bytes += part;
        size -= part;
    }
}

json_t *ym_binary(const char *text, size_t length, struct error **err)
{
    auto_buf struct buf bytes = {0};
    if (base64_decode(text, length, &bytes, NULL) < 0) {
        error_make(err, ERROR_PARSE, "!!binary value contains invalid base64 data");
        return NULL;
    }
    auto_buf struct buf utf8 = {0};
    add_utf8(&utf8, buf_str(&bytes), bytes.size);
    return json_stringn_nocheck(buf_str(&utf8), utf8.size);
}

/* ---- timestamp */

struct cursor {
    const char *at;
    const char *end;
};

static bool take(struct cursor *cursor, const char *choices)
{
    if (cursor->at == cursor->end || *cursor->at == '\0' || !strchr(choices, *cursor->at))
        return false;
    cursor->at++;
    return true;
}

/* LEAST to MOST digits with a value between LOW and HIGH. */
static bool take_number(struct cursor *cursor, int least, int most, int low, int high, int *value)
{
    int digits = 0;
    *value = 0;
    while (digits < most && cursor->at < cursor->end && isdigit((unsigned char)*cursor->at)) {
        *value = *value * 10 + (*cursor->at++ - '0');
        digits++;
    }
    return digits >= least && *value >= low && *value <= high;
}

static int days_in(int month, int year)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct cursor *cursor)
{
    int year = 0;
    int month = 0;
    int day = 0;
    return take_number(cursor, 4, 4, 0, 9999, &year) && take(cursor, "-") &&
           take_number(cursor, 1, 2, 1, 12, &month) && take(cursor, "-") &&
           take_number(cursor, 1, 2, 1, days_in(month, year), &day);
}

static bool take_time(struct cursor *cursor)
{
    int ignored = 0;
    if (!take_number(cursor, 1, 2, 0, 23, &ignored) || !take(cursor, ":") ||
        !take_number(cursor, 1, 2, 0, 59, &ignored) || !take(cursor, ":") ||
        !take_number(cursor, 1, 2, 0, 59, &ignored))
        return false;
    if (!take(cursor, ".,"))
        return true;
    if (!take_number(cursor, 1, 1, 0, 9, &ignored))
        return false;
    while (take(cursor, "0123456789"))
        ;
    return true;
}

static bool take_zone(struct cursor *cursor)
{
    int ignored = 0;
    if (take(cursor, "Z"))
        return true;
    return take(cursor, "+-") && take_number(cursor, 2, 2, 0, 24, &ignored) && take(cursor, ":") &&
           take_number(cursor, 2, 2, 0, 60, &ignored);
}

bool ym_is_timestamp(const char *text, size_t length)
{
    struct cursor cursor = {.at = text, .end = text + length};
    if (!take_date(&cursor))
        return false;
    if (cursor.at == cursor.end)
        return true;
    bool zoned = take(&cursor, "Tt");
    if (!zoned && !take(&cursor, " "))
        return false;
    return take_time(&cursor) && (!zoned || take_zone(&cursor)) && cursor.at == cursor.end;
}
