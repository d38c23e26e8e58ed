#include "base/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *bytes, size_t length)
{
    const unsigned char *in = bytes;
    char *text = xmalloc((length + 2) / 3 * 4 + 1);
    char *out = text;
    for (size_t at = 0; at < length; at += 3) {
        size_t left = length - at;
        uint32_t word = (uint32_t)in[at] << 16;
        word |= left > 1 ? (uint32_t)in[at + 1] << 8 : 0;
        word |= left > 2 ? in[at + 2] : 0;
        *out++ = alphabet[word >> 18];
        *out++ = alphabet[(word >> 12) & 63];
        *out++ = '=';
        *out++ = '=';
        if (left > 1)
            out[-2] = alphabet[(word >> 6) & 63];
        if (left > 2)
            out[-1] = alphabet[word & 63];
    }
    *out = '\0';
    return text;
}

/* 0 to 63, or -1. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

struct input {
    const char *text;
    size_t length;
    size_t at;
};

static bool skip_line_breaks(struct input *in)
{
    while (in->at < in->length && (in->text[in->at] == '\n' || in->text[in->at] == '\r'))
        in->at++;
    return in->at < in->length;
}

static int illegal(size_t byte, struct error **err)
{
    error_make(err, ERROR_PARSE, "illegal base64 data at input byte %zu", byte);
    return -1;
}

static void add_bytes(struct buf *out, uint32_t word, unsigned digits)
{
    word <<= 6 * (4 - digits);
    const unsigned char bytes[] = {(unsigned char)(word >> 16), (unsigned char)(word >> 8),
                                   (unsigned char)word};
    buf_add(out, bytes, digits - 1);
}

/* The input stands at the first '=' of a group with DIGITS digits before it. */
static int take_padding(struct input *in, unsigned digits, struct error **err)
{
    if (digits < 2)
        return illegal(in->at, err);
    in->at++;
    if (digits == 2) {
        if (!skip_line_breaks(in))
            return illegal(in->length, err);
        if (in->text[in->at] != '=')
            return illegal(in->at - 1, err);
        in->at++;
    }
    return skip_line_breaks(in) ? illegal(in->at, err) : 0;
}

/* One group of four: 1 when there was one, 0 at the end, -1. */
static int take_group(struct input *in, struct buf *out, struct error **err)
{
    uint32_t word = 0;
    for (unsigned digits = 0; digits < 4; digits++) {
        if (!skip_line_breaks(in))
            return digits ? illegal(in->length - digits, err) : 0;
        int value = value_of(in->text[in->at]);
        if (value < 0 && in->text[in->at] != '=')
            return illegal(in->at, err);
        if (value < 0) {
            if (take_padding(in, digits, err) < 0)
                return -1;
            add_bytes(out, word, digits);
            return 1;
        }
        word = word << 6 | (uint32_t)value;
        in->at++;
    }
    add_bytes(out, word, 4);
    return 1;
}

int base64_decode(const char *text, size_t length, struct buf *out, struct error **err)
{
    struct input in = {.text = text, .length = length};
    size_t before = out->size;
    int more = 1;
    buf_reserve(out, length / 4 * 3 + 3);
    while (more > 0)
        more = take_group(&in, out, err);
    if (more < 0)
        out->size = before;
    out->data[out->size] = '\0';
    return more;
}
