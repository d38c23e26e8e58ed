#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/flow.h"
#include "support/unit.h"

/* Two pairs of sockets with a flow between: bytes written to in[0] come out of out[1]. */
struct pipeline {
    int in[2];
    int out[2];
    struct flow flow;
    struct flow_end from;
    struct flow_end to;
    struct flow_pool pool;
};

static int make(void **state)
{
    struct pipeline *p = xcalloc(1, sizeof(*p));
    p->flow = (struct flow)FLOW_INIT;
    flow_pool_init(&p->pool, 2);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->in) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->out) < 0)
        return -1;
    p->from = (struct flow_end){.fd = p->in[1], .readable = true, .writable = true};
    p->to = (struct flow_end){.fd = p->out[0], .readable = true, .writable = true};
    *state = p;
    return 0;
}

static int unmake(void **state)
{
    struct pipeline *p = *state;
    flow_clear(&p->flow, &p->pool);
    flow_pool_clear(&p->pool);
    for (int i = 0; i < 2; i++) {
        close(p->in[i]);
        close(p->out[i]);
    }
    free(p);
    return 0;
}

static enum flow_result move(struct pipeline *p)
{
    p->from.readable = p->to.writable = true;
    return flow_move(&p->flow, &p->from, &p->to, &p->pool);
}

static void test_flow__a_little__arrives_without_pipe(void **state)
{
    struct pipeline *p = *state;
    char text[16];
    assert_int_equal(write(p->in[0], "hello", 5), 5);
    assert_int_equal(move(p), FLOW_WAITS);
    assert_int_equal(read(p->out[1], text, sizeof(text)), 5);
    assert_int_equal(p->pool.made, 0);
    assert_int_equal(p->flow.bytes, 5);
    assert_false(p->from.readable);
}

static void test_flow__a_little__is_all_until_the_next_edge(void **state)
{
    struct pipeline *p = *state;
    assert_int_equal(write(p->in[0], "hello", 5), 5);
    shutdown(p->in[0], SHUT_WR); /* after the event was told: another one follows */
    assert_int_equal(move(p), FLOW_WAITS);
    assert_false(p->flow.ended);
    assert_int_equal(move(p), FLOW_ENDED);
}

static void test_flow__end__is_passed_on_once(void **state)
{
    struct pipeline *p = *state;
    char text[16];
    assert_int_equal(write(p->in[0], "bye", 3), 3);
    shutdown(p->in[0], SHUT_WR);
    p->from.over = true; /* as epoll tells */
    assert_int_equal(move(p), FLOW_ENDED);
    assert_int_equal(move(p), FLOW_ENDED);
    assert_int_equal(read(p->out[1], text, sizeof(text)), 3);
    assert_int_equal(read(p->out[1], text, sizeof(text)), 0);
    assert_int_equal(write(p->out[1], "x", 1), 1); /* the other direction is still open */
}

static void test_flow__end_of_both__is_left_to_who_closes_them(void **state)
{
    struct pipeline *p = *state;
    char text[16];
    shutdown(p->in[0], SHUT_WR);
    p->from.over = true;
    p->to.done = true;
    assert_int_equal(move(p), FLOW_ENDED);
    assert_true(p->from.done);
    assert_int_equal(read(p->out[1], text, sizeof(text)), -1);
    assert_int_equal(errno, EAGAIN);
}

/* Writes and reads until TOTAL numbered bytes came through, the reader as slow as READS bytes. */
static void pump(struct pipeline *p, size_t total, size_t reads)
{
    size_t written = 0;
    size_t seen = 0;
    auto_free unsigned char *bytes = xmalloc(reads + 64 * 1024);
    while (seen < total) {
        size_t some = total - written < 64 * 1024 ? total - written : 64 * 1024;
        for (size_t i = 0; i < some; i++)
            bytes[i] = (unsigned char)((written + i) % 251);
        ssize_t put = some ? write(p->in[0], bytes, some) : 0;
        written += put > 0 ? (size_t)put : 0;
        assert_int_not_equal(move(p), FLOW_BROKEN);
        ssize_t got = read(p->out[1], bytes, reads);
        for (ssize_t i = 0; i < got; i++)
            assert_int_equal(bytes[i], (seen + (size_t)i) % 251);
        seen += got > 0 ? (size_t)got : 0;
    }
}

static void test_flow__stream__same_bytes_and_pipes_returned(void **state)
{
    struct pipeline *p = *state;
    pump(p, 3 * 1024 * 1024, 256 * 1024);
    move(p);
    assert_int_equal(p->flow.pipe.out, -1);
    assert_true(p->pool.made <= 2);
    assert_int_equal(p->pool.count, p->pool.made);
}

static void test_flow__slow_reader__nothing_lost_and_little_kept(void **state)
{
    struct pipeline *p = *state;
    pump(p, 600 * 1024, 1000);
    assert_true(p->flow.held <= FLOW_PIPE);
}

static void test_flow__no_descriptors_left__copies_instead(void **state)
{
    struct pipeline *p = *state;
    int fds[4096];
    int count = 0;
    while (count < 4096 && (fds[count] = fcntl(p->in[0], F_DUPFD, 0)) >= 0)
        count++;
    /* Where the limit is higher than that, the pipe is simply made. */
    pump(p, 1024 * 1024, 64 * 1024);
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

static void test_flow__receiver_gone__broken(void **state)
{
    struct pipeline *p = *state;
    shutdown(p->out[1], SHUT_RD);
    assert_int_equal(write(p->in[0], "hello", 5), 5);
    assert_int_equal(move(p), FLOW_BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_flow__a_little__arrives_without_pipe, make, unmake),
        cmocka_unit_test_setup_teardown(test_flow__a_little__is_all_until_the_next_edge, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(test_flow__end__is_passed_on_once, make, unmake),
        cmocka_unit_test_setup_teardown(test_flow__end_of_both__is_left_to_who_closes_them, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(test_flow__stream__same_bytes_and_pipes_returned, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(test_flow__slow_reader__nothing_lost_and_little_kept, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(test_flow__no_descriptors_left__copies_instead, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(test_flow__receiver_gone__broken, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
