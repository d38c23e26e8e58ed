/*
 * Where the API server is and who we are: options, environment, in-cluster files and kubeconfig
 * files become one struct kube_config. Reads files; runs nothing; talks to nobody.
 *
 * Follows kubectl 1.33 for formats, merging and errors, and kubernetes.core for the options,
 * their K8S_AUTH_* environment names (filled in by the option table) and for looking inside the
 * cluster before the default kubeconfig. Finding nothing usable is an error that names what was
 * tried.
 */
#ifndef KUBE_KUBECONFIG_H
#define KUBE_KUBECONFIG_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"

/* What the user asked for. Everything is borrowed; NULL means not given. */
struct kube_options {
    const json_t *kubeconfig; /* string (path or ':'-joined paths), object, or NULL/null */
    const char *context;
    const char *host;
    const char *api_key;
    const char *username;
    const char *password;
    const json_t *validate_certs; /* true, false, or NULL/null */
    const char *ca_cert;          /* paths of PEM files */
    const char *client_cert;
    const char *client_key;
    const char *proxy;
    const char *no_proxy;
    const json_t *proxy_headers; /* object: proxy_basic_auth, basic_auth, user_agent; or NULL */
    const char *impersonate_user;
    const json_t *impersonate_groups; /* array of strings or NULL */
};

/* The answer. Everything is owned. */
struct kube_config {
    char *server; /* URL without trailing '/' */
    char *origin; /* where it came from, for messages: "kubeconfig /root/.kube/config, context a" */
    char *namespace_;  /* of the context or of the service account, or NULL */
    char *user;        /* name of the user entry, or NULL */
    char *cert_origin; /* where the client certificate came from, or NULL */
    char *ca_pem;      /* or NULL: the system's store */
    bool insecure;
    char *tls_server_name;
    char *proxy;
    char *no_proxy;
    struct strv proxy_headers; /* "Name: value", meant for the proxy alone */
    bool disable_compression;  /* answers are asked for without gzip */
    char *client_cert_pem;
    char *client_key_pem;
    char *token;      /* static */
    char *token_file; /* read anew for every use; beats token while it can be read */
    char *username;
    char *password;
    json_t *exec;            /* the user's exec entry, or NULL */
    char *exec_dir;          /* directory of the file that holds it: base of a relative command */
    json_t *exec_config;     /* the cluster's extension for exec plugins, or NULL */
    struct strv impersonate; /* headers "Impersonate-User: …" and so on */
    struct strv secrets;     /* every secret read so far, see base/hide.h */
};

/*
 * In this order: (1) host with api_key, with username and password, or with client_cert and
 * client_key: no kubeconfig is looked at; (2) kubeconfig or context: the given files (each must
 * exist when there is one, one of them when there are several) or the default ones; (3) the
 * service account of a pod; (4) the files of $KUBECONFIG, else $HOME/.kube/config; (5) host
 * alone, anonymously. Then every option that is given replaces what was found; as with kubectl,
 * host drops tls-server-name, ca_cert drops the insecure flag and validate_certs=false the CA.
 * An empty string counts as not given.
 *
 * ERROR_USAGE for a configuration that cannot be (all its problems in one message), ERROR_IO for
 * unreadable files, ERROR_PARSE with file, line and column or with the path of the field. OUT is
 * initialised and, on failure, cleared again.
 *
 * The service account is looked for in /var/run/secrets/kubernetes.io/serviceaccount, or in
 * $MCAPI_SERVICE_ACCOUNT_DIR when that is set (tests).
 */
int kube_config_load(const struct kube_options *options, struct kube_config *out,
                     struct error **err) must_check;
void kube_config_clear(struct kube_config *config);
#define auto_kube_config cleanup_with(kube_config_clear)

/*
 * Adds the secrets in KUBECONFIG, the value of the option or NULL, whatever is wrong with it: what
 * must not be shown even when it cannot be loaded. A text that is no path is one as a whole.
 */
void kube_config_option_secrets(const json_t *kubeconfig, struct strv *secrets);

#endif
