#include "kube/impersonate.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

/* What may stand in a header name, but for '%', which starts an escape. */
static const char name_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&'*+-.^_`|~";

bool kube_header_value_ok(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c < 0x20 && *c != '\t') || *c == 0x7f)
            return false;
    return true;
}

static void add_escaped(struct buf *out, const char *key)
{
    for (; *key; key++) {
        if (strchr(name_chars, *key))
            buf_add_char(out, *key);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*key);
    }
}

static int add_header(struct strv *out, const char *name, const char *value, const char *user,
                      struct error **err)
{
    if (kube_header_value_ok(value)) {
        strv_printf(out, "%s: %s", name, value);
        return 0;
    }
    error_make(err, ERROR_USAGE, "the value for %s of %s holds a character that no header may hold",
               name, user);
    return -1;
}

static int add_extra(const struct kube_draft *draft, const char *user, struct strv *out,
                     struct error **err)
{
    const char *key = NULL;
    json_t *values = NULL;
    json_object_foreach (draft->as_extra, key, values) {
        auto_buf struct buf name = {0};
        buf_add_str(&name, "Impersonate-Extra-");
        add_escaped(&name, key);
        for (size_t i = 0; i < json_array_size(values); i++)
            if (add_header(out, buf_str(&name), json_string_value(json_array_get(values, i)), user,
                           err))
                return -1;
    }
    return 0;
}

int kube_impersonate_headers(const struct kube_draft *draft, const char *user, struct strv *out,
                             struct error **err)
{
    if (!draft->as) {
        if (!draft->as_uid && draft->as_groups.count == 0 && json_object_size(draft->as_extra) == 0)
            return 0;
        error_make(err, ERROR_USAGE,
                   "requesting uid, groups or user-extra for %s without impersonating a user",
                   user);
        return -1;
    }
    if (add_header(out, "Impersonate-User", draft->as, user, err) ||
        (draft->as_uid && add_header(out, "Impersonate-Uid", draft->as_uid, user, err)))
        return -1;
    for (size_t i = 0; i < draft->as_groups.count; i++)
        if (add_header(out, "Impersonate-Group", draft->as_groups.items[i], user, err))
            return -1;
    return add_extra(draft, user, out, err);
}
