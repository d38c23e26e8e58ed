/* Files and versions of one repository. See capi/repository_priv.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/repository_priv.h"
#include "capi/version.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "fs/safe_path.h"
#include "json/js_get.h"

enum { FILE_LIMIT = 64 * 1024 * 1024 };

/* The words of Go's os.Stat, which differ from strerror in their case. */
static char *stat_text(const char *path, int saved)
{
    auto_free char *reason = xstrdup(saved == ENOENT    ? "no such file or directory"
                                     : saved == EACCES  ? "permission denied"
                                     : saved == ENOTDIR ? "not a directory"
                                                        : strerror(saved));
    return xasprintf("stat %s: %s", path, reason);
}

static int fetch_local(const struct capi_repository *repository, const char *version,
                       const char *file, struct buf *out, char **source, struct error **err)
{
    struct stat status;
    auto_free char *path =
        xasprintf("%s%s%s/%s/%s", repository->base, strcmp(repository->base, "/") == 0 ? "" : "/",
                  repository->provider.label, version, file);
    if (stat(path, &status) < 0) {
        int saved = errno;
        auto_free char *text = stat_text(path, saved);
        error_make(err, saved == ENOENT ? ERROR_NOT_FOUND : ERROR_IO,
                   "failed to read file \"%s\" from local release %s: %s", path, version, text);
        return -1;
    }
    if (S_ISDIR(status.st_mode)) {
        error_make(err, ERROR_USAGE, "invalid path: file \"%s\" is actually a directory \"%s\"",
                   file, path);
        return -1;
    }
    if (file_read(path, FILE_LIMIT, out, err) < 0) {
        error_wrap(err, "failed to read file \"%s\" from local release %s", path, version);
        return -1;
    }
    if (source)
        *source = steal_ptr(path);
    return 0;
}

/* The digest that was given for FILE, or NULL with an error that says how to give one. */
static const char *digest_of(const struct capi_repository *repository, const char *url,
                             const char *file, struct error **err)
{
    const struct capi_provider *provider = &repository->provider;
    const char *sha256 = js_str(provider->sha256, file, NULL);
    if (sha256)
        return sha256;
    error_make(err, ERROR_USAGE,
               "provider %s: %s is not fetched from %s without its digest: add sha256: {%s: <64 "
               "hexadecimal digits>} to the entry of %s in the option %s, or give a local "
               "repository with repository_path or a path as URL",
               provider->label, file, url, file, provider->name,
               provider->type == CAPI_OTHER ? "cert_manager" : "providers");
    return NULL;
}

static int fetch_remote(const struct capi_repository *repository, const char *version,
                        const char *file, struct buf *out, char **source, struct error **err)
{
    const char *label = repository->provider.label;
    auto_free char *url = xasprintf("%s/%s/%s", repository->prefix, version, file);
    auto_free char *relative = xasprintf("%s/%s/%s", label, version, file);
    const char *sha256 = digest_of(repository, url, file, err);
    if (!sha256)
        return -1;
    auto_free char *path = safe_path_join(
        capi_config_cache(capi_repositories_config(repository->owner)), relative, err);
    if (!path || capi_download(url, sha256, path, out, err) < 0)
        return -1;
    if (source)
        *source = steal_ptr(url);
    return 0;
}

int capi_repository_fetch(struct capi_repository *repository, const char *version, const char *file,
                          struct buf *out, char **source, struct error **err)
{
    auto_free char *latest = NULL;
    if (strcmp(version, "latest") == 0 && !repository->remote) {
        latest = capi_repository_latest(repository, true, err);
        if (!latest)
            return -1;
        version = latest;
    }
    return repository->remote ? fetch_remote(repository, version, file, out, source, err)
                              : fetch_local(repository, version, file, out, source, err);
}

