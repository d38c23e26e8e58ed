/*
 * The options of magnum_template: the table that Ansible's rules check, and the struct that the
 * other stations read. Immutable after magnum_args_read.
 */
#ifndef MAGNUM_TEMPLATE_ARGS_H
#define MAGNUM_TEMPLATE_ARGS_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"
#include "cloud/cloud.h"

extern const struct am_spec magnum_template_spec;

enum magnum_state { MAGNUM_PRESENT, MAGNUM_ABSENT, MAGNUM_INFO };
enum magnum_update { MAGNUM_IN_PLACE, MAGNUM_NEVER, MAGNUM_RECREATE };
enum magnum_immutable { IMMUTABLE_FAIL, IMMUTABLE_RECREATE, IMMUTABLE_NEW_VERSION };
enum magnum_check { CHECK_AUTO, CHECK_VEXXHOST, CHECK_NONE };

/* One template of the task. */
struct magnum_wish {
    enum magnum_state state;
    const char *name; /* NULL when addressed by uuid alone, and with state info for all */
    const char *uuid; /* NULL: found by name */
    json_t *wanted; /* owned object: Magnum's attribute → value (fields.h); null = to be removed.
                       Only what the user gave */
};

struct magnum_args {
    struct magnum_wish *wishes; /* owned */
    size_t count;
    bool several; /* "templates" was given: the result is a list */

    bool any_scope;    /* a public template of another project counts as existing */
    bool match_image;  /* match_on holds image_id */
    bool resolve;      /* names are looked up where texts differ */
    bool image_strict; /* equal image names are looked up too */
    bool labels_merge; /* only the given labels count */
    bool retire_old;
    bool uuid_from_name;
    enum magnum_update update;
    enum magnum_immutable immutable;
    enum magnum_check label_check;
    bool label_errors; /* what label_check finds is an error */
    const char *microversion;

    struct cloud_settings cloud;
};

/* Fills ARGS from the validated PARAMS, which must outlive it. ERROR_USAGE names the option. On
 * failure ARGS is cleared. */
int magnum_args_read(struct magnum_args *args, const json_t *params, struct strv *warnings,
                     struct error **err) must_check;
void magnum_args_clear(struct magnum_args *args);

#endif
