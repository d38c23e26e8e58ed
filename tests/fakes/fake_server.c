#include "fakes/fake_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"

enum {
    MOST_ROWS = 64,
    MOST_THREADS = 512,
    DRIP_MS = 20,
};

struct fake_server {
    const struct fake_reply *script;
    size_t count;
    SSL_CTX *tls;
    int listener;
    int port;
    int stop[2]; /* a pipe; closing its write end stops everybody */
    pthread_t acceptor;

    pthread_mutex_t lock; /* guards what follows */
    pthread_t threads[MOST_THREADS];
    size_t thread_count;
    unsigned served[MOST_ROWS];
    struct strv requests;
    unsigned busy;
    unsigned peak;
    unsigned connections;
};

struct connection {
    struct fake_server *server;
    int fd;
    SSL *ssl;
};

/* ---- bytes */

/* Waits for FD or, with FD -1, for MS to pass. False when the server is being stopped. */
static bool wait_for(const struct fake_server *server, int fd, int ms)
{
    struct pollfd wanted[] = {{.fd = server->stop[0], .events = POLLIN},
                              {.fd = fd, .events = POLLIN}};
    return poll(wanted, 2, ms) >= 0 && !wanted[0].revents;
}

static long receive(struct connection *connection, char *into, size_t size)
{
    bool buffered = connection->ssl && SSL_pending(connection->ssl) > 0;
    if (!buffered && !wait_for(connection->server, connection->fd, -1))
        return -1;
    if (connection->ssl)
        return SSL_read(connection->ssl, into, (int)size);
    return read(connection->fd, into, size);
}

static bool transmit(struct connection *connection, const char *bytes, size_t size)
{
    while (size) {
        long done = connection->ssl ? SSL_write(connection->ssl, bytes, (int)size)
                                    : send(connection->fd, bytes, size, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        bytes += done;
        size -= (size_t)done;
    }
    return true;
}

static bool transmit_text(struct connection *connection, const char *text)
{
    return transmit(connection, text, strlen(text));
}

/* ---- requests */

static size_t body_length(const char *head)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");
    return line ? strtoul(line + strlen("\r\nContent-Length:"), NULL, 10) : 0;
}

/* One whole request in TEXT. False at the end of the connection. */
static bool receive_request(struct connection *connection, struct buf *text)
{
    for (;;) {
        char chunk[4096];
        const char *end = text->size ? strstr(text->data, "\r\n\r\n") : NULL;
        size_t head = end ? (size_t)(end + 4 - text->data) : 0;
        if (end && text->size >= head + body_length(text->data))
            return true;
        long got = receive(connection, chunk, sizeof(chunk));
        if (got <= 0)
            return false;
        buf_add(text, chunk, (size_t)got);
        /* A TLS greeting at a server without TLS: it will not become a request. */
        if (!connection->ssl && text->data[0] == 0x16)
            return true;
    }
}

static const struct fake_reply *choose(struct fake_server *server, const char *request)
{
    for (size_t i = 0; i < server->count && i < MOST_ROWS; i++) {
        const struct fake_reply *row = &server->script[i];
        if ((row->when && !str_starts_with(request, row->when)) ||
            (row->times && server->served[i] >= row->times))
            continue;
        server->served[i]++;
        return row;
    }
    static const struct fake_reply absent = {.status = 404, .body = "404 page not found\n"};
    return &absent;
}

static const struct fake_reply *note_request(struct fake_server *server, const char *request)
{
    pthread_mutex_lock(&server->lock);
    strv_add(&server->requests, request);
    const struct fake_reply *reply = choose(server, request);
    server->busy++;
    if (server->busy > server->peak)
        server->peak = server->busy;
    pthread_mutex_unlock(&server->lock);
    return reply;
}

static void note_answer(struct fake_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->busy--;
    pthread_mutex_unlock(&server->lock);
}

/* ---- answers */

