/*
 * Where the OpenStack cloud is and who we are there: the module's options, clouds.yaml,
 * secure.yaml, clouds-public.yaml and the OS_ variables, found and merged as openstacksdk does.
 * Reads files and the environment; talks to nobody.
 */
#ifndef OSTACK_CLOUDS_H
#define OSTACK_CLOUDS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"

/* The connection options of openstack.cloud's modules. Everything is borrowed; NULL: not given. */
struct osk_cloud_options {
    const json_t *cloud; /* a name, or an object with keys of clouds.yaml */
    const json_t *auth;  /* object */
    const char *auth_type;
    const char *region_name;
    const char *interface;
    const json_t *validate_certs; /* boolean */
    const char *ca_cert;
    const char *client_cert;
    const char *client_key;
    const json_t *api_timeout; /* integer, seconds */
};

struct osk_cloud {
    char *name;     /* owned; as in clouds.yaml, "envvars", or "defaults" */
    char *origin;   /* owned: "cloud X of FILE", "the environment", "the module's options" */
    json_t *config; /* owned object: the merged entry, keys with underscores; secrets in "auth" */
};

/*
 * Fills CLOUD. WARNINGS receives what was read differently than one may expect. -1 with an
 * ERROR_USAGE in openstacksdk's words where it has some; CLOUD is then cleared.
 */
int osk_cloud_load(struct osk_cloud *cloud, const struct osk_cloud_options *options,
                   struct strv *warnings, struct error **err) must_check;
void osk_cloud_clear(struct osk_cloud *cloud);

/* Adds every secret text inside VALUE, an entry of clouds.yaml or its "auth", to TEXTS. */
void osk_cloud_secrets(const json_t *value, struct strv *texts);

#endif
