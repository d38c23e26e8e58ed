/*
 * The one error type. It is carried up by the last parameter of every function that can fail.
 *
 * A fallible function takes `struct error **err` last and returns 0 or -1, or a pointer or
 * NULL. On success *err is untouched; on failure it holds a new error that the caller owns.
 * Every `struct error *` starts as NULL. Expected outcomes are values, not errors: a 404 on a
 * GET is "absent".
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <jansson.h>
#include <stdarg.h>

#include "base/compiler.h"

enum error_kind {
    ERROR_USAGE,       /* the user's arguments: names the option and the remedy */
    ERROR_IO,          /* a system call; code is errno */
    ERROR_TIMEOUT,     /* a deadline passed */
    ERROR_HTTP,        /* transport: DNS, connection, TLS, malformed reply; code is libcurl's */
    ERROR_STATUS,      /* the server answered with a failure; code is the HTTP status */
    ERROR_CONFLICT,    /* HTTP 409; code is 409 */
    ERROR_NOT_FOUND,   /* something named by the user does not exist */
    ERROR_AUTH,        /* credentials missing, refused or unusable */
    ERROR_INTERRUPTED, /* a signal told us to stop */
    ERROR_PARSE,       /* foreign bytes do not parse; the message holds source, line and column */
    ERROR_INTERNAL,    /* a defect of ours */
};

struct error {
    enum error_kind kind;
    int code;       /* errno, HTTP status or 0 */
    char *message;  /* owned; outermost context first, joined by ": " */
    json_t *detail; /* owned object or NULL; merged into the module's failure result */
};

/* Creates an error in *err, which must be NULL. ERR may be NULL: the error is dropped. */
void error_make(struct error **err, enum error_kind kind, const char *format, ...)
    printf_like(3, 4);
void error_vmake(struct error **err, enum error_kind kind, const char *format, va_list arguments)
    printf_like(3, 0);

/* An ERROR_IO with code = SAVED_ERRNO and ": <strerror>" appended. */
void error_make_errno(struct error **err, int saved_errno, const char *format, ...)
    printf_like(3, 4);

/* Puts "<context>: " before the message. Does nothing when ERR or *ERR is NULL. */
void error_wrap(struct error **err, const char *format, ...) printf_like(2, 3);

/* Puts text behind the message, as it is: bring your own separator. */
void error_append(struct error **err, const char *format, ...) printf_like(2, 3);

/* Adds KEY to the detail object of *ERR; VALUE is swallowed, also when ERR or *ERR is NULL. */
void error_detail_take(struct error **err, const char *key, json_t *value_take);

/* Sets the code of *ERR when there is one. */
void error_code(struct error **err, int code);

void error_free(struct error *error);
/* Frees *err and sets it to NULL. */
void error_clear(struct error **err);
/* Hands FROM, which may be NULL, over to *to, or frees it when TO is NULL. */
void error_move_take(struct error **to, struct error *from_take);

define_cleanup(error, struct error *, error_free)
#define auto_error cleanup_with(error_cleanup)

#endif
