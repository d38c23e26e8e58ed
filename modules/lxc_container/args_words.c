/* Words as a shell splits them: blanks separate, quotes and backslashes hold together. */
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/args_priv.h"

#include <string.h>

/* One quoted part; TEXT stands behind the opening QUOTE. Returns what follows the closing one. */
static const char *read_quoted(const char *text, char quote, struct buf *word)
{
    for (; *text && *text != quote; text++) {
        if (quote == '"' && *text == '\\' && (text[1] == '"' || text[1] == '\\'))
            text++;
        buf_add_char(word, *text);
    }
    return *text ? text + 1 : NULL;
}

/* One word; NULL when a quote or a backslash stands at the end. */
static const char *read_word(const char *text, struct buf *word)
{
    while (text && *text && !strchr(" \t\r\n", *text)) {
        if (*text == '\'' || *text == '"') {
            text = read_quoted(text + 1, *text, word);
            continue;
        }
        if (*text == '\\' && !*++text)
            return NULL;
        buf_add_char(word, *text++);
    }
    return text;
}

static int split(const char *text, const char *name, struct strv *out, struct error **err)
{
    for (;;) {
        text += strspn(text, " \t\r\n");
        if (!*text)
            return 0;
        struct buf word;
        buf_init(&word);
        text = read_word(text, &word);
        strv_add_take(out, buf_steal(&word));
        if (!text) {
            error_make(err, ERROR_USAGE, "%s: a quotation has no end", name);
            return -1;
        }
    }
}

int args_words(const json_t *value, const char *name, struct strv *out, struct error **err)
{
    if (json_is_string(value))
        return split(json_string_value(value), name, out, err);
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_array(value)) {
        error_make(err, ERROR_USAGE, "%s is neither text nor a list", name);
        return -1;
    }
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (value, index, item) {
        if (json_is_object(item) || json_is_array(item)) {
            error_make(err, ERROR_USAGE, "%s[%zu] is no text", name, index);
            return -1;
        }
        if (json_is_string(item))
            strv_add(out, json_string_value(item));
        else
            strv_add_take(out, json_dumps(item, JSON_ENCODE_ANY));
    }
    return 0;
}
