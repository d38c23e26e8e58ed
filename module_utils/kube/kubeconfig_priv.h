/*
 * The insides of kubeconfig.h, for its own files and their tests: what is known of a configuration
 * before options have been laid over it and files have been read.
 */
#ifndef KUBE_KUBECONFIG_PRIV_H
#define KUBE_KUBECONFIG_PRIV_H

#include "kube/kubeconfig.h"

/* ---- kubeconfig_draft.c: the configuration in the making */

struct kube_draft {
    struct kube_config config; /* what is known already; certificates in files are not yet in it */
    char *context;             /* names for messages; NULL when there is no such entry */
    char *cluster;
    char *ca_file; /* absolute paths of what is still to be read */
    char *client_cert_file;
    char *client_key_file;
    char *auth_provider; /* name of the legacy plugin, or NULL */
    char *as;
    char *as_uid;
    struct strv as_groups;
    json_t *as_extra; /* object of lists of strings, or NULL */
};

void kube_draft_init(struct kube_draft *draft);
void kube_draft_clear(struct kube_draft *draft);
#define auto_kube_draft cleanup_with(kube_draft_clear)

/* Replaces *slot by a copy of TEXT, which may be NULL. */
void kube_draft_set(char **slot, const char *text);
/* Remembers TEXT as a secret unless it is NULL or empty. */
void kube_draft_secret(struct kube_draft *draft, const char *text);
/* Forgets one of the ways to prove who we are. */
void kube_draft_drop_token(struct kube_draft *draft);
void kube_draft_drop_basic(struct kube_draft *draft);
void kube_draft_drop_exec(struct kube_draft *draft);

/* ---- kubeconfig_path.c: paths as kubectl resolves them; no file is touched */

/* PATH made absolute below DIRECTORY, "." and ".." resolved by text alone. Owned. */
char *kube_path_resolve(const char *directory, const char *path) must_check;
/* The same below the current directory, with a leading "~/" replaced by the home directory. */
char *kube_path_absolute(const char *path) must_check;
/* The directory part of an absolute PATH. Owned. */
char *kube_path_directory(const char *path) must_check;
/* The home directory: $HOME, else that of the user database, else "/". Owned. */
char *kube_path_home(void) must_check;

/* ---- kubeconfig_entry.c: one cluster, user or context entry */

enum kube_entry_kind { KUBE_ENTRY_CLUSTER, KUBE_ENTRY_USER, KUBE_ENTRY_CONTEXT, KUBE_ENTRY_KINDS };

/*
 * Adds what ENTRY (an object; NULL or null for none) says to DRAFT; WHERE ("users[0].user") is
 * for messages, relative paths are below DIRECTORY. A context's cluster and user end up as
 * draft->cluster and draft->config.user. ERROR_PARSE for a value of a wrong type or bad base64.
 */
int kube_entry_read(enum kube_entry_kind kind, const json_t *entry, const char *where,
                    const char *directory, struct kube_draft *draft, struct error **err) must_check;

/* Adds the values of all members of VALUE, at any depth, whose names mean secrets. */
void kube_entry_secrets(const json_t *value, struct strv *secrets);

/* ---- kubeconfig_merge.c: files into one set of entries, the first one of a name wins */

struct kube_named {
    char *name;
    json_t *entry;   /* or NULL */
    char *where;     /* "users[0].user" */
    char *directory; /* of its file */
};

struct kube_merged {
    struct kube_list {
        struct kube_named *items; /* all of them, in the order of files */
        size_t count;
    } lists[KUBE_ENTRY_KINDS];
    char *current_context; /* of the first file that sets it, or NULL */
    struct strv read;      /* absolute paths of the files that were read */
    struct strv missing;   /* … that do not exist */
};

void kube_merged_init(struct kube_merged *merged);
void kube_merged_clear(struct kube_merged *merged);
#define auto_kube_merged cleanup_with(kube_merged_clear)

/* Adds the entries of CONFIG, the content of SOURCE; DIRECTORY is the base of relative paths. */
int kube_merged_add(struct kube_merged *merged, const json_t *config, const char *source,
                    const char *directory, struct error **err) must_check;
/* Adds every file of PATHS that exists; empty and repeated paths are passed over. */
int kube_merged_add_files(struct kube_merged *merged, const struct strv *paths, struct error **err)
    must_check;
/* The paths of $KUBECONFIG, or $HOME/.kube/config when that is unset or empty. */
void kube_merged_default_paths(struct strv *paths);
/*
 * Reads the context NAME (NULL: the current one) with its cluster and its user into DRAFT.
 * Returns 1; 0 when no context is named anywhere, DRAFT is untouched then; or -1.
 */
int kube_merged_read_lookup(const struct kube_merged *merged, const char *name,
                            struct kube_draft *draft, struct error **err) must_check;

/* ---- incluster.c: the service account of a pod */

/*
 * Fills DRAFT from the files token, ca.crt and namespace of DIRECTORY and from
 * KUBERNETES_SERVICE_HOST and _PORT. Returns 1; 0 when the variables or the token are missing.
 */
int kube_incluster_lookup(const char *directory, struct kube_draft *draft, struct error **err)
    must_check;

/* ---- kubeconfig_options.c: what the user set replaces what was found */

/* True when the options name a server and credentials, so that nothing else has to be read. */
bool kube_options_suffice(const struct kube_options *options);
int kube_options_apply(const struct kube_options *options, struct kube_draft *draft,
                       struct error **err) must_check;

/* ---- kubeconfig_check.c: a draft becomes a configuration, or one message with all its problems */

/* Reads the files that DRAFT names, completes draft->config and checks everything. */
int kube_draft_complete(struct kube_draft *draft, struct error **err) must_check;

/* ---- kubeconfig_server.c: URLs of servers and proxies */

/*
 * The URL of a server as requests need it: scheme in lower case, no trailing '/', no query. A
 * bare host:port gets https:// when TLS settings are there (TLS), else http://. NULL with an
 * ERROR_USAGE.
 */
char *kube_server_url(const char *text, bool tls, struct error **err) must_check;
/* http, https and socks5 only. */
int kube_proxy_check(const char *text, struct error **err) must_check;

#endif
