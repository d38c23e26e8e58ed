#include "daemon/dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/server.h"
#include "support/unit.h"

enum { TIMEOUT_MS = 50, CROWD = 4 };

struct world {
    struct server server;
    struct routes *routes;
    struct backend backend;
    int listening[2]; /* of the first and the second address */
    int crowd[CROWD];
    bool success;
};

static int listen_at(struct sockaddr_in *address)
{
    socklen_t size = sizeof(*address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)address, size), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
    return fd;
}

/* Whoever comes now gets no answer, neither yes nor no. */
static void crowd(struct world *world, const struct sockaddr_in *address)
{
    for (size_t i = 0; i < CROWD; i++) {
        world->crowd[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(world->crowd[i], (const struct sockaddr *)address, sizeof(*address)) < 0)
            assert_int_equal(errno, EINPROGRESS);
    }
}

/* Cluster "b" has two addresses, of which the first is silent. */
static void world_begin(struct world *world)
{
    struct error *err = NULL;
    char loopback[] = "127.0.0.1";
    *world = (struct world){.routes = routes_new()};
    assert_int_equal(loop_init(&world->server.loop, &err), 0);
    for (size_t i = 0; i < array_length(world->listening); i++) {
        struct sockaddr_in address;
        world->listening[i] = listen_at(&address);
        const struct route_target target = {.address = loopback, .port = ntohs(address.sin_port)};
        assert_int_equal(routes_add(world->routes, "b", NULL, &target, &err), 0);
        if (i == 0)
            crowd(world, &address);
    }
    assert_no_error(err);
    world->backend.route = routes_find(world->routes, "b");
}

static void world_end(struct world *world)
{
    for (size_t i = 0; i < array_length(world->listening); i++)
        close(world->listening[i]);
    for (size_t i = 0; i < CROWD; i++)
        close(world->crowd[i]);
    loop_clear(&world->server.loop);
    routes_free(world->routes);
}

static void on_done(struct dial *dial, bool success)
{
    container_of(dial->server, struct world, server)->success = success;
    dial->server->loop.stop = true;
}

/* As the probe does, which has less patience. */
static void test_dial__another_address_answered_meanwhile__is_tried_all_the_same(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin(&world);
    struct dial dial = {.server = &world.server,
                        .backend = &world.backend,
                        .source = {.fd = -1},
                        .timeout_ms = TIMEOUT_MS,
                        .done = on_done};
    dial_start(&dial);
    assert_int_equal(dial.at, 0);
    const struct netns_id id = {0};
    assert_false(backend_worked(&world.backend, NULL, &id, 1));
    assert_int_equal(loop_run(&world.server.loop, &err), 0);
    assert_true(world.success);
    assert_int_equal(dial.at, 1);
    dial_clear(&dial);
    world_end(&world);
}

/* A cluster that others forwarded to is reached from this host too, while one dials it. */
static void test_dial__namespace_appears_meanwhile__is_tried_too(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    char loopback[] = "127.0.0.1";
    const struct route_target target = {.address = loopback, .port = 1};
    world_begin(&world);
    struct dial dial = {.server = &world.server,
                        .backend = &world.backend,
                        .source = {.fd = -1},
                        .timeout_ms = TIMEOUT_MS,
                        .done = on_done};
    dial_start(&dial);
    assert_int_equal(routes_add(world.routes, "local", "net", &target, &err), 0);
    world.backend.route = routes_find(world.routes, "local");
    strv_add(&world.backend.candidates, "ovnmeta-net");
    world.server.place.directory = "/nowhere";
    assert_int_equal(loop_run(&world.server.loop, &err), 0);
    assert_false(world.success);
    assert_error(&dial.error, ERROR_IO, "ovnmeta-net");
    dial_clear(&dial);
    strv_clear(&world.backend.candidates);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dial__namespace_appears_meanwhile__is_tried_too),
        cmocka_unit_test(test_dial__another_address_answered_meanwhile__is_tried_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
