#include "capi/repository.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/repository_priv.h"
#include "capi/version.h"
#include "fs/file.h"

enum { FILE_LIMIT = 64 * 1024 * 1024 };

static const char metadata_file[] = "metadata.yaml";

struct capi_repositories {
    const struct capi_config *config; /* borrowed */
    const struct capi_generation *generation;
    struct capi_repository **items; /* owned, each */
    size_t count;
};

struct capi_repositories *capi_repositories_new(const struct capi_config *config,
                                                const struct capi_generation *generation)
{
    struct capi_repositories *repositories = xcalloc(1, sizeof(*repositories));
    repositories->config = config;
    repositories->generation = generation;
    return repositories;
}

static void repository_free(struct capi_repository *repository)
{
    if (!repository)
        return;
    for (size_t i = 0; i < repository->kept_count; i++) {
        free(repository->kept[i]->version);
        capi_metadata_clear(&repository->kept[i]->metadata);
        free(repository->kept[i]);
    }
    free(repository->kept);
    free(repository->base);
    free(repository->prefix);
    free(repository->version);
    free(repository->file);
    free(repository);
}

void capi_repositories_free(struct capi_repositories *repositories)
{
    if (!repositories)
        return;
    for (size_t i = 0; i < repositories->count; i++)
        repository_free(repositories->items[i]);
    free(repositories->items);
    free(repositories);
}

const struct capi_config *capi_repositories_config(const struct capi_repositories *repositories)
{
    return repositories->config;
}

const struct capi_generation *
capi_repositories_generation(const struct capi_repositories *repositories)
{
    return repositories->generation;
}

/* ---- opening */

static int resolve_version(struct capi_repository *repository, struct error **err)
{
    if (!str_equal(repository->version, "latest"))
        return 0;
    char *latest = capi_repository_latest(repository, false, err);
    if (!latest) {
        error_wrap(err, "error creating the local filesystem repository client");
        return -1;
    }
    free(repository->version);
    repository->version = latest;
    return 0;
}

static int open_repository(struct capi_repository *repository, struct error **err)
{
    const struct capi_provider *provider = &repository->provider;
    if (!provider->url) {
        repository->base = capi_path_clean(provider->base);
        repository->file = xstrdup(provider->file);
        return 0;
    }
    if (capi_repository_locate(repository, provider->url, err) == 0 &&
        resolve_version(repository, err) == 0)
        return 0;
    error_wrap(err, "failed to get repository client for the %s with name %s",
               capi_type_row(provider->type)->name, provider->name);
    return -1;
}

/* Takes REPOSITORY, which is freed on failure. */
static struct capi_repository *add_take(struct capi_repositories *repositories,
                                        struct capi_repository *repository_take, struct error **err)
{
    repository_take->owner = repositories;
    if (open_repository(repository_take, err) < 0) {
        repository_free(repository_take);
        return NULL;
    }
    repositories->items = xreallocarray(repositories->items, repositories->count + 1,
                                        sizeof(struct capi_repository *));
    repositories->items[repositories->count++] = repository_take;
    return repository_take;
}

static struct capi_repository *find(const struct capi_repositories *repositories,
                                    enum capi_type type, const char *name)
{
    for (size_t i = 0; i < repositories->count; i++) {
        const struct capi_provider *provider = &repositories->items[i]->provider;
        if (provider->type == type && strcmp(provider->name, name) == 0)
            return repositories->items[i];
    }
    return NULL;
}

struct capi_repository *capi_repositories_get(struct capi_repositories *repositories,
                                              enum capi_type type, const char *name,
                                              const char *version_hint, struct error **err)
{
    struct capi_repository *repository = find(repositories, type, name);
    if (!repository) {
        struct capi_repository *opened = xcalloc(1, sizeof(*opened));
        if (capi_config_provider(repositories->config, type, name, &opened->provider, err) < 0) {
            repository_free(opened);
            return NULL;
        }
        repository = add_take(repositories, opened, err);
    }
    if (repository && !repository->version && version_hint)
        repository->version = xstrdup(version_hint);
    return repository;
}

struct capi_repository *capi_repositories_cert_manager(struct capi_repositories *repositories,
                                                       const struct capi_cert_manager *settings,
                                                       struct error **err)
{
    static const char name[] = "cert-manager";
    struct capi_repository *repository = find(repositories, CAPI_OTHER, name);
    if (repository)
        return repository;
    repository = xcalloc(1, sizeof(*repository));
    repository->provider = (struct capi_provider){
        .type = CAPI_OTHER,
        .name = name,
        .label = name,
        .url = settings->url,
        .sha256 = settings->sha256,
    };
    return add_take(repositories, repository, err);
}

