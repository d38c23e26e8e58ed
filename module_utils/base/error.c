#include "base/error.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void error_vmake(struct error **err, enum error_kind kind, const char *format, va_list arguments)
{
    if (!err)
        return;
    /* An error that is overwritten is an error that is lost. */
    assert(*err == NULL);
    struct error *error = xcalloc(1, sizeof(*error));
    error->kind = kind;
    error->message = xvasprintf(format, arguments);
    *err = error;
}

void error_make(struct error **err, enum error_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_vmake(err, kind, format, arguments);
    va_end(arguments);
}

void error_make_errno(struct error **err, int saved_errno, const char *format, ...)
{
    if (!err)
        return;
    va_list arguments;
    va_start(arguments, format);
    auto_free char *what = xvasprintf(format, arguments);
    va_end(arguments);
    error_make(err, ERROR_IO, "%s: %s", what, strerror(saved_errno));
    (*err)->code = saved_errno;
}

void error_wrap(struct error **err, const char *format, ...)
{
    if (!err || !*err)
        return;
    va_list arguments;
    va_start(arguments, format);
    auto_free char *context = xvasprintf(format, arguments);
    va_end(arguments);
    auto_free char *inner = (*err)->message;
    (*err)->message = xasprintf("%s: %s", context, inner);
}

void error_append(struct error **err, const char *format, ...)
{
    if (!err || !*err)
        return;
    va_list arguments;
    va_start(arguments, format);
    auto_free char *more = xvasprintf(format, arguments);
    va_end(arguments);
    auto_free char *before = (*err)->message;
    (*err)->message = xasprintf("%s%s", before, more);
}

void error_detail_take(struct error **err, const char *key, json_t *value_take)
{
    if (!err || !*err) {
        json_decref(value_take);
        return;
    }
    if (!(*err)->detail)
        (*err)->detail = json_object();
    json_object_set_new((*err)->detail, key, value_take);
}

void error_code(struct error **err, int code)
{
    if (err && *err)
        (*err)->code = code;
}

void error_free(struct error *error)
{
    if (!error)
        return;
    int saved = errno;
    free(error->message);
    json_decref(error->detail);
    free(error);
    errno = saved;
}

void error_clear(struct error **err)
{
    error_free(*err);
    *err = NULL;
}

void error_move_take(struct error **to, struct error *from_take)
{
    if (!from_take)
        return;
    if (!to) {
        error_free(from_take);
        return;
    }
    assert(*to == NULL);
    *to = from_take;
}
