/*
 * The configuration of one run: what clusterctl would read from its file, from the environment and
 * from flags, with the module's options above them. Everything is read and checked once.
 *
 * Precedence of a variable: options.variables, then the environment, then the file. Keys of the
 * file do not mind their case. Reads no repository and no cluster.
 */
#ifndef CAPI_CONFIG_H
#define CAPI_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/generation.h"
#include "capi/provider.h"

/* All borrowed, read by capi_config_new only (but for log); NULL means "not given". */
struct capi_config_options {
    const char *path;            /* a clusterctl configuration file, YAML or JSON */
    const json_t *providers;     /* list of {name, type, url, sha256?: {FILE: HEX}}; before the
                                    file's of the same name and type, those before the built-in */
    const char *repository_path; /* URL {path}/{label}/{version}/{standard file} for every provider
                                    that is neither in .providers nor in the file */
    const char *overrides_folder;
    const json_t *images;       /* {component: {repository, tag, name}}; replaces the file's key */
    const json_t *cert_manager; /* {url, version, timeout, sha256: {FILE: HEX}}; member by member
                                   before the file's */
    const json_t *variables;    /* object of strings */
    bool use_environment;
    const char *cache_path; /* of files downloaded; NULL: /var/cache/osa_ops.mcapi_vexxhost for
                               root, else below XDG_CACHE_HOME or ~/.cache */
    struct strv *log;       /* borrowed for the life of the configuration: clusterctl's lines */
};

struct capi_config;

/*
 * NULL on failure: ERROR_USAGE for options, ERROR_NOT_FOUND or ERROR_IO for the file, ERROR_PARSE
 * with line and column for its text. What is wrong with entries of providers is kept until one is
 * asked for, as clusterctl does it.
 */
struct capi_config *capi_config_new(const struct capi_config_options *options, struct error **err)
    must_check;
/* The same with the SIZE bytes at TEXT in place of the file options.path: for tests. */
struct capi_config *capi_config_of_text(const struct capi_config_options *options, const char *text,
                                        size_t size, struct error **err) must_check;
void capi_config_free(struct capi_config *config);
define_cleanup(capi_config, struct capi_config *, capi_config_free)
#define auto_capi_config cleanup_with(capi_config_cleanup)

/* Where the files of one provider come from. All borrowed from the configuration. */
struct capi_provider {
    enum capi_type type;
    const char *name;
    const char *label;
    const char *url;      /* NULL when it follows from repository_path and the pinned version */
    const char *base;     /* then: repository_path */
    const char *file;     /* then: the standard file */
    const json_t *sha256; /* {FILE: HEX} or NULL */
    bool builtin;         /* nobody configured it */
};

/*
 * ERROR_NOT_FOUND: "failed to get configuration for the <type> with name <name>. Please check the
 * provider name and/or add configuration for new providers using the .clusterctl config file".
 * ERROR_USAGE when an entry of any provider is wrong: "error validating configuration for the X
 * with name Y. Please fix the providers value in clusterctl configuration file: …".
 */
int capi_config_provider(const struct capi_config *config, enum capi_type type, const char *name,
                         struct capi_provider *out, struct error **err) must_check;

/* All providers by order of type and name: COUNT of them, borrowed. */
const struct capi_provider *capi_config_providers(const struct capi_config *config, size_t *count);

/* The value of a variable, borrowed, or NULL when it is set nowhere; "" counts as set. */
const char *capi_config_variable(const struct capi_config *config, const char *name);

/* True when the variable NAME is set in options.variables or in the environment, to a value that
 * Go's ParseBool takes for true; the file does not count. */
bool capi_config_switch(const struct capi_config *config, const char *name);

/* What replaces the parts of an image; members are borrowed, NULL where nothing does. */
struct capi_image_override {
    const char *repository; /* without a trailing slash */
    const char *name;
    const char *tag;
};

/* For the image whose last path element is NAME in component COMPONENT: "all", then COMPONENT, then
 * COMPONENT/NAME, each laid over the one before. */
void capi_config_image(const struct capi_config *config, const char *component, const char *name,
                       struct capi_image_override *out);

struct capi_cert_manager {
    const char *url;      /* borrowed */
    const char *version;  /* borrowed */
    long long timeout_ms; /* 10 minutes unless configured */
    const char *timeout;  /* borrowed; as configured, or "10m0s" */
    bool external;        /* externallyProvisioned: never installed */
    const json_t *sha256; /* borrowed or NULL */
};

/* The settings with the defaults of GENERATION. A timeout that is no duration was logged as
 * "Invalid value set for cert-manager configuration timeout=\"abc\"" when the file was read. */
void capi_config_cert_manager(const struct capi_config *config,
                              const struct capi_generation *generation,
                              struct capi_cert_manager *out);

/* The directory of override files; it need not exist. Borrowed, or NULL when there is no home. */
const char *capi_config_overrides(const struct capi_config *config);
const char *capi_config_cache(const struct capi_config *config);
/* Adds a line to the log that the options named. Does nothing without one. */
void capi_config_log(const struct capi_config *config, const char *format, ...) printf_like(2, 3);

#endif
