#include "daemon/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/cidr.h"
#include "daemon/client.h"
#include "daemon/socket.h"

enum {
    BACKLOG = 4096,      /* net.core.somaxconn caps it */
    ACCEPTS = 64,        /* in one go */
    PAUSE_MS = 100,      /* after running out of descriptors */
    FIRST_PASSED_FD = 3, /* sd_listen_fds(3) */
};

int listener_open(const struct endpoint *endpoint, bool v6_only, struct error **err)
{
    char text[ENDPOINT_TEXT];
    int yes = 1;
    int only = v6_only;
    int family = endpoint->address.any.sa_family;
    auto_close int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 ||
        /* Before bind: connections of a former run that linger must not keep the port. */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
        (family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only)) < 0) ||
        bind(fd, &endpoint->address.any, endpoint->size) < 0 || listen(fd, BACKLOG) < 0) {
        error_make_errno(err, errno, "cannot listen on %s", endpoint_text(endpoint, text));
        return -1;
    }
    return steal_fd(&fd);
}

/* A kernel without IPv6; anything else is a failure like any other. */
static bool lacks_v6(const struct error *error)
{
    return error && (error->code == EAFNOSUPPORT || error->code == EADDRNOTAVAIL);
}

static int open_address(const char *address, uint16_t port, bool v6_only, struct error **err)
{
    struct endpoint endpoint;
    if (endpoint_set(&endpoint, address, port))
        return listener_open(&endpoint, v6_only, err);
    error_make(err, ERROR_USAGE, "an IP address or * is expected");
    return -1;
}

static int open_any(uint16_t port, struct error **err)
{
    auto_error struct error *problem = NULL;
    int fd = open_address("::", port, false, &problem);
    if (fd >= 0)
        return fd;
    if (lacks_v6(problem))
        return open_address("0.0.0.0", port, false, err);
    error_move_take(err, steal_ptr(problem));
    return -1;
}

static int open_configured(const struct config *config, struct error **err)
{
    int fd = str_equal(config->bind, "*") ? open_any(config->port, err)
                                          : open_address(config->bind, config->port, true, err);
    if (fd < 0)
        error_wrap(err, "PROXY_BIND=%s, PROXY_PORT=%u", config->bind, config->port);
    return fd;
}

/* The second one, for clients of this host that know clusters by name. */
static int open_forward(const struct config *config, struct error **err)
{
    struct endpoint endpoint;
    int fd = -1;
    if (endpoint_parse(config->forward_bind, &endpoint))
        fd = listener_open(&endpoint, true, err);
    else
        error_make(err, ERROR_USAGE, "an address with a port is expected");
    if (fd < 0)
        error_wrap(err, "PROXY_FORWARD_BIND=%s", config->forward_bind);
    return fd;
}

static void add(struct server *server, int fd)
{
    socket_tune(fd); /* connections inherit that */
    server->listeners[server->listener_count++] = (struct listener){
        .server = server,
        .source = {.fd = fd},
    };
}

/* How many descriptors were passed to this process; the variables are not for our children. */
static size_t passed(void)
{
    long long pid = 0;
    long long count = 0;
    const char *for_whom = getenv("LISTEN_PID");
    const char *how_many = getenv("LISTEN_FDS");
    bool ours = for_whom && how_many && str_to_int(for_whom, 1, INT32_MAX, &pid) &&
                pid == getpid() && str_to_int(how_many, 0, SERVER_LISTENERS, &count);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return ours ? (size_t)count : 0;
}

static int take_passed(struct server *server, int fd, struct error **err)
{
    int listens = 0;
    socklen_t size = sizeof(listens);
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || !listens) {
        error_make(err, ERROR_USAGE, "LISTEN_FDS: descriptor %d is no listening socket", fd);
        return -1;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    add(server, fd);
    return 0;
}

int listeners_open(struct server *server, struct error **err)
{
    size_t count = passed();
    for (size_t i = 0; i < count; i++) {
        if (take_passed(server, FIRST_PASSED_FD + (int)i, err) < 0)
            return -1;
    }
    if (count > 0)
        return 0;
    int fd = open_configured(server->config, err);
    if (fd < 0)
        return -1;
    add(server, fd);
    if (!server->config->forward_bind)
        return 0;
    fd = open_forward(server->config, err);
    if (fd < 0)
        return -1;
    add(server, fd);
    return 0;
}

static bool allowed(const struct config *config, const struct endpoint *source)
{
    for (size_t i = 0; i < config->allow_count; i++) {
        if (cidr_holds(&config->allow[i], &source->address.any))
            return true;
    }
    return config->allow_count == 0;
}

static void turn_away(struct server *server, int fd, enum refusal why,
                      const struct endpoint *source)
{
    char text[ENDPOINT_TEXT];
    close(fd);
    server->refused[why]++;
    if (log_allowed(&server->log_limit))
        log_line(LOG_LEVEL_WARNING, "refused %s: %s", endpoint_text(source, text),
                 refusal_word(why));
}

static void welcome(struct server *server, int fd, const struct endpoint *source)
{
    server->accepted++;
    if (!allowed(server->config, source))
        turn_away(server, fd, REFUSED_SOURCE, source);
    else if (server->waiting.count + server->others.count >= server->most)
        turn_away(server, fd, REFUSED_LIMIT, source);
    else
        client_begin(server, fd, source);
}

static void on_pause_end(struct timer *timer)
{
    struct listener *listener = container_of(timer, struct listener, pause);
    if (listener->source.fd >= 0)
        loop_change(&listener->server->loop, &listener->source, EPOLLIN);
}

/* Waiting clients would wake us again and again while there is no descriptor for them. */
static void pause_accepting(struct listener *listener, int why)
{
    struct server *server = listener->server;
    if (log_allowed(&server->log_limit))
        log_line(LOG_LEVEL_WARNING, "cannot accept: errno %d; trying again soon", why);
    loop_change(&server->loop, &listener->source, 0);
    listener->pause.fire = on_pause_end;
    loop_after(&server->loop, &listener->pause, PAUSE_MS);
}

static void on_clients(struct loop_source *source, uint32_t events)
{
    struct listener *listener = container_of(source, struct listener, source);
    (void)events;
    for (int i = 0; i < ACCEPTS; i++) {
        struct endpoint from = {.size = sizeof(from.address)};
        int fd = accept4(source->fd, &from.address.any, &from.size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            welcome(listener->server, fd, &from);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_accepting(listener, errno);
        else if (errno != EAGAIN)
            continue; /* that client left again */
        return;
    }
}

int listeners_start(struct server *server, struct error **err)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        server->listeners[i].source.ready = on_clients;
        if (loop_add(&server->loop, &server->listeners[i].source, EPOLLIN, err) < 0)
            return -1;
    }
    return 0;
}

void listeners_close(struct server *server)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        timer_stop(&server->loop.timers, &server->listeners[i].pause);
        loop_close(&server->loop, &server->listeners[i].source);
    }
    server->listener_count = 0;
}

uint16_t listeners_port(const struct server *server)
{
    struct endpoint endpoint = {.size = sizeof(endpoint.address)};
    if (server->listener_count == 0 ||
        getsockname(server->listeners[0].source.fd, &endpoint.address.any, &endpoint.size) < 0)
        return 0;
    return endpoint_port(&endpoint);
}
