/*
 * Ansible's conversion of a value to the type of its option, as ansible-core 2.19 does it. Where
 * Python would make a number that JSON cannot hold (infinity, beyond 64 bits) the value is
 * refused instead.
 */
#ifndef ANSIBLE_AM_COERCE_H
#define ANSIBLE_AM_COERCE_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_spec.h"
#include "base/error.h"

/* The name of TYPE in messages and documentation, static: "str", "jsonarg", ... */
const char *am_type_word(enum am_type type);

/*
 * VALUE as TYPE, owned (possibly VALUE itself, referenced), or NULL with an ERROR_USAGE whose
 * message is the reason alone, to stand behind "unable to convert to TYPE: ".
 *
 * null becomes "" as a str or path. An int is always an integer: true is 1. A list or dict is
 * not looked into.
 */
json_t *am_coerce(enum am_type type, json_t *value, struct error **err) must_check;

/* Ansible's idea of a truth value in *truth; false when VALUE is none, *truth is then untouched. */
bool am_coerce_truth(const json_t *value, bool *truth) must_check;

#endif
