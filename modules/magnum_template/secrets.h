/*
 * What must not be shown: passwords, tokens and the like inside of cloud and auth, in the files and
 * the environment, and the tokens that arrive.
 */
#ifndef MAGNUM_TEMPLATE_SECRETS_H
#define MAGNUM_TEMPLATE_SECRETS_H

#include <jansson.h>

#include "ansible/am_secrets.h"

/* Registers the secrets inside of the options, valid or not, before anything is said about them. */
void magnum_option_secrets(const json_t *params, struct am_secrets *secrets);
/* The same for a merged entry of clouds.yaml. */
void magnum_cloud_secrets(const json_t *config, struct am_secrets *secrets);
/* Registers TEXT; CONTEXT is the registry. */
void magnum_secret_seen(void *context, const char *text);

#endif
