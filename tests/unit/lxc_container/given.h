/*
 * Options of a task, read as the module does it.
 */
#ifndef LXC_CONTAINER_GIVEN_H
#define LXC_CONTAINER_GIVEN_H

#include "support/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/args.h"

struct given {
    json_t *params;
    struct ct_args args;
    struct strv warnings;
};

/* JSON is read, and nothing is wrong with it. */
void given_accept(struct given *given, const char *json);
void given_clear(struct given *given);

/* JSON is an ERROR_USAGE that holds PART. */
void given_refuse(const char *json, const char *part);

#endif