static bool flood(struct connection *connection)
{
    static const char much[16384] = {'x'};
    auto_free char *head = xasprintf("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    bool going = transmit_text(connection, head);
    while (going)
        going = wait_for(connection->server, -1, 0) && transmit(connection, much, sizeof(much));
    return false;
}

static bool drip(struct connection *connection, const char *body, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!transmit(connection, body + i, 1) || !wait_for(connection->server, -1, DRIP_MS))
            return false;
    return true;
}

static void reset(struct connection *connection)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

static bool send_head(struct connection *connection, const struct fake_reply *reply, size_t size)
{
    int status = reply->status ? reply->status : 200;
    struct buf head;
    buf_init(&head);
    buf_printf(&head, "HTTP/1.1 %d Whatever\r\n", status);
    if (!reply->headers || !strcasestr(reply->headers, "Content-Length:"))
        buf_printf(&head, "Content-Length: %zu\r\n", size);
    buf_printf(&head, "%s%s\r\n", reply->headers ? reply->headers : "",
               reply->close ? "Connection: close\r\n" : "");
    bool good = transmit(connection, head.data, head.size);
    buf_clear(&head);
    return good;
}

static bool send_body(struct connection *connection, const struct fake_reply *reply, size_t size)
{
    switch (reply->fault) {
    case FAKE_CUT:
        transmit(connection, reply->body, reply->fault_after);
        return false;
    case FAKE_STALL:
        transmit(connection, reply->body, reply->fault_after);
        wait_for(connection->server, -1, -1);
        return false;
    case FAKE_DRIP:
        return drip(connection, reply->body, size);
    case FAKE_FINE:
    case FAKE_CLOSE:
    case FAKE_RESET:
    case FAKE_HANG:
    case FAKE_FLOOD:
    case FAKE_RAW:
    default:
        return transmit(connection, reply->body ? reply->body : "", size);
    }
}

/* Returns whether the connection goes on. */
static bool answer(struct connection *connection, const struct fake_reply *reply, bool head_only)
{
    size_t size = reply->body_size ? reply->body_size : reply->body ? strlen(reply->body) : 0;
    if (reply->delay_ms && !wait_for(connection->server, -1, (int)reply->delay_ms))
        return false;
    if (reply->fault == FAKE_FLOOD)
        return flood(connection);
    if (reply->fault == FAKE_RESET)
        reset(connection);
    if (reply->fault == FAKE_HANG)
        wait_for(connection->server, -1, -1);
    if (reply->fault == FAKE_RAW)
        transmit(connection, reply->body, size);
    if (reply->fault == FAKE_CLOSE || reply->fault == FAKE_RESET || reply->fault == FAKE_HANG ||
        reply->fault == FAKE_RAW)
        return false;
    if (!send_head(connection, reply, size))
        return false;
    return (head_only || send_body(connection, reply, size)) && !reply->close;
}

/* ---- threads */

static bool shake_hands(struct connection *connection)
{
    if (!connection->server->tls)
        return true;
    connection->ssl = SSL_new(connection->server->tls);
    SSL_set_fd(connection->ssl, connection->fd);
    if (SSL_accept(connection->ssl) == 1)
        return true;
    /* Closing with unread bytes resets the connection, and our alert would be lost with it. */
    char rest[1024];
    shutdown(connection->fd, SHUT_WR);
    while (wait_for(connection->server, connection->fd, -1) &&
           read(connection->fd, rest, sizeof(rest)) > 0) {
    }
    return false;
}

static void *serve_connection(void *context)
{
    struct connection *connection = context;
    bool greeted = shake_hands(connection);
    for (bool going = greeted; going;) {
        struct buf request;
        buf_init(&request);
        going = receive_request(connection, &request);
        if (going) {
            const struct fake_reply *reply = note_request(connection->server, request.data);
            going = answer(connection, reply, str_starts_with(request.data, "HEAD "));
            note_answer(connection->server);
        }
        buf_clear(&request);
    }
    if (greeted && connection->ssl)
        SSL_shutdown(connection->ssl);
    SSL_free(connection->ssl);
    close(connection->fd);
    free(connection);
    ERR_clear_error();
    return NULL;
}