/* Links to directories do not count, as with clusterctl. */
static bool is_directory(const char *folder, const char *name)
{
    struct stat status;
    auto_free char *path = xasprintf("%s/%s", folder, name);
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int capi_repository_versions(struct capi_repository *repository, struct strv *versions,
                             struct error **err)
{
    auto_strv struct strv names = {0};
    if (repository->remote) {
        if (repository->version)
            strv_add(versions, repository->version);
        return 0;
    }
    auto_free char *folder = xasprintf("%s/%s", repository->base, repository->provider.label);
    if (dir_list(folder, &names, err) < 0) {
        error_wrap(err, "failed to list release directories");
        return -1;
    }
    for (size_t i = 0; i < names.count; i++)
        if (capi_version_parse(names.items[i], NULL) && is_directory(folder, names.items[i]))
            strv_add(versions, names.items[i]);
    return 0;
}

/* ---- latest */

/* Releases before pre-releases, each from the newest to the oldest. */
static int compare_newest(const void *a, const void *b)
{
    const struct capi_version *first = a;
    const struct capi_version *second = b;
    int pre = (first->pre != NULL) - (second->pre != NULL);
    return pre ? pre : capi_version_compare(second, first);
}

struct version_list {
    struct capi_version *items; /* owned */
    size_t count;
};

static void version_list_clear(struct version_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        capi_version_clear(&list->items[i]);
    free(list->items);
    *list = (struct version_list){0};
}

static int list_newest(struct capi_repository *repository, struct version_list *list,
                       struct error **err)
{
    auto_strv struct strv names = {0};
    if (capi_repository_versions(repository, &names, err) < 0)
        return -1;
    list->items = xcalloc(names.count + 1, sizeof(*list->items));
    for (size_t i = 0; i < names.count; i++)
        list->count += capi_version_parse(names.items[i], &list->items[list->count]);
    if (list->count)
        qsort(list->items, list->count, sizeof(*list->items), compare_newest);
    return 0;
}

/* The newest version of LIST, owned; its metadata.yaml is added to METADATA. A local file that
 * cannot be read ends the search, as with clusterctl. */
static char *newest_of(struct capi_repository *repository, const struct version_list *list,
                       struct buf *metadata, struct error **err)
{
    if (!list->count) {
        error_make(err, ERROR_NOT_FOUND,
                   "failed to find releases tagged with a valid semantic version number");
        return NULL;
    }
    auto_free char *text = capi_version_text(&list->items[0]);
    if (capi_repository_fetch(repository, text, "metadata.yaml", metadata, NULL, err) < 0)
        return NULL;
    return steal_ptr(text);
}

/* Leaves only the versions of SERIES. */
static void keep_series(struct version_list *list, const struct capi_series *series)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].major == series->major && list->items[i].minor == series->minor)
            list->items[kept++] = list->items[i];
        else
            capi_version_clear(&list->items[i]);
    }
    list->count = kept;
}

/* NEWEST, or the newest release of the newest series of the own contract, when METADATA, the text
 * of NEWEST's, knows such a series. */
static char *of_own_contract(struct capi_repository *repository, struct version_list *list,
                             char *newest, const struct buf *metadata, struct error **err)
{
    const struct capi_generation *generation = capi_repositories_generation(repository->owner);
    auto_error struct error *ignored = NULL; /* undecodable metadata leaves the version as it is */
    auto_capi_metadata struct capi_metadata known = {0};
    auto_capi_version struct capi_version version = {0};
    auto_buf struct buf unused = {0};
    if (capi_metadata_parse(&known, buf_str(metadata), metadata->size, repository->provider.label,
                            generation, &ignored) < 0 ||
        !capi_version_parse(newest, &version))
        return xstrdup(newest);
    const struct capi_series *series = capi_metadata_newest(&known, generation->contract);
    if (!series || (series->major == version.major && series->minor == version.minor))
        return xstrdup(newest);
    keep_series(list, series);
    return newest_of(repository, list, &unused, err);
}

char *capi_repository_latest(struct capi_repository *repository, bool any_series,
                             struct error **err)
{
    struct version_list list = {0};
    auto_buf struct buf metadata = {0};
    auto_free char *newest = NULL;
    char *result = NULL;
    if (list_newest(repository, &list, err) == 0)
        newest = newest_of(repository, &list, &metadata, err);
    if (newest)
        result = any_series ? xstrdup(newest)
                            : of_own_contract(repository, &list, newest, &metadata, err);
    version_list_clear(&list);
    if (!result)
        error_wrap(err, "failed to get latest version");
    return result;
}
