/*
 * How a container gets from one state to another: the table of transitions. Pure.
 */
#ifndef LXC_CONTAINER_STATES_H
#define LXC_CONTAINER_STATES_H

#include <stdbool.h>
#include <stddef.h>

enum ct_run { CT_RUN_STOPPED, CT_RUN_RUNNING, CT_RUN_FROZEN, CT_RUNS };

/* Everything that can be done to a container, in one list so that a plan is a list of these. */
enum ct_verb {
    CT_END, /* ends a list */
    CT_DO_FORCE_REMOVE,
    CT_DO_CREATE,
    CT_DO_SOURCES,
    CT_DO_CONFIG,
    CT_DO_START,
    CT_DO_STOP,
    CT_DO_FREEZE,
    CT_DO_THAW,
    CT_DO_WAIT,
    CT_DO_COMMAND,
    CT_DO_SNAPSHOT,
    CT_DO_CLONE,
    CT_DO_ARCHIVE,
    CT_DO_DESTROY,
    CT_VERBS
};

/* The verbs that lead FROM one state TO another, ended by CT_END; static. */
const enum ct_verb *states_path(enum ct_run from, enum ct_run to);

/* liblxc's word for a state that lasts; false for one on the way to another. */
bool states_read(const char *word, enum ct_run *run);
/* "stopped", "running", "frozen"; static. */
const char *states_name(enum ct_run run);

#endif
