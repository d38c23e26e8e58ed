/*
 * How Python prints a JSON value. Ansible's messages and its conversion to text are Python's
 * str() and repr(), so ours must be the same to the letter.
 */
#ifndef ANSIBLE_AM_REPR_H
#define ANSIBLE_AM_REPR_H

#include <jansson.h>

#include "base/compiler.h"

/* str(VALUE), owned: a string as it is, else what am_repr gives; NULL is None. */
char *am_str(const json_t *value) must_check;

/* repr(VALUE), owned: 'text' with Python's choice of quotes and escapes, True, None, 1e+16,
 * [1, 'x'], {'a': None}; NULL is None. */
char *am_repr(const json_t *value) must_check;

/* repr(NUMBER), owned: the shortest decimal text that reads back as NUMBER. */
char *am_repr_real(double number) must_check;

/* The name of VALUE's Python type, static: str, int, float, bool, list, dict or NoneType. */
const char *am_type_name(const json_t *value);

#endif
