/*
 * What is written to standard error between two calls, as the daemon's log is.
 */
#ifndef SUPPORT_STDERR_TEXT_H
#define SUPPORT_STDERR_TEXT_H

#include <unistd.h>

#include "support/unit.h"

struct stderr_text {
    FILE *file;
    int saved;
};

static inline void stderr_begin(struct stderr_text *text)
{
    text->file = tmpfile();
    assert_non_null(text->file);
    text->saved = dup(STDERR_FILENO);
    dup2(fileno(text->file), STDERR_FILENO);
}

/* What was written, owned. */
static inline char *stderr_end(struct stderr_text *text)
{
    enum { MOST = 65536 };
    char *written = xcalloc(1, MOST);
    dup2(text->saved, STDERR_FILENO);
    close(text->saved);
    rewind(text->file);
    (void)!fread(written, 1, MOST - 1, text->file);
    fclose(text->file);
    return written;
}

/* The same; asserts that it is EXPECTED. */
static inline maybe_unused void assert_stderr(struct stderr_text *text, const char *expected)
{
    auto_free char *written = stderr_end(text);
    assert_string_equal(written, expected);
}

#endif
