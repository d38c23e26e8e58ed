/*
 * The registry of values that must not leave the process, and the scrubber that the writer runs.
 * Same rules and replacement texts as Ansible's no_log handling. The longest value goes first,
 * because a secret may be a part of another one.
 */
#ifndef ANSIBLE_AM_SECRETS_H
#define ANSIBLE_AM_SECRETS_H

#include <jansson.h>

#include "base/compiler.h"

struct am_secrets;

struct am_secrets *am_secrets_new(void) must_check;
/* Wipes the values. */
void am_secrets_free(struct am_secrets *secrets);
define_cleanup(am_secrets, struct am_secrets *, am_secrets_free)
#define auto_am_secrets cleanup_with(am_secrets_cleanup)

/* Registers TEXT (copied); "" and NULL are ignored. */
void am_secrets_add(struct am_secrets *secrets, const char *text);
/* Registers every non-empty string and every number (as decimal text) inside VALUE: values of
 * objects, items of lists; never keys, booleans or null. */
void am_secrets_add_value(struct am_secrets *secrets, const json_t *value);

/*
 * A scrubbed deep copy of VALUE, owned. A string equal to a secret becomes
 * VALUE_SPECIFIED_IN_NO_LOG_PARAMETER, a part of a string "********"; a number whose text contains
 * a secret becomes the constant; keys, booleans and null are not touched, as in ansible-core
 * 2.19. Returns VALUE itself, referenced, when nothing is registered.
 */
json_t *am_secrets_scrub(const struct am_secrets *secrets, json_t *value) must_check;

/* A scrubbed copy of TEXT, owned. */
char *am_secrets_scrub_text(const struct am_secrets *secrets, const char *text) must_check;

#endif
