#include "capi/variables.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/variables_priv.h"
#include "json/js_list.h"

struct capi_template {
    char *text; /* owned; what the pieces point into */
    struct capi_pieces pieces;
};

static bool is_blank(char c)
{
    return c && strchr(" \t\n\f\r", c);
}

static bool is_old_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

/* "${ NAME }" with blanks of any kind, at AT: adds "${NAME}" and returns how long it was, or 0. */
static size_t add_tight(const char *at, struct buf *out)
{
    const char *name = at + 2;
    while (is_blank(*name))
        name++;
    const char *end = name;
    while (is_old_name(*end))
        end++;
    const char *brace = end;
    while (is_blank(*brace))
        brace++;
    if (end == name || *brace != '}')
        return 0;
    buf_printf(out, "${%.*s}", (int)(end - name), name);
    return (size_t)(brace + 1 - at);
}

/*
 * A copy of TEXT in which blanks just inside of the braces are gone, as in clusterctl, which had
 * another template language once. Functions with arguments keep theirs.
 */
static char *tighten(const char *text, size_t size, size_t *new_size)
{
    auto_buf struct buf out = {0};
    const char *end = text + size;
    buf_reserve(&out, size + 1);
    buf_add(&out, "", 0);
    while (text < end) {
        const char *dollar = memchr(text, '$', (size_t)(end - text));
        buf_add(&out, text, (size_t)((dollar ? dollar : end) - text));
        if (!dollar)
            break;
        size_t used = dollar + 1 < end && dollar[1] == '{' ? add_tight(dollar, &out) : 0;
        if (!used)
            buf_add_char(&out, '$');
        text = dollar + (used ? used : 1);
    }
    *new_size = out.size;
    return buf_steal(&out);
}

struct capi_template *capi_template_new(const char *text, size_t size, struct error **err)
{
    auto_free char *copy = xmemdup(text, size);
    auto_capi_template struct capi_template *template = xcalloc(1, sizeof(*template));
    size_t tight = 0;
    template->text = tighten(copy, size, &tight);
    if (capi_pieces_parse(template->text, tight, &template->pieces, err) < 0)
        return NULL;
    return steal_ptr(template);
}

void capi_template_free(struct capi_template *template)
{
    if (!template)
        return;
    capi_pieces_clear(&template->pieces);
    free(template->text);
    free(template);
}

void capi_template_names(const struct capi_template *template, struct strv *names)
{
    for (size_t i = 0; i < template->pieces.count; i++)
        if (template->pieces.items[i].function)
            strv_add_once(names, template->pieces.items[i].function->name);
    strv_sort(names);
}

void capi_template_missing(const struct capi_template *template, const struct capi_values *values,
                           struct strv *names)
{
    auto_strv struct strv seen = {0};
    for (size_t i = 0; i < template->pieces.count; i++) {
        const struct capi_function *function = template->pieces.items[i].function;
        /* The first mention of a name decides whether it has a default. */
        if (!function || !strv_add_once(&seen, function->name))
            continue;
        if (!function->arguments.count && !values->get(values->context, function->name))
            strv_add_once(names, function->name);
    }
    strv_sort(names);
}

static int add_piece(const struct capi_piece *piece, const struct capi_values *values,
                     struct buf *out, struct error **err);

static int add_function(const struct capi_function *function, const struct capi_values *values,
                        struct buf *out, struct error **err)
{
    size_t count = function->arguments.count;
    struct buf *arguments = xcalloc(count + 1, sizeof(*arguments));
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = add_piece(&function->arguments.items[i], values, &arguments[i], err);
    const char *value = values->get(values->context, function->name);
    if (result == 0)
        result = capi_apply(function->op, value ? value : "", arguments, count, out, err);
    for (size_t i = 0; i < count; i++)
        buf_clear(&arguments[i]);
    free(arguments);
    return result;
}

static int add_piece(const struct capi_piece *piece, const struct capi_values *values,
                     struct buf *out, struct error **err)
{
    if (piece->function)
        return add_function(piece->function, values, out, err);
    buf_add(out, piece->text, piece->size);
    return 0;
}

static int add_all(const struct capi_template *template, const struct capi_values *values,
                   struct buf *out, struct error **err)
{
    for (size_t i = 0; i < template->pieces.count; i++)
        if (add_piece(&template->pieces.items[i], values, out, err) < 0)
            return -1;
    return 0;
}

static int check_missing(const struct capi_template *template, const struct capi_values *values,
                         struct error **err)
{
    auto_strv struct strv missing = {0};
    capi_template_missing(template, values, &missing);
    if (!missing.count)
        return 0;
    auto_free char *names = strv_join(&missing, ", ");
    error_make(err, ERROR_USAGE,
               "value for variables [%s] is not set. Please set the value using os environment "
               "variables or the clusterctl config file",
               names);
    json_t *list = js_strv(&missing);
    error_detail_take(err, "missing_variables", list);
    return -1;
}

int capi_template_fill(const struct capi_template *template, const struct capi_values *values,
                       struct buf *out, struct error **err)
{
    if (check_missing(template, values, err) < 0)
        return -1;
    buf_reserve(out, strlen(template->text));
    buf_add(out, "", 0);
    return add_all(template, values, out, err);
}

int capi_expand(const char *text, const struct capi_values *values, struct buf *out,
                struct error **err)
{
    struct capi_template template = {0};
    int result = capi_pieces_parse(text, strlen(text), &template.pieces, err);
    if (result == 0)
        result = add_all(&template, values, out, err);
    capi_pieces_clear(&template.pieces);
    return result;
}
