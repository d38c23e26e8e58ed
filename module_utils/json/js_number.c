#include "json/js_number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 17 };

/* A number as 0.DIGITS times ten to the power of POINT. */
struct decimal {
    bool negative;
    int point;
    int count;
    char digits[DIGITS_MAX + 3];
};

/* PRECISION significant digits of VALUE, correctly rounded, trailing zeros cut. */
static void decimal_round(struct decimal *number, double value, int precision)
{
    char text[DIGITS_MAX + 16];
    int length = snprintf(text, sizeof(text), "%.*e", precision - 1, fabs(value));
    number->negative = signbit(value);
    number->count = 0;
    const char *exponent = memchr(text, 'e', (size_t)length);
    for (const char *c = text; c < exponent; c++)
        if (*c != '.')
            number->digits[number->count++] = *c;
    number->point = (int)strtol(exponent + 1, NULL, 10) + 1;
    while (number->count > 1 && number->digits[number->count - 1] == '0')
        number->count--;
}

/* The next decimal of PRECISION digits away from zero. */
static void decimal_step(struct decimal *number, int precision)
{
    while (number->count < precision)
        number->digits[number->count++] = '0';
    int i = number->count - 1;
    while (i >= 0 && number->digits[i] == '9')
        number->digits[i--] = '0';
    if (i >= 0) {
        number->digits[i]++;
        return;
    }
    number->digits[0] = '1';
    number->point++;
}

static bool decimal_reads_as(const struct decimal *number, double value, bool single)
{
    char text[DIGITS_MAX + 16];
    snprintf(text, sizeof(text), "%s0.%.*se%d", number->negative ? "-" : "", number->count,
             number->digits, number->point);
    return single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

/*
 * The fewest digits that read back as VALUE. The nearest decimal of a length nearly always is
 * the one; below a power of two the doubles lie closer together than above it, so there the next
 * decimal up may do where the nearest does not.
 */
static struct decimal decimal_shortest(double value, bool single)
{
    struct decimal number = {0};
    bool subnormal = fabs(value) < 2.2250738585072014e-308;
    /* Every decimal of 15 digits survives the way into a double and back. */
    for (int precision = single || subnormal ? 1 : 15; precision <= DIGITS_MAX; precision++) {
        decimal_round(&number, value, precision);
        if (decimal_reads_as(&number, value, single))
            break;
        struct decimal above = number;
        decimal_step(&above, precision);
        if (decimal_reads_as(&above, value, single))
            return above;
    }
    return number;
}

static char *put_zeros(char *out, int count)
{
    for (int i = 0; i < count; i++)
        *out++ = '0';
    return out;
}

static char *put_digits(char *out, const struct decimal *number, int from, int to)
{
    for (int i = from; i < to; i++)
        *out++ = number->digits[i];
    return out;
}

static char *put_plain(char *out, const struct decimal *number)
{
    int whole = number->point < number->count ? number->point : number->count;
    if (number->point <= 0) {
        *out++ = '0';
        *out++ = '.';
        out = put_zeros(out, -number->point);
        return put_digits(out, number, 0, number->count);
    }
    out = put_digits(out, number, 0, whole);
    out = put_zeros(out, number->point - whole);
    if (whole == number->count)
        return out;
    *out++ = '.';
    return put_digits(out, number, whole, number->count);
}

static char *put_exponent(char *out, const struct decimal *number, int least_digits)
{
    *out++ = number->digits[0];
    if (number->count > 1) {
        *out++ = '.';
        out = put_digits(out, number, 1, number->count);
    }
    int exponent = number->point - 1;
    return out + sprintf(out, "e%c%0*d", exponent < 0 ? '-' : '+', least_digits, abs(exponent));
}

/* Plain while LOW <= exponent < HIGH, the exponent being that of the first digit. */
static size_t decimal_text(const struct decimal *number, int low, int high, int least_digits,
                           char *text)
{
    char *out = text;
    if (number->negative)
        *out++ = '-';
    int exponent = number->point - 1;
    if (low <= exponent && exponent < high)
        out = put_plain(out, number);
    else
        out = put_exponent(out, number, least_digits);
    *out = '\0';
    return (size_t)(out - text);
}

size_t js_number_text(double value, char text[JS_NUMBER_ROOM])
{
    if (value == 0) {
        strcpy(text, "0");
        return 1;
    }
    struct decimal number = decimal_shortest(value, false);
    return decimal_text(&number, -6, 21, 1, text);
}

size_t js_number_text_g(double value, bool single, char text[JS_NUMBER_ROOM])
{
    double rounded = single ? (double)(float)value : value;
    if (isinf(rounded)) {
        strcpy(text, rounded < 0 ? "-Inf" : "+Inf");
        return 4;
    }
    if (rounded == 0) {
        strcpy(text, signbit(rounded) ? "-0" : "0");
        return strlen(text);
    }
    struct decimal number = decimal_shortest(rounded, single);
    return decimal_text(&number, -4, 6, 2, text);
}

json_t *js_number_new(double value)
{
    char text[JS_NUMBER_ROOM];
    js_number_text(value, text);
    char *end = NULL;
    errno = 0;
    long long integer = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0)
        return json_integer(integer);
    return json_real(value);
}
