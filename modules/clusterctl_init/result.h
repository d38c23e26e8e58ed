/*
 * Station five: what the module says.
 */
#ifndef CLUSTERCTL_INIT_RESULT_H
#define CLUSTERCTL_INIT_RESULT_H

#include "clusterctl_init/state.h"

void cc_result(void *state, const struct error *failure, json_t *result);

/* Hides what of the options must not be shown. */
void cc_redact(void *state, json_t *params);

/* Fills LIST with the entries of a difference: diff.c. */
void cc_diff(const struct cc *cc, json_t *list);

/* After a failure: "done" and "next_run" in RESULT: story.c. */
void cc_story(const struct cc *cc, json_t *result);

#endif
