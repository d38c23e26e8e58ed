/* The kinds of repositories, behind one interface. */
#ifndef CAPI_REPOSITORY_PRIV_H
#define CAPI_REPOSITORY_PRIV_H

#include "capi/repository.h"

struct kept_metadata {
    char *version; /* owned */
    struct capi_metadata metadata;
};

struct capi_repository {
    const struct capi_repositories *owner; /* borrowed */
    struct capi_provider provider;         /* its texts are borrowed from the configuration */
    char *base;                            /* owned; local: the directory that holds the label */
    char *prefix;                          /* owned; remote: what stands before VERSION/FILE */
    char *version;                         /* owned or NULL; the default */
    char *file;                            /* owned */
    bool remote;
    struct kept_metadata **kept; /* owned, each: what is handed out must not move */
    size_t kept_count;
};

/* What URL means for a repository with LABEL; fills base or prefix, version and file. ERROR_USAGE.
 */
int capi_repository_locate(struct capi_repository *repository, const char *url, struct error **err);

/* The file without the overrides; VERSION may be "latest". Errors as capi_repository_read. */
int capi_repository_fetch(struct capi_repository *repository, const char *version, const char *file,
                          struct buf *out, char **source, struct error **err);

/*
 * The newest release of REPOSITORY, owned: what "latest" in its URL means. With ANY_SERIES the
 * newest at all that has a metadata.yaml, else that of the newest series with the own contract.
 */
char *capi_repository_latest(struct capi_repository *repository, bool any_series,
                             struct error **err);

/*
 * Adds the bytes of URL, whose digest has to be SHA256, from the cache file PATH or, when that is
 * not there or wrong, from the network; keeps them at PATH. ERROR_HTTP, ERROR_STATUS; ERROR_IO when
 * the digest differs or the cache cannot be written.
 */
int capi_download(const char *url, const char *sha256, const char *path, struct buf *out,
                  struct error **err);

/* PATH without "//", "." and "..", owned; it has to begin with '/'. */
char *capi_path_clean(const char *path);

#endif
