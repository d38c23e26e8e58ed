#include "support/unit.h"

#include "lxc_container/restart.h"

static void test_restart_needs__keys_that_are_read_late__do_not(void **state)
{
    (void)state;
    static const char *const free_keys[] = {
        "lxc.start.auto",   "lxc.start.delay",   "lxc.start.order",     "lxc.group",
        "lxc.log.file",     "lxc.log.level",     "lxc.signal.halt",     "lxc.hook.clone",
        "lxc.hook.destroy", "lxc.signal.reboot", "security.privileged", "raw.lxc",
    };
    static const char *const needing[] = {
        "lxc.signal.stop",
        "lxc.hook.post-stop",
        "lxc.environment",
        "lxc.ephemeral",
        "lxc.net.0.link",
        "lxc.cap.drop",
        "lxc.cgroup.memory.limit_in_bytes",
    };
    for (size_t i = 0; i < sizeof(free_keys) / sizeof(*free_keys); i++)
        assert_false(restart_needs(free_keys[i]));
    for (size_t i = 0; i < sizeof(needing) / sizeof(*needing); i++)
        assert_true(restart_needs(needing[i]));
}

static void test_restart_differs__empty_and_unset__are_the_same(void **state)
{
    (void)state;
    assert_false(restart_differs("lxc.cap.drop", "", NULL));
    assert_false(restart_differs("lxc.cap.drop", "a\nb", "a\nb"));
    assert_true(restart_differs("lxc.cap.drop", "", "a"));
    assert_true(restart_differs("lxc.cap.drop", "a", NULL));
    assert_false(restart_differs("lxc.cap.drop", NULL, "a"));
}

static void test_restart_differs__what_liblxc_made_up__does_not_count(void **state)
{
    (void)state;
    assert_false(restart_differs("lxc.net.0.veth.pair", "", "vethABC"));
    assert_true(restart_differs("lxc.net.0.veth.pair", "web0", "vethABC"));
    assert_false(restart_differs("lxc.net.0.hwaddr", "00:16:3e:xx:xx:xx", "00:16:3e:01:02:03"));
    assert_false(restart_differs("lxc.net.0.hwaddr", "", "00:16:3e:01:02:03"));
    assert_true(restart_differs("lxc.net.0.hwaddr", "00:16:3e:01:02:04", "00:16:3e:01:02:03"));
    assert_true(restart_differs("lxc.net.0.link", "", "br0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restart_needs__keys_that_are_read_late__do_not),
        cmocka_unit_test(test_restart_differs__empty_and_unset__are_the_same),
        cmocka_unit_test(test_restart_differs__what_liblxc_made_up__does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
