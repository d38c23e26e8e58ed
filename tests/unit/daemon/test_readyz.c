#include "daemon/readyz.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "fakes/fake_pki.h"
#include "support/unit.h"

/* One cluster that is asked. */
struct question {
    struct loop_source dialled; /* as daemon/dial.h leaves it */
    struct readyz *readyz;
    int peer; /* the cluster's end */
    bool success;
    bool last; /* the world ends with it */
};

struct world {
    struct server server;
    struct question good, bad;
    struct fake_pair pair;
    int failed[2]; /* a pipe: BAD has failed */
};

static void on_done(void *context, bool success, maybe_unused const char *why)
{
    struct question *question = context;
    struct world *world = question->last ? container_of(question, struct world, good)
                                         : container_of(question, struct world, bad);
    question->success = success;
    readyz_free(steal_ptr(question->readyz));
    world->server.loop.stop = question->last;
    if (!question->last)
        assert_int_equal(write(world->failed[1], "", 1), 1);
}

static void ask(struct world *world, struct question *question)
{
    int ends[2];
    struct error *err = NULL;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    question->peer = ends[1];
    question->dialled.fd = ends[0];
    assert_int_equal(loop_add(&world->server.loop, &question->dialled, EPOLLIN, &err), 0);
    question->readyz = readyz_start(&world->server, ends[0], "c", on_done, question);
}

static SSL_CTX *serve_with(const struct fake_pair *pair)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    BIO *certificate_text = BIO_new_mem_buf(pair->certificate, -1);
    BIO *key_text = BIO_new_mem_buf(pair->key, -1);
    X509 *certificate = PEM_read_bio_X509(certificate_text, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_text, NULL, NULL, NULL);
    SSL_CTX_use_certificate(tls, certificate);
    SSL_CTX_use_PrivateKey(tls, key);
    EVP_PKEY_free(key);
    X509_free(certificate);
    BIO_free(key_text);
    BIO_free(certificate_text);
    return tls;
}

/* Once it was asked the other cluster answers nonsense; only then comes its own answer, in parts.
 */
static void *api_server(void *context)
{
    enum { PAUSE_US = 50000 };
    struct world *world = context;
    SSL_CTX *tls = serve_with(&world->pair);
    SSL *ssl = SSL_new(tls);
    char bytes[256];
    SSL_set_fd(ssl, world->good.peer);
    bool fine = SSL_accept(ssl) == 1 && SSL_read(ssl, bytes, sizeof(bytes)) > 0 &&
                write(world->bad.peer, "nonsense", 8) == 8 &&
                read(world->failed[0], bytes, 1) == 1 && SSL_write(ssl, "HTTP/1.1", 8) == 8;
    usleep(PAUSE_US);
    fine = fine && SSL_write(ssl, " 200 OK\r\n\r\n", 11) == 11;
    SSL_free(ssl);
    SSL_CTX_free(tls);
    return fine ? world : NULL;
}

/* OpenSSL keeps one list of errors for the whole thread. */
static void test_readyz__another_cluster_fails_meanwhile__is_no_failure(maybe_unused void **state)
{
    struct world world = {.good.last = true, .bad.success = true};
    struct error *err = NULL;
    pthread_t thread;
    void *served = NULL;
    world.pair = fake_pair_new("c", NULL, NULL, 0);
    assert_int_equal(loop_init(&world.server.loop, &err), 0);
    assert_int_equal(pipe(world.failed), 0);
    ask(&world, &world.good);
    ask(&world, &world.bad);
    assert_int_equal(pthread_create(&thread, NULL, api_server, &world), 0);
    assert_int_equal(loop_run(&world.server.loop, &err), 0);
    close(world.failed[1]);
    pthread_join(thread, &served);
    assert_false(world.bad.success);
    assert_true(world.good.success);
    assert_non_null(served);
    close(world.good.peer);
    close(world.bad.peer);
    close(world.failed[0]);
    loop_clear(&world.server.loop);
    fake_pair_clear(&world.pair);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_readyz__another_cluster_fails_meanwhile__is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
