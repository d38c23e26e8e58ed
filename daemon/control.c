#include "daemon/control.h"

int control_run(const struct config *config, struct exchange *exchange, struct error **err)
{
    (void)config;
    (void)exchange;
    error_make(err, ERROR_USAGE, "PROXY_ROUTES: a static table is needed by this build");
    return -1;
}

int control_once(const struct config *config, struct error **err)
{
    (void)config;
    error_make(err, ERROR_USAGE, "--once: not in this build");
    return -1;
}

json_t *control_dump(const struct config *config, struct error **err)
{
    (void)config;
    error_make(err, ERROR_USAGE, "--dump: not in this build");
    return NULL;
}
