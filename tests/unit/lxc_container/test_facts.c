#include "support/unit.h"

#include <sys/socket.h>
#include <unistd.h>

#include "lxc_container/facts.h"
#include "lxc_container/net.h"
#include "lxc_container/snapshot.h"

static void check_store(const char *text, const char *want)
{
    struct ct ct = {.config = {.after = text ? xstrdup(text) : NULL}};
    auto_free char *store = facts_store(&ct);
    assert_string_equal(store, want);
    free(ct.config.after);
}

static void test_facts_store__root_file_system__says_how_it_is_kept(void **state)
{
    (void)state;
    check_store("lxc.rootfs.path = dir:/a/rootfs\n", "dir");
    check_store("lxc.rootfs.path = /a/rootfs\n", "dir");
    check_store("lxc.rootfs.path = /a:b/rootfs\n", "dir");
    check_store("lxc.rootfs.path = overlay:/a:/b\n", "overlay");
    check_store("lxc.rootfs.path = dir:/a\nlxc.rootfs.path = loop:/b\n", "loop");
    check_store("# none\n", "dir");
    check_store(NULL, "dir");
}

static void test_facts_store__container_that_goes__is_told_by_the_file_as_it_is(void **state)
{
    (void)state;
    struct ct ct = {.config = {.before = xstrdup("lxc.rootfs.path = loop:/a/rootdev\n")}};
    auto_free char *store = facts_store(&ct);
    assert_string_equal(store, "loop");
    ct_config_clear(&ct.config);
}

static void test_snapshot_needs_rest__copies_of_the_container_itself__do(void **state)
{
    (void)state;
    struct ct_snapshot make = {.goal = CT_SNAPSHOT_PRESENT};
    struct ct_snapshot removal = {.goal = CT_SNAPSHOT_ABSENT, .name = "snap0"};
    struct ct_snapshot in_place = {.goal = CT_SNAPSHOT_RESTORED, .name = "snap0"};
    struct ct_snapshot beside = {.goal = CT_SNAPSHOT_RESTORED, .name = "snap0", .new_name = "b"};
    assert_true(snapshot_needs_rest(&make));
    assert_false(snapshot_needs_rest(&removal));
    assert_true(snapshot_needs_rest(&in_place));
    assert_false(snapshot_needs_rest(&beside));
}

static void test_net_look__own_process__has_lo_and_no_address_of_it(void **state)
{
    (void)state;
    struct error *err = NULL;
    auto_strv struct strv interfaces;
    auto_strv struct strv addresses;
    auto_strv struct strv of_lo;
    strv_init(&interfaces);
    strv_init(&addresses);
    strv_init(&of_lo);
    assert_int_equal(net_look(getpid(), NULL, 0, &interfaces, &addresses, &err), 0);
    assert_no_error(err);
    assert_true(strv_contains(&interfaces, "lo"));
    assert_false(strv_contains(&addresses, "127.0.0.1"));
    assert_int_equal(net_look(getpid(), "lo", AF_INET, NULL, &of_lo, &err), 0);
    assert_true(strv_contains(&of_lo, "127.0.0.1"));
}

static void test_net_look__no_such_process__is_an_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_int_equal(net_look(0x7ffffff0, NULL, 0, NULL, NULL, &err), -1);
    assert_error(&err, ERROR_IO, "cannot look at the network of process");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts_store__root_file_system__says_how_it_is_kept),
        cmocka_unit_test(test_facts_store__container_that_goes__is_told_by_the_file_as_it_is),
        cmocka_unit_test(test_snapshot_needs_rest__copies_of_the_container_itself__do),
        cmocka_unit_test(test_net_look__own_process__has_lo_and_no_address_of_it),
        cmocka_unit_test(test_net_look__no_such_process__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