static void *accept_connections(void *context)
{
    struct fake_server *server = context;
    while (wait_for(server, server->listener, -1)) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        struct connection *connection = xcalloc(1, sizeof(*connection));
        *connection = (struct connection){.server = server, .fd = fd};
        pthread_mutex_lock(&server->lock);
        server->connections++;
        bool room = server->thread_count < MOST_THREADS;
        if (room)
            pthread_create(&server->threads[server->thread_count++], NULL, serve_connection,
                           connection);
        pthread_mutex_unlock(&server->lock);
        if (!room) {
            close(fd);
            free(connection);
        }
    }
    return NULL;
}

/* Signals belong to the test's own thread. */
static void start_thread_without_signals(pthread_t *thread, struct fake_server *server)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(thread, NULL, accept_connections, server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- life */

static SSL_CTX *tls_context(const struct fake_tls *tls)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    BIO *bio = BIO_new_mem_buf(tls->certificate, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    bio = BIO_new_mem_buf(tls->key, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (tls->client_ca) {
        bio = BIO_new_mem_buf(tls->client_ca, -1);
        X509 *authority = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        BIO_free(bio);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
        X509_free(authority);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    if (tls->oldest_only) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    }
    return context;
}

static int listen_on_loopback(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(fd, 128) < 0 || getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        abort();
    *port = ntohs(address.sin_port);
    return fd;
}

struct fake_server *fake_server_start(const struct fake_reply *script, size_t count,
                                      const struct fake_tls *tls)
{
    struct fake_server *server = xcalloc(1, sizeof(*server));
    server->script = script;
    server->count = count;
    server->tls = tls ? tls_context(tls) : NULL;
    server->listener = listen_on_loopback(&server->port);
    if (pipe(server->stop) < 0)
        abort();
    /* OpenSSL writes without MSG_NOSIGNAL. */
    signal(SIGPIPE, SIG_IGN);
    pthread_mutex_init(&server->lock, NULL);
    start_thread_without_signals(&server->acceptor, server);
    return server;
}

void fake_server_stop(struct fake_server *server)
{
    if (!server)
        return;
    close(server->stop[1]);
    pthread_join(server->acceptor, NULL);
    for (size_t i = 0; i < server->thread_count; i++)
        pthread_join(server->threads[i], NULL);
    close(server->stop[0]);
    close(server->listener);
    pthread_mutex_destroy(&server->lock);
    strv_clear(&server->requests);
    SSL_CTX_free(server->tls);
    free(server);
}

int fake_server_port(const struct fake_server *server)
{
    return server->port;
}

char *fake_server_url(const struct fake_server *server, const char *path)
{
    return xasprintf("%s://127.0.0.1:%d%s", server->tls ? "https" : "http", server->port, path);
}

size_t fake_server_requests(struct fake_server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->requests.count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

char *fake_server_request(struct fake_server *server, size_t i)
{
    pthread_mutex_lock(&server->lock);
    char *text = xstrdup(i < server->requests.count ? server->requests.items[i] : "");
    pthread_mutex_unlock(&server->lock);
    return text;
}

unsigned fake_server_peak(struct fake_server *server)
{
    pthread_mutex_lock(&server->lock);
    unsigned peak = server->peak;
    pthread_mutex_unlock(&server->lock);
    return peak;
}

unsigned fake_server_connections(struct fake_server *server)
{
    pthread_mutex_lock(&server->lock);
    unsigned connections = server->connections;
    pthread_mutex_unlock(&server->lock);
    return connections;
}

int fake_closed_port(void)
{
    int port = 0;
    int fd = listen_on_loopback(&port);
    close(fd);
    return port;
}
