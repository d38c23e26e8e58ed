#include "ostack/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"

enum { DIGITS_SHOWN = 12, BODY_SHOWN = 16384 };

struct osk_log {
    int fd; /* -1: none */
    bool debug;
};

struct osk_log *osk_log_open(const char *path, bool debug, struct error **err)
{
    struct osk_log *log = xcalloc(1, sizeof(*log));
    log->debug = debug;
    log->fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600) : -1;
    if (!path || log->fd >= 0)
        return log;
    error_make_errno(err, errno, "sdk_log_path: cannot write %s", path);
    free(log);
    return NULL;
}

void osk_log_free(struct osk_log *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        close(log->fd);
    free(log);
}

/* "{SHA256}0123456789ab" for a token: recognisable, of no use to anybody. */
static char *masked_token(const char *token)
{
    auto_free char *digest = sha256_hex(token, strlen(token));
    return xasprintf("{SHA256}%.*s", DIGITS_SHOWN, digest);
}

static bool is_token_header(const char *line)
{
    static const char *const names[] = {
        "x-auth-token:", "x-subject-token:", "authorization:", "openstack-auth-receipt:"};
    for (size_t i = 0; i < array_length(names); i++)
        if (strncasecmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static void add_headers(struct buf *out, const struct strv *headers, const char *mark)
{
    for (size_t i = 0; i < headers->count; i++) {
        const char *line = headers->items[i];
        if (!is_token_header(line)) {
            buf_printf(out, "    %s %s\n", mark, line);
            continue;
        }
        const char *value = strchr(line, ':') + 1;
        auto_free char *masked = masked_token(value + strspn(value, " "));
        buf_printf(out, "    %s %.*s %s\n", mark, (int)(value - line), line, masked);
    }
}

static void add_body(struct buf *out, const struct buf *body, const char *mark, bool credentials)
{
    if (!body->size)
        return;
    size_t length = body->size < BODY_SHOWN ? body->size : BODY_SHOWN;
    auto_free char *text =
        credentials ? xstrdup("(not shown: credentials)") : str_to_utf8(buf_str(body), length);
    buf_printf(out, "    %s %s\n", mark, text);
}

void osk_log_exchange(struct osk_log *log, const struct http_job *job, bool credentials)
{
    if (!log || log->fd < 0)
        return;
    char stamp[32] = "";
    time_t now = time(NULL);
    struct tm parts;
    strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &parts));
    auto_buf struct buf out;
    buf_init(&out);
    buf_printf(&out, "%s %s %s: ", stamp, job->request.method, job->request.url);
    if (job->response.status)
        buf_printf(&out, "%d\n", job->response.status);
    else
        buf_printf(&out, "%s\n", job->error ? job->error->message : "no answer");
    if (log->debug) {
        add_headers(&out, &job->request.headers, ">");
        add_body(&out, &job->request.body, ">", credentials);
        add_headers(&out, &job->response.headers, "<");
        add_body(&out, &job->response.body, "<", credentials);
    }
    /* A log that cannot be written is no reason to fail the task: it is given up. */
    if (write(log->fd, buf_str(&out), out.size) < 0) {
        close(log->fd);
        log->fd = -1;
    }
}
