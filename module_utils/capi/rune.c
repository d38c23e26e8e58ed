/* Code points of UTF-8 text. See capi/variables_priv.h. */
#include <ctype.h>

#include "base/utf8.h"
#include "capi/variables_priv.h"

enum { NOT_UTF8 = 0x110000 };

unsigned capi_rune(const char *text, size_t size, size_t *length)
{
    if (utf8_sequence(text, size))
        return utf8_decode(text, size, length);
    *length = 1;
    return NOT_UTF8 | (unsigned char)*text;
}

void capi_rune_add(struct buf *out, unsigned rune)
{
    if (rune >= NOT_UTF8)
        buf_add_char(out, (char)(rune & 0xFF));
    else
        utf8_add(out, rune);
}

/* Blocks above ASCII that hold no letters. What is not here counts as one: names with symbols of
 * rare blocks are accepted where clusterctl refuses them. */
static const struct block {
    unsigned first, last;
} no_letters[] = {
    {0x80, 0xA9},     {0xAB, 0xB4},       {0xB6, 0xB9},          {0xBB, 0xBF},     {0xD7, 0xD7},
    {0xF7, 0xF7},     {0x2C2, 0x2C5},     {0x300, 0x36F},        {0x2000, 0x2070}, {0x2072, 0x207E},
    {0x2080, 0x208F}, {0x20A0, 0x2101},   {0x2190, 0x2BFF},      {0x2E00, 0x2E2E}, {0x2E30, 0x3004},
    {0x3007, 0x3030}, {0xD800, 0xF8FF},   {0xFE00, 0xFE6F},      {0xFEFF, 0xFF0F}, {0xFF1A, 0xFF20},
    {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0xFFFFFFFF},
};

bool capi_rune_in_name(unsigned rune)
{
    if (rune < 0x80)
        return isalnum((int)rune) || rune == '_';
    for (size_t i = 0; i < array_length(no_letters); i++)
        if (rune >= no_letters[i].first && rune <= no_letters[i].last)
            return false;
    return true;
}
