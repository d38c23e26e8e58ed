#include "daemon/actions.h"

#include <stdio.h>

#include "base/mem.h"
#include "daemon/control.h"
#include "daemon/routes.h"
#include "daemon/run.h"

enum { INDENT = 2 };

static int print_text(const char *text, struct error **err)
{
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0) {
        error_make(err, ERROR_IO, "standard output cannot be written");
        return -1;
    }
    return 0;
}

static int print_json(const json_t *value, struct error **err)
{
    auto_free char *text =
        json_dumps(value, JSON_INDENT(INDENT) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    auto_free char *line = xasprintf("%s\n", text);
    return print_text(line, err);
}

static int print_help(struct error **err)
{
    auto_free char *text = config_help();
    return print_text(text, err);
}

static int check_config(const struct config *config, struct error **err)
{
    if (config->routes) {
        auto_routes struct routes *routes = routes_read(config->routes, err);
        if (!routes)
            return -1;
    }
    json_auto_t *settings = config_to_json(config);
    return print_json(settings, err);
}

static int dump(const struct config *config, struct error **err)
{
    json_auto_t *clusters = control_dump(config, err);
    return clusters ? print_json(clusters, err) : -1;
}

int action_run(const struct config *config, char **argv, struct error **err)
{
    switch (config->action) {
    case ACTION_RUN:
        return run_daemon(config, argv, err);
    case ACTION_CHECK:
        return check_config(config, err);
    case ACTION_ONCE:
        return control_once(config, err);
    case ACTION_DUMP:
        return dump(config, err);
    case ACTION_HELP:
        return print_help(err);
    case ACTION_VERSION:
        return print_text("magnum-cluster-api-proxy " MCAPI_VERSION "\n", err);
    }
    return 0;
}
