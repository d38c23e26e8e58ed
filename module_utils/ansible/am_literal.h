/*
 * Python literals as JSON values. A playbook that prints a dictionary into an option hands over
 * Python's text of it: {'a': None, 'b': (1, 2)}.
 */
#ifndef ANSIBLE_AM_LITERAL_H
#define ANSIBLE_AM_LITERAL_H

#include <jansson.h>

#include "base/compiler.h"

/*
 * The value of TEXT, owned, or NULL when TEXT is no literal or has no JSON form (sets, bytes,
 * complex numbers, integers beyond 64 bits, NUL characters, more than 100 levels). Tuples become
 * lists; keys that are numbers, True, False or None become text as json.dumps writes them.
 */
json_t *am_literal_parse(const char *text) must_check nonnull_all;

#endif
