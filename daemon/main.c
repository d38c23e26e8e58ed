#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "daemon/actions.h"
#include "daemon/config.h"
#include "daemon/log.h"

extern char **environ;

/* The exit status of settings that cannot be used: systemd is told not to try again. */
enum { STATUS_CONFIG = EX_CONFIG };

int main(int argc, char **argv)
{
    log_init();
    mem_use_for_json();
    auto_error struct error *error = NULL;
    auto_config struct config config;
    config_init(&config);
    if (config_read(&config, argc, argv, environ, &error) < 0) {
        log_line(LOG_LEVEL_ERROR, "%s", error->message);
        return STATUS_CONFIG;
    }
    if (action_run(&config, argv, &error) < 0) {
        log_line(LOG_LEVEL_ERROR, "%s", error->message);
        return error->kind == ERROR_USAGE ? STATUS_CONFIG : EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
