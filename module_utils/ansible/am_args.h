/*
 * What Ansible hands over: one JSON object with the task's arguments and, beside them, its own
 * _ansible_* keys. Reads, parses and splits it; checks nothing against a table.
 */
#ifndef ANSIBLE_AM_ARGS_H
#define ANSIBLE_AM_ARGS_H

#include <jansson.h>
#include <stddef.h>

#include "ansible/am_run.h"
#include "base/error.h"

struct am_args {
    json_t *params;   /* an object, owned: the task's arguments, not validated */
    json_t *internal; /* an object, owned: the _ansible_* keys */
};

void am_args_clear(struct am_args *args);

/*
 * Fills ARGS from the file argv[1], or from standard input when there is no argument and
 * standard input is no terminal. A first line that starts with "#!" is skipped. The bytes are
 * wiped afterwards. ERROR_IO, ERROR_USAGE, ERROR_INTERRUPTED, or as am_args_parse.
 */
int am_args_load(int argc, char **argv, struct am_args *args, struct error **err) must_check;

/*
 * Fills ARGS from LENGTH bytes of JSON, NUL-terminated behind them. ERROR_PARSE with Ansible's
 * text, the line, the column, and the option where it is known; never with a value, which may be
 * a secret.
 */
int am_args_parse(const char *text, size_t length, struct am_args *args, struct error **err)
    must_check;

/*
 * Fills CONTEXT, which borrows from ARGS, with what Ansible says beside the options. Nothing is
 * an error here: a value of an unusable type counts as absent, unknown keys are ignored. MODULE is
 * the module's own name, for when Ansible gives none. The collectors of CONTEXT are not touched.
 */
void am_args_describe(const struct am_args *args, const char *module, struct am_context *context);

#endif
