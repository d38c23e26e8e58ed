#include "k8s_apply/documents.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "http/client.h"
#include "http/redirect.h"
#include "yaml/ym_read.h"

enum {
    SRC_LIMIT = 64 * 1024 * 1024,
    REDIRECTS = 5,
};

/* Where documents go, and what they get on the way. */
struct reading {
    struct kube_manifest *manifest;
    const struct kube_defaults *defaults;
    struct strv *warnings;
};

/* One text may hold many documents. */
static int add_text(const struct reading *to, const char *bytes, size_t size, const char *source,
                    struct error **err)
{
    json_auto_t *documents = ym_read(bytes, size, source, to->warnings, err);
    if (!documents)
        return -1;
    size_t index = 0;
    json_t *document = NULL;
    json_array_foreach (documents, index, document)
        if (kube_manifest_add(to->manifest, document, to->defaults, err) < 0) {
            error_wrap(err, "%s", source);
            return -1;
        }
    return 0;
}

/* A string is YAML, an object is one document, a list holds either. */
static int add_definition(const struct reading *to, const json_t *definition, const char *source,
                          struct error **err)
{
    if (json_is_string(definition))
        return add_text(to, json_string_value(definition), json_string_length(definition), source,
                        err);
    if (!json_is_array(definition)) {
        /* The manifest edits its objects; the parameters stay as they were given. */
        json_auto_t *copy = json_deep_copy(definition);
        if (kube_manifest_add(to->manifest, copy, to->defaults, err) == 0)
            return 0;
        error_wrap(err, "%s", source);
        return -1;
    }
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (definition, index, item) {
        auto_free char *where = xasprintf("%s[%zu]", source, index);
        if (json_is_array(item)) {
            error_make(err, ERROR_USAGE, "%s must be an object or a string, but is a list", where);
            return -1;
        }
        if (add_definition(to, item, where, err) < 0)
            return -1;
    }
    return 0;
}

/* One hop: the body in OUT, or where to go on in *next, owned, else NULL. */
static int fetch_hop(const struct k8s_args *args, const char *url, struct buf *out, char **next,
                     struct error **err)
{
    struct http_options options = {
        .proxy = args->connection.options.proxy,
        .no_proxy = args->connection.options.no_proxy,
        .max_body = SRC_LIMIT,
    };
    auto_http_client struct http_client *client = http_client_new(&options, err);
    if (!client)
        return -1;
    struct http_job job;
    http_job_init(&job, "GET", xstrdup(url));
    int result = http_client_perform(client, &job, err);
    if (result == 0)
        *next = http_redirect(&job);
    if (result == 0 && !*next && job.response.status != 200) {
        const char *location = http_response_header(&job.response, "Location");
        error_make(err, ERROR_STATUS, "the server answered %d %s%s%s", job.response.status,
                   job.response.reason, location ? "; give the final address instead: " : "",
                   location ? location : "");
        result = -1;
    }
    if (result == 0 && !*next) {
        *out = job.response.body;
        buf_init(&job.response.body);
    }
    http_job_clear(&job);
    return result;
}

/* Follows redirects, as nothing secret is sent. A client speaks to one server: one for each hop. */
static int fetch_url(const struct k8s_args *args, const char *url, struct buf *out,
                     struct error **err)
{
    auto_free char *at = xstrdup(url);
    for (int hop = 0; hop <= REDIRECTS; hop++) {
        char *next = NULL;
        if (fetch_hop(args, at, out, &next, err) < 0)
            return -1;
        if (!next)
            return 0;
        free(at);
        at = next;
    }
    error_make(err, ERROR_HTTP, "the server redirects more than %d times", REDIRECTS);
    return -1;
}

static int read_src(const struct k8s_args *args, struct buf *out, struct error **err)
{
    const char *src = args->src;
    if (str_starts_with(src, "http://") || str_starts_with(src, "https://"))
        return fetch_url(args, src, out, err);
    if (strstr(src, "://")) {
        error_make(err, ERROR_USAGE,
                   "only http and https URLs can be fetched; fetch %s to a file first", src);
        return -1;
    }
    return file_read(src, SRC_LIMIT, out, err);
}

static int add_src(const struct k8s_args *args, const struct reading *to, struct error **err)
{
    auto_buf struct buf bytes;
    buf_init(&bytes);
    if (read_src(args, &bytes, err) < 0) {
        error_wrap(err, "src");
        return -1;
    }
    return add_text(to, buf_str(&bytes), bytes.size, args->src, err);
}

int k8s_read_documents(const struct k8s_args *args, struct kube_manifest *manifest,
                       struct strv *warnings, struct error **err)
{
    const struct reading to = {manifest, &args->defaults, warnings};
    if (args->definition)
        return add_definition(&to, args->definition, "resource_definition", err);
    if (args->src)
        return add_src(args, &to, err);
    json_auto_t *empty = json_object();
    return kube_manifest_add(manifest, empty, &args->defaults, err);
}
