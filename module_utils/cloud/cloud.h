/*
 * The options by which a module is told which OpenStack cloud it works on and who it is there:
 * their rows for the module's table, how they are read, what of them must not be shown, and the
 * client that they make. The names are those of openstack.cloud.
 */
#ifndef CLOUD_CLOUD_H
#define CLOUD_CLOUD_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "ansible/am_secrets.h"
#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"
#include "ostack/client.h"
#include "ostack/clouds.h"

/* The rows, to stand in a table of struct am_option; plugins/doc_fragments/openstack.py documents
 * them. The secrets inside of cloud and auth are registered one by one (cloud_option_secrets): as a
 * whole they would hide names and addresses too. */
#define CLOUD_OPTIONS                                                                              \
    {.name = "cloud", .type = AM_RAW}, {.name = "auth", .type = AM_DICT}, {.name = "auth_type"},   \
        {.name = "region_name"},                                                                   \
        {.name = "interface",                                                                      \
         .default_json = "\"public\"",                                                             \
         .aliases = AM_NAMES("endpoint_type"),                                                     \
         .choices = AM_NAMES("public", "internal", "admin")},                                      \
        {.name = "validate_certs", .type = AM_BOOL, .aliases = AM_NAMES("verify")},                \
        {.name = "ca_cert", .aliases = AM_NAMES("cacert")},                                        \
        {.name = "client_cert", .aliases = AM_NAMES("cert")},                                      \
        {.name = "client_key", .no_log = true, .aliases = AM_NAMES("key")},                        \
        {.name = "api_timeout", .type = AM_INT, .minimum = AM_LIMIT(1)},                           \
        {.name = "wait", .type = AM_BOOL, .default_json = "true"},                                 \
        {.name = "timeout", .type = AM_INT, .default_json = "180"}, {.name = "sdk_log_path"},      \
        {.name = "sdk_log_level",                                                                  \
         .default_json = "\"INFO\"",                                                               \
         .choices = AM_NAMES("INFO", "DEBUG")},                                                    \
    {                                                                                              \
        .name = "availability_zone"                                                                \
    }

/* What the options say. */
struct cloud_settings {
    struct osk_cloud_options connection; /* borrowed from the parameters */
    const char *log_path;                /* borrowed; NULL: no log */
    bool log_debug;
};

/* Reads the validated PARAMS, which must outlive what is returned. */
struct cloud_settings cloud_settings_read(const json_t *params, struct strv *warnings) must_check;

/*
 * Finds the cloud, which the caller clears, registers its secrets and makes the client, owned.
 * CONTEXT must outlive the client. MICROVERSION of Magnum's API may be NULL. Talks to nobody.
 */
struct osk_client *cloud_open(const struct cloud_settings *settings, const char *microversion,
                              struct am_context *context, struct osk_cloud *cloud,
                              struct error **err) must_check;

/* Registers the secrets inside of the options, valid or not, before anything is said about them. */
void cloud_option_secrets(const json_t *params, struct am_secrets *secrets);
/* Registers TEXT; CONTEXT is the registry: for osk_client_options. */
void cloud_secret_seen(void *context, const char *text);

#endif