/* ---- reading */

const struct capi_provider *capi_repository_provider(const struct capi_repository *repository)
{
    return &repository->provider;
}

const char *capi_repository_label(const struct capi_repository *repository)
{
    return repository->provider.label;
}

const char *capi_repository_version(const struct capi_repository *repository)
{
    return repository->version;
}

const char *capi_repository_file(const struct capi_repository *repository)
{
    return repository->file;
}

/* 1 with the bytes when there is an override, 0 when there is none. */
static int read_override(const struct capi_repository *repository, const char *version,
                         const char *file, struct buf *out, char **source, struct error **err)
{
    const struct capi_config *config = repository->owner->config;
    const char *label = repository->provider.label;
    const char *folder = capi_config_overrides(config);
    struct stat status;
    if (!folder)
        return 0;
    auto_free char *path = xasprintf("%s/%s/%s/%s", folder, label, version, file);
    if (stat(path, &status) < 0) {
        int saved = errno;
        if (saved == ENOENT)
            return 0;
        error_make_errno(err, saved, "failed to check for the override %s", path);
        return -1;
    }
    if (file_read(path, FILE_LIMIT, out, err) < 0) {
        error_wrap(err, "failed to read local override for %s", label);
        return -1;
    }
    /* clusterctl tells of overridden metadata only when it is asked to talk more. */
    if (strcmp(file, metadata_file) != 0)
        capi_config_log(config, "Using override=\"%s\" provider=\"%s\" version=\"%s\"", path, label,
                        version);
    if (source)
        *source = steal_ptr(path);
    return 1;
}

int capi_repository_read(struct capi_repository *repository, const char *version, const char *file,
                         struct buf *out, char **source, struct error **err)
{
    int found = read_override(repository, version, file, out, source, err);
    if (found)
        return found < 0 ? -1 : 0;
    return capi_repository_fetch(repository, version, file, out, source, err);
}

static int read_metadata(struct capi_repository *repository, const char *version,
                         struct capi_metadata *metadata, struct error **err)
{
    const char *label = repository->provider.label;
    auto_buf struct buf bytes = {0};
    if (capi_repository_read(repository, version, metadata_file, &bytes, NULL, err) < 0) {
        error_wrap(err, "failed to read \"metadata.yaml\" from the repository for provider \"%s\"",
                   label);
        return -1;
    }
    return capi_metadata_parse(metadata, buf_str(&bytes), bytes.size, label,
                               repository->owner->generation, err);
}

const struct capi_metadata *capi_repository_metadata(struct capi_repository *repository,
                                                     const char *version, struct error **err)
{
    for (size_t i = 0; i < repository->kept_count; i++)
        if (strcmp(repository->kept[i]->version, version) == 0)
            return &repository->kept[i]->metadata;
    struct kept_metadata *kept = xcalloc(1, sizeof(*kept));
    if (read_metadata(repository, version, &kept->metadata, err) < 0) {
        free(kept);
        return NULL;
    }
    kept->version = xstrdup(version);
    repository->kept =
        xreallocarray(repository->kept, repository->kept_count + 1, sizeof(struct kept_metadata *));
    repository->kept[repository->kept_count++] = kept;
    return &kept->metadata;
}

/* ---- which clusterctl */

static const struct capi_generation *generation_of(struct capi_repositories *repositories,
                                                   const struct capi_ref *ref)
{
    auto_error struct error *ignored = NULL; /* whoever uses the provider will meet it again */
    auto_capi_version struct capi_version version = {0};
    struct capi_repository *repository =
        capi_repositories_get(repositories, CAPI_CORE, ref ? ref->name : "cluster-api",
                              ref ? ref->version : NULL, &ignored);
    if (!repository)
        return NULL;
    const char *text = ref && ref->version ? ref->version : repository->version;
    if (!text || !capi_version_parse(text, &version))
        return NULL;
    const struct capi_metadata *metadata = capi_repository_metadata(repository, text, &ignored);
    const struct capi_series *series = metadata ? capi_metadata_find(metadata, &version) : NULL;
    return series ? capi_generation_find(series->contract) : NULL;
}

const struct capi_generation *capi_generation_of_core(const struct capi_config *config,
                                                      const struct capi_ref *ref)
{
    auto_capi_repositories struct capi_repositories *repositories =
        capi_repositories_new(config, capi_generation_default());
    const struct capi_generation *generation = generation_of(repositories, ref);
    return generation ? generation : capi_generation_default();
}
