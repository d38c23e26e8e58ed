/*
 * The table of settings: a row per environment variable and its option, with its check, its default
 * and its line in --help. Nothing but daemon/config.c uses it, and the test that visits every row.
 */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include "daemon/config.h"

struct setting;

struct setting_type {
    /* Checks VALUE and puts it at OFFSET of the struct config; ERROR_USAGE without the name. */
    int (*read)(const struct setting *setting, struct config *config, const char *value,
                struct error **err);
    /* What is there, owned. */
    json_t *(*show)(const struct setting *setting, const struct config *config);
};

struct setting {
    const char *variable;            /* "PROXY_PORT" */
    const char *option;              /* "--port" */
    const struct setting_type *type; /* see daemon/setting_types.h */
    size_t offset;
    long long low;
    long long high;
    const char *fallback; /* read as if it had been given */
    const char *help;
};

const struct setting *settings_table(size_t *count);

#endif
