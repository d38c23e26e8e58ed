/*
 * The life of a module: args → observe → plan → apply → result, one JSON object on standard
 * output whatever happens. The only place that knows about check mode.
 *
 * ansible-core runs a binary module with the path of a JSON file as its only argument; without
 * argument the same JSON is read from standard input (never from a terminal).
 */
#ifndef ANSIBLE_AM_RUN_H
#define ANSIBLE_AM_RUN_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_secrets.h"
#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"

/* What Ansible says beside the options (its _ansible_* keys), and the two collectors. */
struct am_context {
    bool check_mode;
    bool diff;
    bool no_log;                 /* nothing about this task may go into the system log */
    bool ignore_unknown_options; /* options that the table lacks are no error */
    int verbosity;               /* the number of -v, from 0 */
    const char *module_name;     /* as written in the task, borrowed */
    const char *tmpdir;          /* borrowed or NULL */
    const char *version;         /* of the controller, borrowed, "0.0" when unknown */
    const char *syslog_facility; /* "LOG_USER", ..., borrowed or NULL */
    const char *target_log_info; /* stands before every log message, borrowed or NULL */
    struct am_secrets *secrets;  /* register what must not be shown */
    struct strv warnings;        /* shown by Ansible after the task; duplicates are dropped */
};

/*
 * One module. STATE is what open returns; every station gets it. Stations never ask for check
 * mode except through CONTEXT in open and observe (a server-side dry run is an observation).
 * A signal that asks the process to stop ends it before the next station, and inside of one as
 * soon as something waits; the result is written all the same.
 */
struct am_module {
    const char *name;
    const struct am_spec *spec;

    /* May be NULL. Registers what the options hold that must not be shown, beyond those that are
     * secrets as a whole. Called before anything is said, when PARAMS is not validated yet, and
     * again with what came from the environment, before the invocation is logged. */
    void (*secrets)(const json_t *params, struct am_secrets *secrets);
    /* args: PARAMS is validated and complete, borrowed for the life of the state. */
    void *(*open)(const json_t *params, struct am_context *context, struct error **err);
    int (*observe)(void *state, struct error **err);
    int (*plan)(void *state, struct error **err);
    /* Not called in check mode. May be NULL when the module only looks. */
    int (*apply)(void *state, struct error **err);
    /* May be NULL. Called instead of apply in check mode: learns what apply would do without doing
     * it, by a dry run on the server's side for instance. */
    int (*predict)(void *state, struct error **err);
    /*
     * Fills RESULT, an object: "changed" and whatever the module returns; "diff" is dropped by
     * am_run unless diff mode is on and changed is true. FAILURE is NULL after success; else the
     * error that ended a station, and RESULT already holds failed, msg and the error's detail: add
     * what was done so far. Not called when open failed. "changed" is false where it is missing.
     */
    void (*result)(void *state, const struct error *failure, json_t *result);
    /* May be NULL. Edits a deep copy of the parameters before it goes into the system log, and
     * before it is shown as "invocation". STATE is NULL for the log, and when open failed or was
     * never reached: PARAMS may then be unvalidated. */
    void (*redact)(void *state, json_t *params);
    void (*close)(void *state);
};

/*
 * Runs MODULE as main does: returns the exit status, 0 or 1. Call it first thing in main: it sets
 * up the trace, jansson's memory, the signals and the last words of a crash. The umask stays; the
 * working directory changes only when it cannot be read.
 */
int am_run(const struct am_module *module, int argc, char **argv);

#endif
