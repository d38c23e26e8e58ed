/*
 * The options by which a module is told where the Kubernetes API is and who it is there: their
 * rows for the module's table, how they are read, and what of them must not be shown. One set of
 * names and environment variables for all modules, kubernetes.core's. Connects to nothing.
 */
#ifndef CONNECT_CONNECT_H
#define CONNECT_CONNECT_H

#include <jansson.h>

#include "ansible/am_secrets.h"
#include "ansible/am_spec.h"
#include "kube/kubeconfig.h"

#define CONNECT_ENV(...) .env = AM_NAMES(__VA_ARGS__)

extern const struct am_option connect_proxy_header_options[];

/* The rows, to stand in a table of struct am_option; plugins/doc_fragments/kubernetes.py documents
 * them. Every option stands in for from the environment of the module's process, as in
 * kubernetes.core. */
#define CONNECT_OPTIONS                                                                            \
    {.name = "kubeconfig", .type = AM_RAW, CONNECT_ENV("K8S_AUTH_KUBECONFIG")},                    \
        {.name = "context", CONNECT_ENV("K8S_AUTH_CONTEXT")},                                      \
        {.name = "host", CONNECT_ENV("K8S_AUTH_HOST")},                                            \
        {.name = "api_key", .no_log = true, CONNECT_ENV("K8S_AUTH_API_KEY")},                      \
        {.name = "username", CONNECT_ENV("K8S_AUTH_USERNAME")},                                    \
        {.name = "password", .no_log = true, CONNECT_ENV("K8S_AUTH_PASSWORD")},                    \
        {.name = "validate_certs", .type = AM_BOOL, .aliases = AM_NAMES("verify_ssl")},            \
        {.name = "ca_cert",                                                                        \
         .type = AM_PATH,                                                                          \
         .aliases = AM_NAMES("ssl_ca_cert"),                                                       \
         CONNECT_ENV("K8S_AUTH_CA_CERT", "K8S_AUTH_SSL_CA_CERT")},                                 \
        {.name = "client_cert",                                                                    \
         .type = AM_PATH,                                                                          \
         .aliases = AM_NAMES("cert_file"),                                                         \
         CONNECT_ENV("K8S_AUTH_CLIENT_CERT", "K8S_AUTH_CERT_FILE")},                               \
        {.name = "client_key",                                                                     \
         .type = AM_PATH,                                                                          \
         .aliases = AM_NAMES("key_file"),                                                          \
         CONNECT_ENV("K8S_AUTH_CLIENT_KEY", "K8S_AUTH_KEY_FILE")},                                 \
        {.name = "proxy", CONNECT_ENV("K8S_AUTH_PROXY")},                                          \
        {.name = "no_proxy", CONNECT_ENV("K8S_AUTH_NO_PROXY")},                                    \
        {.name = "proxy_headers",                                                                  \
         .type = AM_DICT,                                                                          \
         .options = connect_proxy_header_options,                                                  \
         .apply_defaults = true},                                                                  \
        {.name = "persist_config", .type = AM_BOOL},                                               \
        {.name = "impersonate_user", CONNECT_ENV("K8S_AUTH_IMPERSONATE_USER")},                    \
    {                                                                                              \
        .name = "impersonate_groups", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)             \
    }

/* What the options say, for kube_config_load. */
struct connection {
    struct kube_options options; /* its strings are borrowed from the parameters and from kept */
    json_t *kept;                /* owned: what came from the environment */
};

/* Reads the validated PARAMS, which must outlive CONNECTION. */
void connect_init(struct connection *connection, const json_t *params);
void connect_clear(struct connection *connection);

/* Registers what the options hold of secrets beside the no_log ones: inside of a kubeconfig, and
 * passwords in URLs. PARAMS may be unvalidated. */
void connect_secrets(const json_t *params, struct am_secrets *secrets);

/*
 * Registers what became known since: secrets of kubeconfig files, of plugins and of token files,
 * and the form in which a password travels. Before the result is shown, because tokens are renewed.
 */
void connect_learned_secrets(const struct kube_config *config, struct am_secrets *secrets);

/* The password in URL, if any, is registered; of a user without ':' the user. */
void connect_url_secret(const char *url, struct am_secrets *secrets);

/* Hides the same in PARAMS, a copy that is to be shown. */
void connect_redact(json_t *params);

#endif
