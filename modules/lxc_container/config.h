/*
 * Brings the lines of a configuration to what is wanted, with as few changes as possible: what is
 * there already stays where it is, in the spelling it has. Pure: text in, text out.
 */
#ifndef LXC_CONTAINER_CONFIG_H
#define LXC_CONTAINER_CONFIG_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strv.h"
#include "lxc_container/text.h"
#include "lxc_container/wanted.h"

/* Edits TEXT. The keys in AT_END, scalars that a later include overrides, go behind everything. */
void config_edit(struct text *text, const struct wanted *wanted, const struct strv *at_end);

/* [{key, before, after}, …] for every key whose lines differ, owned. */
json_t *config_changes(const struct text *before, const struct text *after) must_check;

/* Whether two values of KEY mean the same: quotes do not count, and in a mount the blanks. */
bool config_same_value(const char *key, const char *a, const char *b);

/* For the tests and config.c: the parts. */
void config_replace_networks(struct text *text, const struct wanted *wanted);
void config_remove(struct text *text, const char *item);

#endif
