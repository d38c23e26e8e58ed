#include "ansible/am_unicode.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct range {
    uint32_t first;
    uint32_t last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

bool am_unicode_is_space(uint32_t code)
{
    static const struct range spaces[] = {
        {0x09, 0x0D},     {0x1C, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
        {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
    };
    return in_ranges(spaces, array_length(spaces), code);
}

bool am_unicode_is_printable(uint32_t code)
{
    /* Control, format, surrogate and private characters, and every separator but the blank. */
    static const struct range hidden[] = {
        {0x00, 0x1F},        {0x7F, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},
        {0x61C, 0x61C},      {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
        {0x8E2, 0x8E2},      {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},
        {0x2028, 0x202F},    {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},
        {0xFEFF, 0xFEFF},    {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD},
        {0x110CD, 0x110CD},  {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE007F},
        {0xF0000, 0x10FFFF},
    };
    return !in_ranges(hidden, array_length(hidden), code);
}

char *am_unicode_strip(const char *text)
{
    const char *first = NULL;
    const char *end = text;
    size_t step = 0;
    for (const char *at = text; *at; at += step) {
        if (am_unicode_is_space(utf8_first(at, &step)))
            continue;
        if (!first)
            first = at;
        end = at + step;
    }
    return first ? xmemdup(first, (size_t)(end - first)) : xstrdup("");
}
