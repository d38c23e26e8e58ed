#include "support/unit.h"

#include "lxc_container/keys.h"

static void test_key_class__known_keys__are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        enum key_class class;
    } rows[] = {
        {"lxc.uts.name", KEY_SCALAR},
        {"lxc.mount.auto", KEY_SCALAR},
        {"lxc.mount.entry", KEY_LIST},
        {"lxc.cap.drop", KEY_LIST},
        {"lxc.cgroup.devices.allow", KEY_LIST},
        {"lxc.cgroup2.memory.max", KEY_LIST},
        {"lxc.cgroup.dir.container", KEY_SCALAR},
        {"lxc.cgroup.relative", KEY_SCALAR},
        {"lxc.net.0.type", KEY_SCALAR},
        {"lxc.net.12.ipv4.address", KEY_LIST},
        {"lxc.net.x.ipv4.address", KEY_SCALAR},
        {"lxc.include", KEY_INCLUDE},
        {"security.nesting", KEY_MARTIAN},
        {"LXC.uts.name", KEY_MARTIAN},
        {"lxc.prlimit.nofile", KEY_SCALAR},
        {"lxc.hook.post-stop", KEY_LIST},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(key_class(rows[i].key), rows[i].class);
}

static void test_key_net_prefix__keys_of_devices__give_the_length(void **state)
{
    (void)state;
    assert_int_equal(key_net_prefix("lxc.net.0.type"), 10);
    assert_int_equal(key_net_prefix("lxc.net.10.veth.pair"), 11);
    assert_int_equal(key_net_prefix("lxc.net.0"), 0);
    assert_int_equal(key_net_prefix("lxc.net"), 0);
    assert_int_equal(key_net_prefix("lxc.network.0.type"), 0);
    assert_true(key_is_net_type("lxc.net.3.type"));
    assert_false(key_is_net_type("lxc.net.3.link"));
    assert_false(key_is_net_type("lxc.type"));
}

static void test_key_base__sub_keys__lead_to_the_entry_of_liblxc(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"lxc.cgroup.devices.allow", "lxc.cgroup"},
        {"lxc.cgroup2.memory.max", "lxc.cgroup2"},
        {"lxc.cgroup.dir", "lxc.cgroup.dir"},
        {"lxc.cgroup.relative", "lxc.cgroup.relative"},
        {"lxc.net.0.type", "lxc.net."},
        {"lxc.prlimit.nofile", "lxc.prlimit"},
        {"lxc.namespace.share.net", "lxc.namespace.share."},
        {"lxc.uts.name", "lxc.uts.name"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        auto_free char *base = key_base(rows[i][0]);
        assert_string_equal(base, rows[i][1]);
    }
}

static void test_key_lines__keys_of_lists__say_which_lines_replace_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        enum key_lines lines;
    } rows[] = {
        {"lxc.cap.drop", KEY_LINES_ALL},
        {"lxc.mount.entry", KEY_LINES_MOUNTS},
        {"lxc.environment", KEY_LINES_VARIABLES},
        {"lxc.environment.hooks", KEY_LINES_VARIABLES},
        {"lxc.cgroup.devices.allow", KEY_LINES_ALL},
        {"lxc.cgroup2.devices.deny", KEY_LINES_ALL},
        {"lxc.cgroup2.memory.max", KEY_LINES_ONE},
        {"lxc.cgroup.memory.limit_in_bytes", KEY_LINES_ONE},
        {"lxc.cgroup2.io.max", KEY_LINES_DEVICES},
        {"lxc.cgroup.io.max", KEY_LINES_DEVICES},
        {"lxc.cgroup.blkio.weight_device", KEY_LINES_DEVICES},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(key_lines(rows[i].key), rows[i].lines);
}

static void test_key_renamed__names_of_lxc_2__lead_to_those_of_today(void **state)
{
    (void)state;
    assert_string_equal(key_renamed("lxc.aa_profile"), "lxc.apparmor.profile");
    assert_string_equal(key_renamed("lxc.network.type"), "lxc.net.N.");
    assert_string_equal(key_renamed("lxc.utsname"), "lxc.uts.name");
    assert_null(key_renamed("lxc.uts.name"));
    assert_null(key_renamed("lxc.rootfs.path"));
    assert_null(key_renamed("lxc.mount.entry"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_class__known_keys__are_told_apart),
        cmocka_unit_test(test_key_net_prefix__keys_of_devices__give_the_length),
        cmocka_unit_test(test_key_base__sub_keys__lead_to_the_entry_of_liblxc),
        cmocka_unit_test(test_key_lines__keys_of_lists__say_which_lines_replace_each_other),
        cmocka_unit_test(test_key_renamed__names_of_lxc_2__lead_to_those_of_today),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
