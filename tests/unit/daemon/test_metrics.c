#include "daemon/metrics.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "support/temp_dir.h"
#include "support/unit.h"

struct scene {
    struct server server;
    struct metrics *metrics;
    struct loop_source signal;
};

static void on_signal(struct loop_source *source, maybe_unused uint32_t events)
{
    struct scene *scene = container_of(source, struct scene, signal);
    metrics_free(steal_ptr(scene->metrics));
    scene->server.loop.stop = true;
}

static int knock(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)),
                     0);
    return fd;
}

/* As a signal for a hand-over does it while somebody asks for the metrics. */
static void test_metrics__ended_in_a_round_that_has_news_for_them__are_left_alone(void **state)
{
    auto_error struct error *error = NULL;
    auto_free char *path = xasprintf("%s/metrics", (char *)*state);
    struct config config = {.metrics = path};
    struct scene scene = {.server = {.config = &config}};
    assert_int_equal(loop_init(&scene.server.loop, &error), 0);
    scene.metrics = metrics_new(&scene.server, &error);
    assert_no_error(error);
    scene.signal = (struct loop_source){.fd = eventfd(1, EFD_CLOEXEC), .ready = on_signal};
    assert_int_equal(loop_add(&scene.server.loop, &scene.signal, EPOLLIN, &error), 0);
    int client = knock(path);
    assert_int_equal(loop_run(&scene.server.loop, &error), 0);
    assert_null(scene.metrics);
    loop_close(&scene.server.loop, &scene.signal);
    loop_clear(&scene.server.loop);
    close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_metrics__ended_in_a_round_that_has_news_for_them__are_left_alone, temp_dir_make,
            temp_dir_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
