#include "yaml/ym_number_priv.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* ---- integers, as Go's strconv reads them with base 0 */

struct digits {
    bool negative;
    bool signs;    /* a sign was written */
    bool overflow; /* more than 64 bits */
    unsigned long long magnitude;
};

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : INT_MAX;
}

static bool read_digits(const char *text, unsigned base, struct digits *digits)
{
    if (*text == '\0')
        return false;
    for (; *text; text++) {
        unsigned digit = (unsigned)digit_value(*text);
        if (digit >= base)
            return false;
        if (__builtin_mul_overflow(digits->magnitude, base, &digits->magnitude) ||
            __builtin_add_overflow(digits->magnitude, digit, &digits->magnitude))
            digits->overflow = true;
    }
    return true;
}

static const char *read_sign(const char *text, struct digits *digits)
{
    digits->signs = *text == '+' || *text == '-';
    digits->negative = *text == '-';
    return digits->signs ? text + 1 : text;
}

static unsigned base_of(const char **text)
{
    const char *start = *text;
    if (start[0] != '0' || start[1] == '\0')
        return 10;
    switch (start[1]) {
    case 'x':
    case 'X':
        *text += 2;
        return 16;
    case 'o':
    case 'O':
        *text += 2;
        return 8;
    case 'b':
    case 'B':
        *text += 2;
        return 2;
    default:
        *text += 1;
        return 8;
    }
}

static bool set_integer(const struct digits *digits, struct ym_typed *type)
{
    unsigned long long most = (unsigned long long)LLONG_MAX + (digits->negative ? 1 : 0);
    if (digits->overflow)
        return false;
    if (digits->magnitude <= most) {
        *type = (struct ym_typed){.kind = YM_INTEGER};
        type->integer = (long long)(digits->negative ? 0 - digits->magnitude : digits->magnitude);
        return true;
    }
    if (digits->signs)
        return false;
    *type = (struct ym_typed){.kind = YM_BIG, .real = (double)digits->magnitude};
    return true;
}

static bool read_integer(const char *text, struct ym_typed *type)
{
    struct digits digits = {0};
    const char *at = read_sign(text, &digits);
    unsigned base = base_of(&at);
    return read_digits(at, base, &digits) && set_integer(&digits, type);
}

/* Go's yaml also takes a sign behind a lower case "0b". */
static bool read_binary(const char *text, struct ym_typed *type)
{
    if (text[0] != '0' || text[1] != 'b')
        return false;
    struct digits digits = {0};
    return read_digits(read_sign(text + 2, &digits), 2, &digits) && set_integer(&digits, type);
}

/* ---- reals */

static const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9')
        text++;
    return text;
}

/* [-+] (. digits | digits [. [digits]]) [e [-+] digits] and nothing behind. */
static bool is_real(const char *text)
{
    const char *at = text + (*text == '+' || *text == '-');
    const char *whole = skip_digits(at);
    if (whole == at && (*at != '.' || skip_digits(at + 1) == at + 1))
        return false;
    at = *whole == '.' ? skip_digits(whole + 1) : whole;
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '+' || *at == '-';
        const char *end = skip_digits(at);
        if (end == at)
            return false;
        at = end;
    }
    return *at == '\0';
}

/* Too large for 64 bits (1e400) is a string; too small is zero. */
static bool read_real(const char *text, struct ym_typed *type)
{
    if (!is_real(text))
        return false;
    double real = strtod(text, NULL);
    if (isinf(real))
        return false;
    *type = (struct ym_typed){.kind = YM_REAL, .real = real};
    return true;
}

/* ---- either */

/* TEXT without underscores, in STORE when that is large enough; *owned is then NULL. */
static char *without_underscores(const char *text, size_t length, char *store, size_t room,
                                 char **owned)
{
    char *plain = length < room ? store : (*owned = xmalloc(length + 1));
    char *out = plain;
    for (size_t i = 0; i < length; i++)
        if (text[i] != '_')
            *out++ = text[i];
    *out = '\0';
    return plain;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Behind a leading dot Go allows underscores only between two digits. */
static bool underscores_separate(const char *text, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if (text[i] == '_' && !(is_digit(text[i - 1]) && i + 1 < length && is_digit(text[i + 1])))
            return false;
    return true;
}

bool ym_number(const char *text, size_t length, struct ym_typed *type)
{
    char store[64];
    auto_free char *owned = NULL;
    if (memchr(text, '\0', length))
        return false;
    const char *plain = without_underscores(text, length, store, sizeof(store), &owned);
    if (text[0] == '.')
        return underscores_separate(text, length) && read_real(plain, type);
    return read_integer(plain, type) || read_real(plain, type) || read_binary(plain, type);
}
