/* Files behind URLs whose digests are known, kept for the next time. See capi/repository_priv.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/repository_priv.h"
#include "crypto/digest.h"
#include "fs/atomic.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "http/client.h"
#include "http/proxy.h"
#include "http/redirect.h"
#include "http/retry.h"

enum {
    FILE_LIMIT = 64 * 1024 * 1024,
    REDIRECTS = 10,
    PATIENCE_MS = 120000,  /* for all attempts of one file */
    UNREACHABLE_MS = 5000, /* of them as long as nobody is there: a server seldom comes back */
};

static bool has_digest(const struct buf *bytes, const char *sha256)
{
    auto_free char *hex = sha256_hex(buf_str(bytes), bytes->size);
    return strcasecmp(hex, sha256) == 0;
}

/* The cached file, when it is there and what it should be. */
static bool take_cached(const char *path, const char *sha256, struct buf *out)
{
    auto_error struct error *ignored = NULL; /* whatever is wrong with it, it is fetched again */
    auto_buf struct buf bytes = {0};
    if (file_read(path, FILE_LIMIT, &bytes, &ignored) < 0 || !has_digest(&bytes, sha256))
        return false;
    buf_add(out, bytes.data, bytes.size);
    return true;
}

static int keep(const char *path, const struct buf *bytes, struct error **err)
{
    auto_free char *folder = xmemdup(path, (size_t)(strrchr(path, '/') - path));
    if (dir_make(folder, 0755, err) == 0 &&
        file_write_atomic(path, buf_str(bytes), bytes->size, 0644, err) == 0)
        return 0;
    error_append(err, " (the option cache_path names another place for downloads)");
    return -1;
}

static int status_error(const struct http_job *job, struct error **err)
{
    int status = job->response.status;
    error_make(err, status == 404 ? ERROR_NOT_FOUND : ERROR_STATUS, "%s: the server answered %d %s",
               job->request.url, status, job->response.reason);
    error_code(err, status);
    return -1;
}

static bool is_unreachable(const struct http_job *job)
{
    return job->failure == HTTP_FAILURE_CONNECT || job->failure == HTTP_FAILURE_RESOLVE;
}

static void move_failure(const struct http_job *job, struct error **failure, struct error **err)
{
    error_move_take(err, steal_ptr(*failure));
    if (is_unreachable(job))
        error_append(err, " (https_proxy or http_proxy of the environment can name a proxy; files "
                          "below repository_path need no server)");
}

/* One request with its repeats. */
static int perform(struct http_client *client, struct http_job *job, struct error **err)
{
    const long long patience = clock_deadline_ms(PATIENCE_MS);
    const long long unreachable = clock_deadline_ms(UNREACHABLE_MS);
    for (;;) {
        long long wait_ms = 0;
        error_clear(&job->error);
        http_response_clear(&job->response);
        auto_error struct error *failure = NULL;
        int result = http_client_perform(client, job, &failure);
        if (interrupt_check(err) < 0)
            return -1;
        const struct http_retry retry = {.deadline = is_unreachable(job) ? unreachable : patience,
                                         .idempotent = true};
        if (http_retry_judge(&retry, job, &wait_ms) == HTTP_DONE) {
            if (result < 0)
                move_failure(job, &failure, err);
            return result;
        }
        clock_sleep_ms(wait_ms);
    }
}

/* One hop: the body in BYTES, or where to go on in *next, owned, else NULL. */
static int fetch_hop(const char *url, struct buf *bytes, char **next, struct error **err)
{
    const struct http_options options = {
        .proxy = proxy_of_environment(url),
        .no_proxy = proxy_exclusions_of_environment(),
        .max_body = FILE_LIMIT,
    };
    auto_http_client struct http_client *client = http_client_new(&options, err);
    struct http_job job;
    if (!client)
        return -1;
    http_job_init(&job, "GET", xstrdup(url));
    int result = perform(client, &job, err);
    if (result == 0) {
        *next = http_redirect(&job);
        if (!*next && job.response.status != 200)
            result = status_error(&job, err);
        else if (!*next)
            buf_add(bytes, buf_str(&job.response.body), job.response.body.size);
    }
    http_job_clear(&job);
    return result;
}

static int fetch(const char *url, struct buf *bytes, struct error **err)
{
    auto_free char *at = xstrdup(url);
    for (int hop = 0; hop <= REDIRECTS; hop++) {
        char *next = NULL;
        if (fetch_hop(at, bytes, &next, err) < 0)
            return -1;
        if (!next)
            return 0;
        free(at);
        at = next;
    }
    error_make(err, ERROR_HTTP, "%s redirects more than %d times", url, REDIRECTS);
    return -1;
}

int capi_download(const char *url, const char *sha256, const char *path, struct buf *out,
                  struct error **err)
{
    auto_buf struct buf bytes = {0};
    if (take_cached(path, sha256, out))
        return 0;
    if (fetch(url, &bytes, err) < 0) {
        error_wrap(err, "failed to download");
        return -1;
    }
    if (!has_digest(&bytes, sha256)) {
        auto_free char *got = sha256_hex(buf_str(&bytes), bytes.size);
        error_make(err, ERROR_IO, "%s has the sha256 %s, not %s as configured: nothing was used",
                   url, got, sha256);
        return -1;
    }
    if (keep(path, &bytes, err) < 0)
        return -1;
    buf_add(out, bytes.data, bytes.size);
    return 0;
}
