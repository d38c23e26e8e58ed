#include "base/utf8.h"

size_t utf8_sequence(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned char lead = at[0];
    if (lead < 0x80)
        return 1;
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length < need)
        return 0;
    for (size_t i = 1; i < need; i++)
        if (!utf8_is_continuation(text[i]))
            return 0;
    /* The second byte rules out overlong forms, surrogates and code points above U+10FFFF. */
    if ((lead == 0xE0 && at[1] < 0xA0) || (lead == 0xED && at[1] > 0x9F) ||
        (lead == 0xF0 && at[1] < 0x90) || (lead == 0xF4 && at[1] > 0x8F))
        return 0;
    return need;
}

uint32_t utf8_decode(const char *text, size_t left, size_t *length)
{
    const unsigned char *at = (const unsigned char *)text;
    *length = at[0] < 0xC0 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (*length > left)
        *length = left;
    uint32_t point = *length == 1 ? at[0] : at[0] & (0xFFu >> (*length + 1));
    for (size_t i = 1; i < *length; i++)
        point = point << 6 | (at[i] & 0x3Fu);
    return point;
}

size_t utf8_count(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += !utf8_is_continuation(*text);
    return count;
}

void utf8_add(struct buf *out, uint32_t point)
{
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    unsigned tail = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    buf_add_char(out, (char)(lead[tail] | point >> (6 * tail)));
    while (tail-- > 0)
        buf_add_char(out, (char)(0x80 | (point >> (6 * tail) & 0x3F)));
}
