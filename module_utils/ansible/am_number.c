#include "ansible/am_number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_unicode.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

#define DIGITS "0123456789"

/* ---- integers */

/* TEXT without blanks around it and without any underscore. */
static char *without_underscores(const char *text)
{
    char *stripped = am_unicode_strip(text);
    char *out = stripped;
    for (const char *at = stripped; *at; at++)
        if (*at != '_')
            *out++ = *at;
    *out = '\0';
    return stripped;
}

/* [digits][.digits], at least one digit: collects all of them in DIGITS and returns how many
 * stand behind the point, or -1. */
static long long read_mantissa(const char **at, struct buf *digits)
{
    size_t whole = strspn(*at, DIGITS);
    buf_add(digits, *at, whole);
    *at += whole;
    if (**at != '.')
        return whole ? 0 : -1;
    size_t fraction = strspn(++*at, DIGITS);
    buf_add(digits, *at, fraction);
    *at += fraction;
    return whole + fraction ? (long long)fraction : -1;
}

static bool read_exponent(const char *at, long long *exponent)
{
    *exponent = 0;
    if (!*at)
        return true;
    /* Beyond six digits only zero could still be an integer within 64 bits. */
    return (*at | 0x20) == 'e' && str_to_int(at + 1, -999999, 999999, exponent);
}

/* DIGITS times ten to the power SHIFT as an integer. Cuts or appends zeros. */
static bool shift_digits(struct buf *digits, long long shift, bool negative, long long *number)
{
    const char *all = buf_str(digits);
    size_t skip = strspn(all, "0");
    if (skip == digits->size) {
        *number = 0;
        return true;
    }
    auto_buf struct buf text;
    buf_init(&text);
    buf_add_str(&text, negative ? "-" : "");
    buf_add_str(&text, all + skip);
    for (; shift > 0 && text.size < 24; shift--)
        buf_add_char(&text, '0');
    for (; shift < 0 && text.size && text.data[text.size - 1] == '0'; shift++)
        text.data[--text.size] = '\0';
    return shift == 0 && str_to_int(buf_str(&text), INT64_MIN, INT64_MAX, number);
}

bool am_number_int(const char *text, long long *number)
{
    auto_free char *plain = without_underscores(text);
    auto_buf struct buf digits;
    const char *at = plain;
    bool negative = *at == '-';
    long long exponent = 0;
    buf_init(&digits);
    at += *at == '-' || *at == '+';
    long long fraction = read_mantissa(&at, &digits);
    if (fraction < 0 || !read_exponent(at, &exponent))
        return false;
    return shift_digits(&digits, exponent - fraction, negative, number);
}

/* ---- floats */

/* Copies the digits at *at; underscores may stand between two of them. False: a stray one. */
static bool copy_digits(const char **at, struct buf *out, size_t *count)
{
    for (*count = 0;; (*at)++) {
        if (**at >= '0' && **at <= '9') {
            buf_add_char(out, **at);
            ++*count;
        } else if (**at != '_') {
            return true;
        } else if (!*count || (*at)[1] < '0' || (*at)[1] > '9') {
            return false;
        }
    }
}

static bool copy_float(const char *at, struct buf *out)
{
    size_t whole = 0;
    size_t fraction = 0;
    size_t exponent = 1;
    if (*at == '-' || *at == '+')
        buf_add_char(out, *at++);
    if (!copy_digits(&at, out, &whole))
        return false;
    if (*at == '.') {
        buf_add_char(out, *at++);
        if (!copy_digits(&at, out, &fraction))
            return false;
    }
    if (whole + fraction && (*at | 0x20) == 'e') {
        buf_add_char(out, *at++);
        if (*at == '-' || *at == '+')
            buf_add_char(out, *at++);
        if (!copy_digits(&at, out, &exponent))
            return false;
    }
    return whole + fraction && exponent && !*at;
}

bool am_number_float(const char *text, double *number)
{
    auto_free char *stripped = am_unicode_strip(text);
    auto_buf struct buf plain;
    buf_init(&plain);
    if (!copy_float(stripped, &plain))
        return false;
    double value = strtod(buf_str(&plain), NULL);
    if (!isfinite(value))
        return false;
    *number = value;
    return true;
}

/* ---- sizes */

struct unit {
    char letter;
    const char *prefix; /* of byte and bit */
    int power;          /* of two */
};

static const struct unit units[] = {
    {'B', "", 0},      {'K', "kilo", 10}, {'M', "mega", 20}, {'G', "giga", 30},  {'T', "tera", 40},
    {'P', "peta", 50}, {'E', "exa", 60},  {'Z', "zeta", 70}, {'Y', "yotta", 80},
};

/* The long name in any case; the short one exactly, so that MB and Mb differ. */
static bool unit_matches(const struct unit *unit, const char *word, bool bits)
{
    if ((word[0] & ~0x20) != unit->letter)
        return false;
    if (!word[1])
        return true;
    auto_free char *full = xasprintf("%s%s", unit->prefix, bits ? "bit" : "byte");
    const char brief[3] = {unit->letter, bits ? 'b' : 'B', '\0'};
    return str_equal_nocase(word, full) || (unit->power && str_equal(word, brief));
}

static const struct unit *find_unit(const char *word, bool bits)
{
    for (size_t i = 0; i < array_length(units); i++)
        if (unit_matches(&units[i], word, bits))
            return &units[i];
    return NULL;
}

static const char *skip_spaces(const char *at)
{
    size_t step = 0;
    while (*at && am_unicode_is_space(utf8_first(at, &step)))
        at += step;
    return at;
}

bool am_number_size(const char *text, bool bits, long long *number)
{
    size_t whole = strspn(text, DIGITS);
    size_t point = text[whole] == '.' ? 1 + strspn(text + whole + 1, DIGITS) : 0;
    if (point == 1 || whole + point == 0)
        return false;
    auto_free char *digits = xmemdup(text, whole + point);
    const char *word = skip_spaces(text + whole + point);
    size_t letters = 0;
    while ((word[letters] | 0x20) >= 'a' && (word[letters] | 0x20) <= 'z')
        letters++;
    if (*skip_spaces(word + letters))
        return false;
    auto_free char *name = xmemdup(word, letters);
    const struct unit *unit = letters ? find_unit(name, bits) : &units[0];
    if (!unit)
        return false;
    /* The default rounding of the C library is half to even, as Python's round(). */
    double size = nearbyint(ldexp(strtod(digits, NULL), unit->power));
    if (!(size < 9223372036854775808.0))
        return false;
    *number = (long long)size;
    return true;
}
