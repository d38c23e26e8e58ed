#include "daemon/exchange.h"

#include <poll.h>

#include "support/unit.h"

static bool readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    return poll(&wanted, 1, 0) == 1;
}

static void test_exchange__hand_over__drops_what_is_under_way(maybe_unused void **state)
{
    struct error *error = NULL;
    auto_exchange struct exchange *exchange = exchange_new(&error);
    assert_no_error(error);
    exchange_set_reload(exchange);
    exchange_set_order(exchange, EXCHANGE_DRAIN);
    assert_false(readable(exchange_hand_over_fd(exchange)));
    exchange_set_order(exchange, EXCHANGE_HAND_OVER);
    exchange_quiet(exchange);
    assert_true(readable(exchange_hand_over_fd(exchange)));
}

/* What is published is the successor's from then on. */
static void
test_exchange__told_to_leave_after_a_hand_over__deletes_nothing(maybe_unused void **state)
{
    struct error *error = NULL;
    auto_exchange struct exchange *exchange = exchange_new(&error);
    assert_no_error(error);
    exchange_set_order(exchange, EXCHANGE_HAND_OVER);
    exchange_set_order(exchange, EXCHANGE_DRAIN);
    assert_int_equal(exchange_order(exchange), EXCHANGE_HAND_OVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchange__hand_over__drops_what_is_under_way),
        cmocka_unit_test(test_exchange__told_to_leave_after_a_hand_over__deletes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
