/* What the URL of a provider says about its repository. See capi/repository_priv.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/repository_priv.h"
#include "capi/version.h"
#include "http/url.h"

static const char local_context[] = "error creating the local filesystem repository client";

/* The scheme in lower case, owned: "" when there is none. */
static char *scheme_of(const char *url)
{
    size_t size = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    if (!size || url[size] != ':' || !isalpha((unsigned char)*url))
        return xstrdup("");
    char *scheme = xmemdup(url, size);
    for (char *c = scheme; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return scheme;
}

/* The percent-decoded path: no scheme, host, query and fragment. Owned. */
static char *path_of(const char *url, const char *scheme)
{
    const char *at = url + (*scheme ? strlen(scheme) + 1 : 0);
    const char *host = str_after(at, "//");
    if (host)
        at = host + strcspn(host, "/?#");
    return url_unescape(at, strcspn(at, "?#"));
}

char *capi_path_clean(const char *path)
{
    auto_strv struct strv parts = {0};
    auto_strv struct strv kept = {0};
    strv_split(&parts, path, '/');
    for (size_t i = 0; i < parts.count; i++) {
        const char *part = parts.items[i];
        if (strcmp(part, "..") == 0 && kept.count)
            free(kept.items[--kept.count]);
        else if (*part && strcmp(part, ".") != 0 && strcmp(part, "..") != 0)
            strv_add(&kept, part);
    }
    auto_free char *joined = strv_join(&kept, "/");
    return xasprintf("/%s", joined);
}

static int refuse(struct error **err, const char *format, ...) printf_like(2, 3);

static int refuse(struct error **err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_vmake(err, ERROR_USAGE, format, arguments);
    va_end(arguments);
    return -1;
}

/* The first COUNT parts with a slash between them, owned. */
static char *join_first(const struct strv *parts, size_t count)
{
    const struct strv first = {parts->items, count};
    return strv_join(&first, "/");
}

/* The last parts are .../LABEL/VERSION/FILE. */
static int take_parts(struct capi_repository *repository, const char *url, const struct strv *parts,
                      struct error **err)
{
    const char *label = repository->provider.label;
    if (parts->count < 3)
        return refuse(err, "invalid path: path should be in the form "
                           "{basepath}/{provider-name}/{version}/{components.yaml}");
    const char *version = parts->items[parts->count - 2];
    if (strcmp(version, "latest") != 0 && !capi_version_parse(version, NULL))
        return refuse(err,
                      "invalid version: \"%s\". Version must obey the syntax and semantics of the "
                      "\"Semantic Versioning\" specification (http://semver.org/) and path format "
                      "{basepath}/{provider-name}/{version}/{components.yaml}",
                      version);
    if (strcmp(parts->items[parts->count - 3], label) != 0)
        return refuse(err,
                      "invalid path: path \"%s\" must contain provider \"%s\" in the format "
                      "{basepath}/{provider-label}/{version}/{components.yaml}",
                      url, label);
    auto_free char *base = join_first(parts, parts->count - 3);
    repository->base = capi_path_clean(base);
    repository->version = xstrdup(version);
    repository->file = xstrdup(parts->items[parts->count - 1]);
    return 0;
}

static int locate_local(struct capi_repository *repository, const char *url, const char *scheme,
                        struct error **err)
{
    auto_free char *path = path_of(url, scheme);
    auto_strv struct strv parts = {0};
    if (*path != '/')
        return refuse(err, "invalid path: path \"%s\" must be an absolute path", url);
    strv_split(&parts, path, '/');
    return take_parts(repository, url, &parts, err);
}

/* .../VERSION/FILE; releases of GitHub are downloaded from .../releases/download/VERSION/FILE. */
static int locate_remote(struct capi_repository *repository, const char *url, struct error **err)
{
    auto_strv struct strv parts = {0};
    strv_split(&parts, url, '/');
    const char *file = parts.items[parts.count - 1];
    if (parts.count < 5 || !*file || strpbrk(url, "?#"))
        return refuse(err,
                      "invalid URL: \"%s\" has to have the form "
                      "https://{host}/…/{version}/{components.yaml}, without query and fragment",
                      url);
    const char *version = parts.items[parts.count - 2];
    if (strcmp(version, "latest") != 0 && !capi_version_parse(version, NULL))
        return refuse(err,
                      "invalid version: \"%s\" in \"%s\" is neither latest nor a semantic "
                      "version",
                      version, url);
    auto_free char *prefix = join_first(&parts, parts.count - 2);
    bool github = strcmp(parts.items[2], "github.com") == 0;
    bool release = github && str_ends_with(prefix, "/releases");
    repository->prefix = release ? xasprintf("%s/download", prefix) : steal_ptr(prefix);
    repository->version = strcmp(version, "latest") == 0 ? NULL : xstrdup(version);
    repository->file = xstrdup(file);
    repository->remote = true;
    return 0;
}

static int no_provider(const char *scheme, struct error **err)
{
    return refuse(err,
                  "invalid provider url. there are no provider implementation for \"%s\" schema",
                  scheme);
}

/* What clusterctl would say of a URL that it cannot use, for who gave no digest to make it one that
 * we can; 0 for the others. */
static int check_kind(const struct capi_repository *repository, const char *url, const char *scheme,
                      struct error **err)
{
    if (repository->provider.sha256)
        return 0;
    if (strcmp(scheme, "http") == 0)
        return no_provider(scheme, err);
    const char *host = url + strlen("https://");
    auto_free char *name = xmemdup(host, strcspn(host, "/"));
    if (strcmp(name, "github.com") == 0 ||
        (str_starts_with(name, "gitlab.") && str_contains(host, "/api/v4/projects/")))
        return 0;
    return refuse(err, "invalid provider url. Only GitHub and GitLab are supported for \"https\" "
                       "schema");
}

int capi_repository_locate(struct capi_repository *repository, const char *url, struct error **err)
{
    auto_free char *scheme = scheme_of(url);
    if (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0)
        return check_kind(repository, url, scheme, err) < 0 ? -1
                                                            : locate_remote(repository, url, err);
    if (*scheme && strcmp(scheme, "file") != 0)
        return no_provider(scheme, err);
    if (locate_local(repository, url, scheme, err) == 0)
        return 0;
    error_wrap(err, "%s", local_context);
    return -1;
}
