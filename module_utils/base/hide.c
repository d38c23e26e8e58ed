#include "base/hide.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

bool hide_add(struct strv *words, const char *word)
{
    if (str_empty(word) || !strv_add_once(words, word))
        return false;
    char *added = words->items[words->count - 1];
    size_t length = strlen(added);
    size_t i = words->count - 1;
    for (; i > 0 && strlen(words->items[i - 1]) < length; i--)
        words->items[i] = words->items[i - 1];
    words->items[i] = added;
    return true;
}

/* TEXT without WORD, owned; NULL when it does not hold it. */
static char *without(const char *text, const char *word)
{
    const char *hit = strstr(text, word);
    if (!hit)
        return NULL;
    struct buf out;
    buf_init(&out);
    for (; hit; hit = strstr(text, word)) {
        buf_add(&out, text, (size_t)(hit - text));
        buf_add_str(&out, HIDDEN_WORD);
        text = hit + strlen(word);
    }
    buf_add_str(&out, text);
    return buf_steal(&out);
}

char *hide_words(const char *text, const struct strv *words)
{
    char *shown = xstrdup(text);
    for (size_t i = 0; i < words->count; i++) {
        char *next = without(shown, words->items[i]);
        if (!next)
            continue;
        mem_cleanup_free(&shown);
        shown = next;
    }
    return shown;
}

void hide_in_error(struct error *error, const struct strv *words)
{
    if (!error)
        return;
    char *shown = hide_words(error->message, words);
    mem_cleanup_free(&error->message);
    error->message = shown;
}
