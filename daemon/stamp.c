#include "daemon/stamp.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/timestamp.h"

enum { DATE_AND_TIME = 19 }; /* bytes of "2026-11-26T00:41:00" */

char *stamp_format(time_t seconds, long microseconds)
{
    struct tm parts;
    char text[32];
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
    return xasprintf("%s.%06ld+00:00", text, microseconds);
}

/* Adds OFFSET ("", "Z", "+01", "+0100", "+01:00") as RFC 3339 wants it; false when it is none. */
static bool add_offset(struct buf *out, const char *offset)
{
    if (!*offset || strcmp(offset, "Z") == 0 || strcmp(offset, "z") == 0) {
        buf_add_char(out, 'Z');
        return true;
    }
    if (*offset != '+' && *offset != '-')
        return false;
    char digits[5] = "0000";
    size_t count = 0;
    for (const char *at = offset + 1; *at; at++) {
        if (*at == ':' && count == 2)
            continue;
        if (!isdigit((unsigned char)*at) || count == 4)
            return false;
        digits[count++] = *at;
    }
    if (count != 2 && count != 4)
        return false;
    buf_printf(out, "%c%.2s:%.2s", *offset, digits, digits + 2);
    return true;
}

bool stamp_parse(const char *text, time_t *seconds)
{
    if (!text || strlen(text) < DATE_AND_TIME || !strchr("Tt ", text[10]))
        return false;
    auto_buf struct buf strict;
    buf_init(&strict);
    buf_printf(&strict, "%.10sT%.8s", text, text + 11);
    const char *rest = text + DATE_AND_TIME;
    if (*rest == '.' || *rest == ',') {
        size_t digits = strspn(rest + 1, "0123456789");
        if (!digits)
            return false;
        rest += 1 + digits;
    }
    return add_offset(&strict, rest) && rfc3339_parse(buf_str(&strict), seconds);
}
