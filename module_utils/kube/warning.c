#include "kube/warning.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* Reads "…" with backslash escapes; returns what follows, or NULL when there is no closing quote. */
static const char *read_quoted(const char *at, struct buf *out)
{
    if (*at != '"')
        return NULL;
    for (at++; *at && *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
        buf_add_char(out, *at);
    }
    return *at ? at + 1 : NULL;
}

/* Reads one warning; returns what follows it, or NULL when the rest makes no sense. */
static const char *read_warning(const char *at, struct strv *texts)
{
    auto_buf struct buf text;
    auto_buf struct buf date;
    buf_init(&text);
    buf_init(&date);
    const char *code = at;
    if (strspn(at, "0123456789") != 3)
        return NULL;
    at = skip_blanks(at + 3);
    at += strcspn(at, " \t"); /* the agent */
    at = read_quoted(skip_blanks(at), &text);
    if (!at)
        return NULL;
    at = skip_blanks(at);
    if (*at == '"')
        at = read_quoted(at, &date);
    if (strncmp(code, "299", 3) == 0 && text.size)
        strv_add_once(texts, buf_str(&text));
    return at;
}

void kube_warning_parse(const char *value, struct strv *texts)
{
    for (const char *at = skip_blanks(value); at && *at;) {
        at = read_warning(at, texts);
        if (at)
            at = skip_blanks(at);
        if (at && *at == ',')
            at = skip_blanks(at + 1);
        else if (at && *at)
            return;
    }
}
