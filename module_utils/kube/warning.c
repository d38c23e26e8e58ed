#include "kube/warning.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* Reads "…" with backslash escapes; returns what follows, or NULL when there is no closing quote.
 */
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

/* Reads one warning and the comma behind it; returns what follows, or NULL when it makes no
 * sense: then the rest of the header cannot be understood either. */
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
    at = at ? skip_blanks(at) : NULL;
    if (!at || (*at && *at != ','))
        return NULL;
    if (strncmp(code, "299", 3) == 0 && text.size) {
        auto_free char *printable = str_to_utf8(text.data, text.size);
        strv_add_once(texts, printable);
    }
    return *at ? skip_blanks(at + 1) : at;
}

void kube_warning_parse(const char *value, struct strv *texts)
{
    const char *at = skip_blanks(value);
    while (at && *at)
        at = read_warning(at, texts);
}
