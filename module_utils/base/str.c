#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"

bool str_equal(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(a, b) == 0;
}

bool str_empty(const char *text)
{
    return !text || !*text;
}

const char *str_after(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

bool str_starts_with(const char *text, const char *prefix)
{
    return str_after(text, prefix) != NULL;
}

bool str_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    size_t tail = strlen(suffix);
    return tail <= length && strcmp(text + length - tail, suffix) == 0;
}

bool str_contains(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

bool str_equal_nocase(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcasecmp(a, b) == 0;
}

bool str_to_int(const char *text, long long low, long long high, long long *value)
{
    if (str_empty(text))
        return false;
    const char *digits = text + (*text == '-' || *text == '+');
    if (!*digits || strspn(digits, "0123456789") != strlen(digits))
        return false;
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno == ERANGE || number < low || number > high)
        return false;
    *value = number;
    return true;
}

char *str_trim(char *text)
{
    static const char blanks[] = " \t\r\n\v\f";
    size_t skip = strspn(text, blanks);
    size_t length = strlen(text + skip);
    memmove(text, text + skip, length + 1);
    while (length && strchr(blanks, text[length - 1]))
        text[--length] = '\0';
    return text;
}

bool str_is_utf8(const char *text, size_t length)
{
    while (length) {
        size_t step = utf8_sequence(text, length);
        if (!step)
            return false;
        text += step;
        length -= step;
    }
    return true;
}

char *str_to_utf8(const char *text, size_t length)
{
    struct buf out;
    buf_init(&out);
    while (length) {
        size_t step = utf8_sequence(text, length);
        if (step)
            buf_add(&out, text, step);
        else
            buf_add_str(&out, "\xEF\xBF\xBD");
        text += step ? step : 1;
        length -= step ? step : 1;
    }
    return buf_steal(&out);
}
