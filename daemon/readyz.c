#include "daemon/readyz.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/mem.h"
#include "base/str.h"

enum { PATIENCE_MS = 3000, STATUS_LINE = 64 };

enum stage { STAGE_HANDSHAKE, STAGE_SEND, STAGE_READ };

struct readyz {
    struct server *server;
    struct loop_source source; /* the descriptor is ours now */
    struct timer timer;
    struct loop_job job;
    void (*done)(void *context, bool success, const char *why);
    void *context;
    SSL_CTX *tls;
    SSL *ssl;
    enum stage stage;
    char *request; /* owned */
    char answer[STATUS_LINE];
    size_t got;
};

/* The status of "HTTP/1.1 200 OK…", or -1 while, or because, it is none. */
static int status_of(const char *answer)
{
    int status = -1;
    if (strlen(answer) < sizeof("HTTP/1.1 200") - 1 || !str_starts_with(answer, "HTTP/1."))
        return -1;
    char digits[4] = "";
    memcpy(digits, answer + sizeof("HTTP/1.1 ") - 1, 3);
    long long number = 0;
    if (str_to_int(digits, 100, 599, &number))
        status = (int)number;
    return status;
}

static void finish(struct readyz *readyz, bool success, const char *why)
{
    timer_stop(&readyz->server->loop.timers, &readyz->timer);
    loop_close(&readyz->server->loop, &readyz->source);
    readyz->done(readyz->context, success, why); /* frees READYZ */
}

static void judge(struct readyz *readyz)
{
    int status = status_of(readyz->answer);
    char why[STATUS_LINE] = "no HTTP answer to GET /readyz";
    bool success = status == 200 || status == 401 || status == 403;
    if (status > 0)
        snprintf(why, sizeof(why), "GET /readyz: status %d", status);
    finish(readyz, success, success ? NULL : why);
}

/* What a call of OpenSSL that gave RESULT means: 1 go on, 0 wait, -1 over. */
static int outcome(struct readyz *readyz, int result)
{
    if (result > 0)
        return 1;
    int error = SSL_get_error(readyz->ssl, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static int step(struct readyz *readyz)
{
    int result = 0;
    ERR_clear_error(); /* the thread's: those of other clusters would be taken for ours */
    switch (readyz->stage) {
    case STAGE_HANDSHAKE:
        result = outcome(readyz, SSL_connect(readyz->ssl));
        readyz->stage = result > 0 ? STAGE_SEND : STAGE_HANDSHAKE;
        return result;
    case STAGE_SEND:
        result =
            outcome(readyz, SSL_write(readyz->ssl, readyz->request, (int)strlen(readyz->request)));
        readyz->stage = result > 0 ? STAGE_READ : STAGE_SEND;
        return result;
    case STAGE_READ:
        break;
    }
    int got = SSL_read(readyz->ssl, readyz->answer + readyz->got,
                       (int)(sizeof(readyz->answer) - 1 - readyz->got));
    result = outcome(readyz, got);
    readyz->got += got > 0 ? (size_t)got : 0;
    return result > 0 && readyz->got >= sizeof("HTTP/1.1 200") - 1 ? -1 : result;
}

static void go_on(struct readyz *readyz)
{
    int result = 1;
    while (result > 0)
        result = step(readyz);
    if (result == 0)
        return;
    if (readyz->stage == STAGE_READ)
        judge(readyz);
    else
        finish(readyz, false, "the TLS handshake fails");
}

static void on_timeout(struct timer *timer)
{
    finish(container_of(timer, struct readyz, timer), false, "no answer to GET /readyz in time");
}

static bool set_up(struct readyz *readyz, const char *cluster)
{
    readyz->tls = SSL_CTX_new(TLS_client_method());
    readyz->ssl = readyz->tls ? SSL_new(readyz->tls) : NULL;
    if (!readyz->ssl)
        return false;
    SSL_set_verify(readyz->ssl, SSL_VERIFY_NONE, NULL);
    return SSL_set_tlsext_host_name(readyz->ssl, (char *)(uintptr_t)cluster) == 1 &&
           SSL_set_fd(readyz->ssl, readyz->source.fd) == 1;
}

static void on_ready(struct loop_source *source, uint32_t events)
{
    (void)events;
    go_on(container_of(source, struct readyz, source));
}

static void on_first_round(struct loop_job *job)
{
    struct readyz *readyz = container_of(job, struct readyz, job);
    if (readyz->ssl)
        go_on(readyz);
    else
        finish(readyz, false, "TLS cannot be set up");
}

struct readyz *readyz_start(struct server *server, int fd_take, const char *cluster,
                            void (*done)(void *context, bool success, const char *why),
                            void *context)
{
    struct readyz *readyz = xcalloc(1, sizeof(*readyz));
    *readyz = (struct readyz){
        .server = server,
        .source = {.fd = fd_take, .ready = on_ready},
        .timer = {.fire = on_timeout},
        .job = {.run = on_first_round},
        .done = done,
        .context = context,
        .request =
            xasprintf("GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", cluster),
    };
    if (!set_up(readyz, cluster)) {
        SSL_free(readyz->ssl);
        readyz->ssl = NULL;
    }
    loop_change(&server->loop, &readyz->source, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    loop_after(&server->loop, &readyz->timer, PATIENCE_MS);
    loop_next_round(&server->loop, &readyz->job);
    return readyz;
}

void readyz_free(struct readyz *readyz)
{
    if (!readyz)
        return;
    timer_stop(&readyz->server->loop.timers, &readyz->timer);
    loop_forget(&readyz->server->loop, &readyz->job);
    loop_close(&readyz->server->loop, &readyz->source);
    SSL_free(readyz->ssl);
    SSL_CTX_free(readyz->tls);
    free(readyz->request);
    loop_bury(&readyz->server->loop, readyz);
}
