/*
 * Reading single options out of parameters that am_spec_validate has completed, and so nothing here
 * can fail. What is handed out is borrowed from PARAMS, which may be NULL.
 */
#ifndef ANSIBLE_AM_GET_H
#define ANSIBLE_AM_GET_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strv.h"

/* The option's text; NULL when it was not given. */
const char *am_text(const json_t *params, const char *name);
/* The same, and NULL also when it is empty, as templates leave what is not set. */
const char *am_filled(const json_t *params, const char *name);
/* The option's value; NULL when it was not given. */
json_t *am_value(const json_t *params, const char *name);
/* False when it was not given. */
bool am_flag(const json_t *params, const char *name);
/* An option in seconds as milliseconds; 0 when it was not given. */
long long am_seconds_ms(const json_t *params, const char *name);
/* Initialises OUT with the option's strings. */
void am_list(const json_t *params, const char *name, struct strv *out);
/* The position of the option's text in NAMES, COUNT of them in the order of an enum; 0 when it was
 * not given. The option table has checked that it is one of them. */
int am_choice(const json_t *params, const char *name, const char *const *names, size_t count);

#endif
