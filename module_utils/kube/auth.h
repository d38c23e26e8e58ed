/*
 * Credentials at the moment of use: reads token files, runs exec plugins, knows when an exec
 * credential has expired. Plain http:// servers never get any, and nothing is read or run for
 * them.
 *
 * As with kubectl a token, basic authentication or a client certificate of the configuration
 * beats its exec plugin, which is not run then; a client certificate goes along with a token.
 */
#ifndef KUBE_AUTH_H
#define KUBE_AUTH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"
#include "kube/kubeconfig.h"

struct kube_auth;

/* CONFIG is borrowed; new secrets (tokens, keys) are added to config->secrets as they appear. */
struct kube_auth *kube_auth_new(struct kube_config *config) must_check;
void kube_auth_free(struct kube_auth *auth);
define_cleanup(kube_auth, struct kube_auth *, kube_auth_free)
#define auto_kube_auth cleanup_with(kube_auth_cleanup)

/*
 * Makes the credentials current: runs the exec plugin when there is none yet, when it expired,
 * or when RENEW (the server said 401); reads the token file again. Sets *certificate_changed to
 * whether the client certificate differs from the one before, also from none (the HTTP client
 * must be rebuilt then). ERROR_AUTH, ERROR_INTERRUPTED; what was there before stays in use.
 */
int kube_auth_refresh(struct kube_auth *auth, bool renew, bool *certificate_changed,
                      struct error **err) must_check;

/* Adds "Authorization: …" when there is something to send. Call kube_auth_refresh before. */
void kube_auth_headers(const struct kube_auth *auth, struct strv *headers);

/* The client certificate and key in use, or NULL; borrowed until the next refresh. */
const char *kube_auth_certificate(const struct kube_auth *auth);
const char *kube_auth_key(const struct kube_auth *auth);

/*
 * What may explain that the server or TLS refused us: "client certificate CN=admin of
 * /root/.kube/config expired on 2026-01-02T03:04:05Z", of the certificate in use, which may be a
 * plugin's. Owned; NULL when there is none or nothing is wrong with its dates. For the text of an
 * error that happened anyway.
 */
char *kube_auth_describe_certificate(const struct kube_auth *auth) must_check;

/* True when asking again with fresh credentials after a 401 can help (exec or token file). */
bool kube_auth_can_renew(const struct kube_auth *auth);

#endif
