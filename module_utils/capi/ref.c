/* How users refer to providers. See capi/provider.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/provider.h"

static char *lower(const char *text, size_t size)
{
    char *copy = xmemdup(text, size);
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

/* TEXT as Go's %q prints it: quotes, backslashes and control characters are escaped. */
static char *quoted(const char *text)
{
    auto_buf struct buf out = {0};
    buf_add_char(&out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_printf(&out, "\\%c", *c);
        else if (*c == '\n')
            buf_add_str(&out, "\\n");
        else if (*c == '\t')
            buf_add_str(&out, "\\t");
        else if (*c == '\r')
            buf_add_str(&out, "\\r");
        else if ((unsigned char)*c < ' ' || *c == 0x7F)
            buf_printf(&out, "\\x%02x", (unsigned)(unsigned char)*c);
        else
            buf_add_char(&out, *c);
    }
    buf_add_char(&out, '"');
    return buf_steal(&out);
}

/* FORM is the one that fits; MORE and REASON what is wrong besides, or "". */
static int refuse(const char *text, const char *form, const char *more, const char *reason,
                  struct error **err)
{
    auto_free char *shown = quoted(text);
    error_make(err, ERROR_USAGE,
               "invalid provider name %s. Provider name should be in the form %s%s%s", shown, form,
               more, reason);
    return -1;
}

static int keep(int result, struct capi_ref *made, struct capi_ref *out)
{
    if (result < 0)
        capi_ref_clear(made);
    else
        *out = *made;
    return result;
}

/* NAME[:VERSION] of LENGTH bytes at AT into REF; TEXT is the whole for messages. */
static int parse_name(struct capi_ref *ref, const char *text, struct error **err)
{
    static const char form[] = "name[:version]";
    const char *colon = strchr(text, ':');
    if (colon && strchr(colon + 1, ':'))
        return refuse(text, form, "", "", err);
    size_t size = colon ? (size_t)(colon - text) : strlen(text);
    if (!size)
        return refuse(text, form, " and name cannot be empty", "", err);
    ref->name = lower(text, size);
    const char *reason = capi_bad_label(ref->name);
    if (reason)
        return refuse(text, form, " and the name should be valid: ", reason, err);
    if (colon && !colon[1])
        return refuse(text, form, " and version cannot be empty", "", err);
    if (colon)
        ref->version = xstrdup(colon + 1);
    return 0;
}

int capi_ref_parse(struct capi_ref *ref, enum capi_type type, const char *text, struct error **err)
{
    struct capi_ref made = {.type = type, .typed = xstrdup(text)};
    return keep(parse_name(&made, text, err), &made, ref);
}

/* The older form: all in lower case. */
static int parse_namespaced(struct capi_ref *ref, const char *text, struct error **err)
{
    const char *slash = strchr(text, '/');
    if (slash == text || strchr(slash + 1, '/'))
        return refuse(text, "namespace/provider:version or provider:version", "", "", err);
    ref->namespace_ = lower(text, (size_t)(slash - text));
    auto_free char *rest = lower(slash + 1, strlen(slash + 1));
    if (parse_name(ref, rest, err) < 0)
        return -1;
    if (!ref->version)
        return refuse(text, "namespace/name:version", " and version cannot be empty", "", err);
    return 0;
}

int capi_ref_parse_upgrade(struct capi_ref *ref, enum capi_type type, const char *text,
                           struct error **err)
{
    struct capi_ref made = {.type = type, .typed = xstrdup(text)};
    if (strchr(text, '/'))
        return keep(parse_namespaced(&made, text, err), &made, ref);
    int result = strchr(text, ':')
                     ? parse_name(&made, text, err)
                     : refuse(text, "namespace/provider:version or provider:version", "", "", err);
    return keep(result, &made, ref);
}

void capi_ref_clear(struct capi_ref *ref)
{
    free(ref->typed);
    free(ref->namespace_);
    free(ref->name);
    free(ref->version);
    *ref = (struct capi_ref){0};
}

void capi_refs_take(struct capi_refs *refs, struct capi_ref ref_take)
{
    refs->items = xreallocarray(refs->items, refs->count + 1, sizeof(*refs->items));
    refs->items[refs->count++] = ref_take;
}

int capi_refs_add(struct capi_refs *refs, enum capi_type type, const char *text, struct error **err)
{
    struct capi_ref ref = {0};
    if (strcmp(text, "-") == 0 && type != CAPI_CORE)
        return 0;
    if (strcmp(text, "-") == 0) {
        error_make(err, ERROR_USAGE, "the '-' value can not be used for the core provider");
        return -1;
    }
    if (capi_ref_parse(&ref, type, text, err) < 0)
        return -1;
    capi_refs_take(refs, ref);
    return 0;
}

int capi_refs_add_upgrade(struct capi_refs *refs, enum capi_type type, const char *text,
                          struct error **err)
{
    struct capi_ref ref = {0};
    if (capi_ref_parse_upgrade(&ref, type, text, err) < 0)
        return -1;
    capi_refs_take(refs, ref);
    return 0;
}

void capi_refs_clear(struct capi_refs *refs)
{
    for (size_t i = 0; i < refs->count; i++)
        capi_ref_clear(&refs->items[i]);
    free(refs->items);
    *refs = (struct capi_refs){0};
}
