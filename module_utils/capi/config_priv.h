/* The parts of the configuration, each read by a file of its own. */
#ifndef CAPI_CONFIG_PRIV_H
#define CAPI_CONFIG_PRIV_H

#include "capi/config.h"

struct capi_config {
    json_t *file;      /* owned object: keys in lower case, as read */
    json_t *texts;     /* owned object: the same keys with their values as texts */
    json_t *variables; /* owned object of texts; of the options */
    bool use_environment;
    struct strv *log; /* borrowed */

    struct capi_provider *providers; /* owned, sorted; names, labels and URLs are in strings */
    size_t provider_count;
    struct error *provider_fault; /* owned; what is wrong with the entries, or NULL */
    struct strv *strings;         /* owned; what other members and callers borrow */
    json_t *digests;              /* owned list; keeps sha256 objects alive */
    char *repository_path;        /* owned or NULL */
    json_t *images; /* owned object: lower-case component → {repository, name, tag} texts */
    struct capi_cert_manager cert_manager; /* url and version may be NULL here */
    char *overrides;                       /* owned or NULL */
    char *cache;                           /* owned */
};

/* The member NAME whatever its case, borrowed, or NULL; a JSON null is NULL too. */
json_t *capi_config_member(const json_t *object, const char *name);
/* A scalar as clusterctl turns it into text, owned; lists and objects are "", null is NULL. */
char *capi_config_text(const json_t *value);
/* TEXT with its ${…} from the environment, owned. NULL with ERROR_PARSE. */
char *capi_config_expand(const struct capi_config *config, const char *text, struct error **err);
/* TEXT kept until the configuration is freed. */
const char *capi_config_keep_take(const struct capi_config *config, char *text_take);

int capi_config_read_file(struct capi_config *config, const char *path, struct error **err);
/* The same for bytes; PATH is for messages. */
int capi_config_read_text(struct capi_config *config, const char *bytes, size_t size,
                          const char *path, struct error **err);
void capi_config_read_providers(struct capi_config *config,
                                const struct capi_config_options *options);
int capi_config_read_images(struct capi_config *config, const json_t *images, struct error **err);
int capi_config_read_cert_manager(struct capi_config *config, const json_t *settings,
                                  struct error **err);

/* Go's duration ("2h45m", "300ms", "1.5s") in milliseconds; false when TEXT is none. */
bool capi_duration(const char *text, long long *ms);

#endif
