#include "yaml/ym_input_priv.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

struct utf16 {
    const unsigned char *bytes;
    size_t size;
    size_t at;
    bool big; /* the high byte comes first */
};

static bool has_prefix(const char *bytes, size_t size, const char *prefix)
{
    size_t length = strlen(prefix);
    return size >= length && memcmp(bytes, prefix, length) == 0;
}

static uint32_t take_unit(struct utf16 *in)
{
    const unsigned char *two = in->bytes + in->at;
    in->at += 2;
    return in->big ? (uint32_t)two[0] << 8 | two[1] : (uint32_t)two[1] << 8 | two[0];
}

static bool in_range(uint32_t unit, uint32_t low, uint32_t high)
{
    return unit >= low && unit <= high;
}

/* The next character; false for a lone surrogate or half a unit. */
static bool take_point(struct utf16 *in, uint32_t *point)
{
    if (in->size - in->at < 2)
        return false;
    *point = take_unit(in);
    if (!in_range(*point, 0xD800, 0xDFFF))
        return true;
    if (*point > 0xDBFF || in->size - in->at < 2)
        return false;
    uint32_t low = take_unit(in);
    if (!in_range(low, 0xDC00, 0xDFFF))
        return false;
    *point = 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static int decode(struct ym_input *input, struct utf16 *in, struct ym_stream *stream)
{
    auto_buf struct buf out = {0};
    while (in->at < in->size) {
        uint32_t point = 0;
        if (!take_point(in, &point))
            return ym_fail(stream, ym_place_of(buf_str(&out), out.size),
                           "invalid UTF-16: half a character");
        utf8_add(&out, point);
    }
    input->size = out.size;
    input->owned = buf_steal(&out);
    input->text = input->owned;
    return 0;
}

/* ---- marks within */

static const char mark[] = "\xEF\xBB\xBF";

/* Whether the line that ends just before AT is a separator: such a line begins with "---". */
static bool follows_separator(const char *text, size_t at)
{
    if (at == 0 || text[at - 1] != '\n')
        return false;
    size_t start = at - 1;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    return at - start > 3 && memcmp(text + start, "---", 3) == 0;
}

/*
 * Files that were put together with "---" in between may bring a mark each. libyaml skips it but
 * counts it as a column, so that the lines below would not line up.
 */
static void drop_marks(struct ym_input *input)
{
    const char *end = input->text + input->size;
    const char *copied = input->text;
    const char *at = copied;
    auto_buf struct buf out = {0};
    while ((at = memmem(at, (size_t)(end - at), mark, 3))) {
        if (follows_separator(input->text, (size_t)(at - input->text))) {
            buf_add(&out, copied, (size_t)(at - copied));
            copied = at + 3;
        }
        at += 3;
    }
    if (copied == input->text)
        return;
    buf_add(&out, copied, (size_t)(end - copied));
    free(input->owned);
    input->size = out.size;
    input->owned = buf_steal(&out);
    input->text = input->owned;
}

int ym_input_init(struct ym_input *input, const char *bytes, size_t size, struct ym_stream *stream)
{
    *input = (struct ym_input){.text = size ? bytes : "", .size = size};
    bool big = has_prefix(bytes, size, "\xFE\xFF");
    if (big || has_prefix(bytes, size, "\xFF\xFE")) {
        struct utf16 in = {
            .bytes = (const unsigned char *)bytes, .size = size, .at = 2, .big = big};
        if (decode(input, &in, stream) < 0)
            return -1;
    } else if (has_prefix(bytes, size, mark)) {
        input->text += 3;
        input->size -= 3;
    }
    drop_marks(input);
    return 0;
}

void ym_input_clear(struct ym_input *input)
{
    free(input->owned);
    *input = (struct ym_input){0};
}
