#include "capi_backup/state.h"

/* Not there yet: says so instead of doing half. */
static int refuse(struct cb *cb, struct error **err)
{
    error_make(err, ERROR_USAGE, "state: %s is not available in this build",
               cb_state_text(cb->args.state));
    return -1;
}

const struct cb_way cb_present = {.observe = refuse};
