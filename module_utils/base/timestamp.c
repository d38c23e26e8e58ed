#include "base/timestamp.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Reads COUNT digits as a number between LOW and HIGH and moves *text behind them. */
static bool take_number(const char **text, int count, int low, int high, int *number)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (!isdigit((unsigned char)**text))
            return false;
        value = value * 10 + (**text - '0');
    }
    *number = value;
    return value >= low && value <= high;
}

static bool take_char(const char **text, char wanted)
{
    return *(*text)++ == wanted;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool take_fraction(const char **text)
{
    if (**text != '.')
        return true;
    size_t digits = strspn(*text + 1, "0123456789");
    *text += 1 + digits;
    return digits > 0;
}

/* Seconds to subtract for the offset at the end of the text. */
static bool take_offset(const char **text, long *seconds)
{
    int hours = 0;
    int minutes = 0;
    char sign = *(*text)++;
    if (sign != 'Z' && sign != '+' && sign != '-')
        return false;
    if (sign != 'Z' && (!take_number(text, 2, 0, 23, &hours) || !take_char(text, ':') ||
                        !take_number(text, 2, 0, 59, &minutes)))
        return false;
    *seconds = (sign == '-' ? -60L : 60L) * (hours * 60L + minutes);
    return **text == '\0';
}

bool rfc3339_parse(const char *text, time_t *seconds)
{
    struct tm parts = {0};
    int year = 0;
    int month = 0;
    long offset = 0;
    if (str_empty(text))
        return false;
    if (!take_number(&text, 4, 0, 9999, &year) || !take_char(&text, '-') ||
        !take_number(&text, 2, 1, 12, &month) || !take_char(&text, '-') ||
        !take_number(&text, 2, 1, days_in_month(year, month), &parts.tm_mday) ||
        !take_char(&text, 'T') || !take_number(&text, 2, 0, 23, &parts.tm_hour) ||
        !take_char(&text, ':') || !take_number(&text, 2, 0, 59, &parts.tm_min) ||
        !take_char(&text, ':') || !take_number(&text, 2, 0, 59, &parts.tm_sec) ||
        !take_fraction(&text) || !take_offset(&text, &offset))
        return false;
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    *seconds = timegm(&parts) - offset;
    return true;
}

char *rfc3339_format(time_t seconds)
{
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    return xasprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}
