#include "daemon/metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/listener.h"

enum {
    READERS = 8, /* at a time: who comes later waits in the kernel's queue */
    REQUEST = 2048,
    PATIENCE_MS = 5000,
    SOCKET_MODE = 0660,
};

struct reader {
    struct metrics *metrics;
    struct loop_source source;
    struct timer timer;
    char request[REQUEST];
    size_t got;
    char *answer; /* owned, NULL while the request is incomplete */
    size_t size;
    size_t sent;
};

struct metrics {
    struct server *server;
    struct loop_source source;
    char *path;                      /* owned: the socket's file, or NULL */
    struct reader *readers[READERS]; /* owned */
};

static struct loop *loop_of(const struct metrics *metrics)
{
    return &metrics->server->loop;
}

static void reader_end(struct reader *reader)
{
    struct metrics *metrics = reader->metrics;
    for (size_t i = 0; i < READERS; i++) {
        if (metrics->readers[i] == reader)
            metrics->readers[i] = NULL;
    }
    timer_stop(&loop_of(metrics)->timers, &reader->timer);
    loop_close(loop_of(metrics), &reader->source);
    free(reader->answer);
    loop_bury(loop_of(metrics), reader);
    if (metrics->source.fd >= 0)
        loop_change(loop_of(metrics), &metrics->source, EPOLLIN);
}

static char *respond(const struct metrics *metrics, const char *request)
{
    if (!str_starts_with(request, "GET "))
        return xstrdup("HTTP/1.0 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n");
    auto_free char *text = metrics_text(metrics->server);
    return xasprintf("HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
                     "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                     strlen(text), text);
}

/* True when there is nothing more to wait for. */
static bool read_request(struct reader *reader)
{
    ssize_t got = recv(reader->source.fd, reader->request + reader->got,
                       sizeof(reader->request) - 1 - reader->got, MSG_DONTWAIT);
    if (got < 0)
        return errno != EAGAIN && errno != EINTR;
    if (got == 0)
        return true;
    reader->got += (size_t)got;
    reader->request[reader->got] = '\0';
    if (!strstr(reader->request, "\r\n\r\n"))
        return reader->got == sizeof(reader->request) - 1;
    reader->answer = respond(reader->metrics, reader->request);
    reader->size = strlen(reader->answer);
    loop_change(loop_of(reader->metrics), &reader->source, EPOLLOUT);
    return false;
}

static bool write_answer(struct reader *reader)
{
    ssize_t sent = send(reader->source.fd, reader->answer + reader->sent,
                        reader->size - reader->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return errno != EAGAIN && errno != EINTR;
    reader->sent += (size_t)sent;
    return reader->sent == reader->size;
}

static void on_reader(struct loop_source *source, uint32_t events)
{
    struct reader *reader = container_of(source, struct reader, source);
    (void)events;
    if (reader->answer ? write_answer(reader) : read_request(reader))
        reader_end(reader);
}

static void on_patience(struct timer *timer)
{
    reader_end(container_of(timer, struct reader, timer));
}

static void welcome(struct metrics *metrics, struct reader **place, int fd_take)
{
    auto_error struct error *error = NULL;
    struct reader *reader = xcalloc(1, sizeof(*reader));
    *place = reader;
    reader->metrics = metrics;
    reader->source = (struct loop_source){.fd = fd_take, .ready = on_reader};
    reader->timer.fire = on_patience;
    loop_after(loop_of(metrics), &reader->timer, PATIENCE_MS);
    if (loop_add(loop_of(metrics), &reader->source, EPOLLIN, &error) < 0)
        reader_end(reader);
}

static void on_listener(struct loop_source *source, uint32_t events)
{
    struct metrics *metrics = container_of(source, struct metrics, source);
    (void)events;
    for (size_t i = 0; i < READERS; i++) {
        if (metrics->readers[i])
            continue;
        int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        welcome(metrics, &metrics->readers[i], fd);
    }
    loop_change(loop_of(metrics), source, 0);
}

static int listen_path(const char *path, struct error **err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        error_make(err, ERROR_USAGE, "PROXY_METRICS: a socket's path has at most %zu bytes",
                   sizeof(address.sun_path) - 1);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    struct stat status;
    /* What a former run left; whatever else has that name stays. */
    if (lstat(path, &status) == 0 && S_ISSOCK(status.st_mode))
        unlink(path);
    auto_close int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) < 0 ||
        chmod(path, SOCKET_MODE) < 0 || listen(fd, READERS) < 0) {
        error_make_errno(err, errno, "PROXY_METRICS: cannot listen on %s", path);
        return -1;
    }
    return steal_fd(&fd);
}

struct metrics *metrics_new(struct server *server, struct error **err)
{
    const char *where = server->config->metrics;
    if (!where)
        return NULL;
    struct metrics *metrics = xcalloc(1, sizeof(*metrics));
    metrics->server = server;
    metrics->source.ready = on_listener;
    struct endpoint endpoint;
    if (endpoint_parse(where, &endpoint))
        metrics->source.fd = listener_open(&endpoint, true, err);
    else
        metrics->source.fd = listen_path(where, err);
    metrics->path = *where == '/' && metrics->source.fd >= 0 ? xstrdup(where) : NULL;
    if (metrics->source.fd < 0 || loop_add(&server->loop, &metrics->source, EPOLLIN, err) < 0) {
        metrics_free(metrics);
        return NULL;
    }
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (!metrics)
        return;
    loop_close(loop_of(metrics), &metrics->source);
    for (size_t i = 0; i < READERS; i++) {
        if (metrics->readers[i])
            reader_end(metrics->readers[i]);
    }
    if (metrics->path)
        unlink(metrics->path);
    free(metrics->path);
    loop_bury(loop_of(metrics), metrics);
}
