/*
 * What passes from station to station in lxc_container.
 */
#ifndef LXC_CONTAINER_STATE_H
#define LXC_CONTAINER_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "lxc_container/args.h"
#include "lxc_container/capture.h"
#include "lxc_container/lib.h"
#include "lxc_container/lock.h"
#include "lxc_container/plan.h"
#include "lxc_container/states.h"

enum ct_class {
    CT_NOTHING,  /* no folder */
    CT_LEFTOVER, /* a folder without a configuration: of a creation that failed, or by hand */
    CT_PARTIAL,  /* a creation that did not end */
    CT_BROKEN,   /* liblxc cannot read the configuration */
    CT_DEFINED,
};

/* The configuration file before and after. */
struct ct_config {
    char *before; /* owned; NULL when there is no file (yet) */
    char *after;  /* owned; equal to before when nothing changes */
    bool changed;
    bool pending;    /* what runs differs in what needs a restart */
    json_t *changes; /* owned list, see config_changes */
};

/* What was done, or in check mode would be. */
struct ct_done {
    bool changed;
    bool created;
    bool started;
    bool stopped;
    bool config;
    bool clone_known; /* the option was dealt with */
    bool cloned;
    bool destroyed;
    char *archive;         /* owned */
    char *systemd_state;   /* owned */
    char *template_output; /* owned */
    json_t *command;       /* owned */
};

struct ct {
    struct am_context *context; /* borrowed */
    struct ct_args args;
    struct lib lib;
    struct lock lock;
    struct lock clone_lock;
    struct capture capture;
    char *lxcpath;     /* owned, as liblxc is to hear it */
    char *directory;   /* owned: lxcpath/name */
    char *config_path; /* owned */
    char *clone_path;  /* owned: lxcpath of the clone, NULL without one */

    struct lxc_container *container; /* owned; NULL unless nothing is there or it is defined */
    enum ct_class class;
    enum ct_run run;
    enum ct_run run_before;
    struct ct_config config;
    bool skip_command; /* creates or removes says so */
    bool do_sources;   /* directories for bind mounts are missing */
    bool do_clear;     /* a folder without a configuration is in the way of a new container */
    bool half_made;    /* the folder of the option directory, by a creation that did not end */
    bool do_snapshot;
    bool do_clone;
    struct plan plan;
    struct ct_done done;
    bool returning; /* a failure is being made good: a signal must not stop that too */
    bool looked;    /* observe reached its end: there are facts to tell */
};

/* args: from the validated parameters to the state. */
void *ct_open(const json_t *params, struct am_context *context, struct error **err);
void ct_close(void *state);

void ct_facts_for_plan(const struct ct *ct, struct plan_facts *facts);
bool ct_exists(const struct ct *ct);
/* Something else is in the place of the container, and goes. */
bool ct_remains(const struct ct *ct);

/* The file that a new container starts from: the option config, else liblxc's own, else NULL. */
const char *ct_first_config(const struct ct *ct);

/* Opens the container anew: what was read before is gone. False when liblxc refuses; the reason is
 * in the log. */
bool ct_reopen(struct ct *ct) must_check;

void ct_config_clear(struct ct_config *config);

#endif
