/*
 * Where the files of providers lie: local directories, or files behind https with pinned digests,
 * with the layer of overrides above both.
 *
 * A repository is opened once and then shared: struct capi_repositories holds all of a run. Lists
 * versions, reads files, knows metadata. Knows no objects.
 */
#ifndef CAPI_REPOSITORY_H
#define CAPI_REPOSITORY_H

#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"
#include "capi/config.h"
#include "capi/generation.h"
#include "capi/metadata.h"

struct capi_repository;
struct capi_repositories;

/* CONFIG is borrowed for the life of the result; GENERATION is static. */
struct capi_repositories *capi_repositories_new(const struct capi_config *config,
                                                const struct capi_generation *generation)
    must_check;
void capi_repositories_free(struct capi_repositories *repositories);
define_cleanup(capi_repositories, struct capi_repositories *, capi_repositories_free)
#define auto_capi_repositories cleanup_with(capi_repositories_cleanup)

const struct capi_config *capi_repositories_config(const struct capi_repositories *repositories);
const struct capi_generation *
capi_repositories_generation(const struct capi_repositories *repositories);

/*
 * The repository of a provider, borrowed from REPOSITORIES; opened with the first call, which
 * resolves "latest" in its URL. VERSION_HINT (may be NULL) is the version that the user pinned;
 * only a provider without URL (repository_path) needs it. Errors: of capi_config_provider, and
 * "failed to get repository client for the <type> with name <name>: error creating the local
 * filesystem repository client: invalid path: …" (ERROR_USAGE, ERROR_IO, ERROR_NOT_FOUND). A remote
 * URL without sha256 is an ERROR_USAGE that names provider, file and remedy, given when a file of
 * it is first needed.
 */
struct capi_repository *capi_repositories_get(struct capi_repositories *repositories,
                                              enum capi_type type, const char *name,
                                              const char *version_hint, struct error **err)
    must_check;

/* The repository of cert-manager: its file for VERSION is {base}/cert-manager/{VERSION}/{file}. */
struct capi_repository *capi_repositories_cert_manager(struct capi_repositories *repositories,
                                                       const struct capi_cert_manager *settings,
                                                       struct error **err) must_check;

/* Borrowed. */
const struct capi_provider *capi_repository_provider(const struct capi_repository *repository);
const char *capi_repository_label(const struct capi_repository *repository);
/* What is used when nobody pins a version; NULL for repository_path without any version there. */
const char *capi_repository_version(const struct capi_repository *repository);
/* The name of the components file. */
const char *capi_repository_file(const struct capi_repository *repository);

/* Adds the names of versions that exist, as they are written there, in any order. ERROR_IO
 * "failed to list release directories: …". */
int capi_repository_versions(struct capi_repository *repository, struct strv *versions,
                             struct error **err) must_check;

/*
 * Adds the bytes of FILE of VERSION to OUT; the overrides folder wins and logs
 * Using override="<file>" provider="<label>" version="<v>". *source (may be NULL) becomes the path
 * or URL they came from, owned. Errors as clusterctl words them: ERROR_NOT_FOUND "failed to read
 * file \"<path>\" from local release <V>: stat <path>: no such file or directory".
 */
int capi_repository_read(struct capi_repository *repository, const char *version, const char *file,
                         struct buf *out, char **source, struct error **err) must_check;

/*
 * metadata.yaml of VERSION, borrowed from the repository, which keeps it. Errors: of
 * capi_repository_read, below "failed to read \"metadata.yaml\" from the repository for provider
 * \"<label>\"", and of capi_metadata_parse.
 */
const struct capi_metadata *capi_repository_metadata(struct capi_repository *repository,
                                                     const char *version, struct error **err)
    must_check;

/*
 * The contract that clusterctl would have to speak to install the core provider REF (NULL: its
 * default version): the row of the contract of that version. Without core provider in the
 * configuration, without metadata or for a contract that has no row, the default row.
 */
const struct capi_generation *capi_generation_of_core(const struct capi_config *config,
                                                      const struct capi_ref *ref);

#endif
