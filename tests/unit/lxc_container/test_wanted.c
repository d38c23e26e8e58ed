#include "support/unit.h"

#include "base/buf.h"
#include "lxc_container/wanted.h"

static int read_json(const char *json, struct wanted *wanted, struct strv *sources,
                     struct error **err)
{
    json_auto_t *params = json_loads(json, 0, NULL);
    assert_non_null(params);
    *wanted = (struct wanted){0};
    return wanted_read(wanted, params, sources, err);
}

/* "key=value|value" with a "!" in front where the key is replaced, one a line. */
static char *text_of(const struct wanted *wanted)
{
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < wanted->count; i++) {
        auto_free char *values = strv_join(&wanted->keys[i].values, "|");
        buf_printf(&text, "%s%s=%s\n", wanted->keys[i].replace ? "!" : "", wanted->keys[i].key,
                   values);
    }
    for (size_t i = 0; i < wanted->net_keys.count; i++)
        buf_printf(&text, "%s=%s\n", wanted->net_keys.items[i], wanted->net_values.items[i]);
    return buf_steal(&text);
}

static void check(const char *json, const char *want)
{
    struct wanted wanted;
    struct error *err = NULL;
    auto_strv struct strv sources;
    strv_init(&sources);
    int result = read_json(json, &wanted, &sources, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    auto_free char *text = text_of(&wanted);
    assert_string_equal(text, want);
    wanted_clear(&wanted);
}

static void refuse(const char *json, const char *part)
{
    struct wanted wanted;
    struct error *err = NULL;
    auto_strv struct strv sources;
    strv_init(&sources);
    assert_int_equal(read_json(json, &wanted, &sources, &err), -1);
    assert_error(&err, ERROR_USAGE, part);
    wanted_clear(&wanted);
}

static void test_wanted__every_form_of_container_config__means_the_same(void **state)
{
    (void)state;
    static const char want[] = "lxc.uts.name=a\nlxc.group=x|y\n";
    check("{\"container_config\": [\"lxc.uts.name = a\", \"lxc.group=x\", \" lxc.group=y \"]}",
          want);
    check("{\"container_config\": [{\"key\": \"lxc.uts.name\", \"value\": \"a\"}, {\"key\": "
          "\"lxc.group\", \"value\": [\"x\", \"y\"]}]}",
          want);
    check("{\"container_config\": {\"lxc.uts.name\": \"a\", \"lxc.group\": [\"x\", \"y\"]}}", want);
    check("{\"container_config\": [{\"lxc.uts.name\": \"a\", \"lxc.group\": [\"x\", \"y\"]}]}",
          want);
    check("{\"container_config\": \"lxc.uts.name=a=b\"}", "lxc.uts.name=a=b\n");
}

static void test_wanted__values_that_are_no_text__become_what_liblxc_reads(void **state)
{
    (void)state;
    check("{\"container_config\": {\"lxc.start.auto\": true, \"lxc.start.delay\": 5, "
          "\"lxc.autodev\": false, \"lxc.cap.drop\": null, \"security.nesting\": true}}",
          "lxc.start.auto=1\nlxc.start.delay=5\nlxc.autodev=0\n!lxc.cap.drop=\n"
          "security.nesting=true\n");
}

static void test_wanted__list_that_starts_empty_or_mode_replace__replaces(void **state)
{
    (void)state;
    check("{\"container_config\": [\"lxc.cap.drop=\", \"lxc.cap.drop=mknod\", \"lxc.group=\"]}",
          "!lxc.cap.drop=|mknod\n!lxc.group=\n");
    check("{\"container_config\": [\"lxc.group=a\"], \"container_config_mode\": \"replace\"}",
          "!lxc.group=a\n");
    check("{\"container_config\": [\"lxc.mount.auto=\"]}", "lxc.mount.auto=\n");
}

static void test_wanted__what_is_no_line__is_refused(void **state)
{
    (void)state;
    refuse("{\"container_config\": [\"lxc.start.auto\"]}", "\"lxc.start.auto\" is not of the form");
    refuse("{\"container_config\": [\"=x\"]}", "is no key");
    refuse("{\"container_config\": [\"a b=x\"]}", "\"a b\" is no key");
    refuse("{\"container_config\": [3]}", "neither key=value");
    refuse("{\"container_config\": {\"lxc.uts.name\": \"a\\nb\"}}", "several lines");
    refuse("{\"container_config\": {\"lxc.uts.name\": {\"a\": 1}}}", "is a dictionary");
    refuse("{\"container_config\": [\"lxc.aa_profile=x\"]}", "lxc.apparmor.profile");
    refuse("{\"container_config\": [\"lxc.tty.max=1\", \"lxc.tty.max=2\"]}",
           "lxc.tty.max takes one value and is given two: \"1\" and \"2\"");
}

static void test_wanted__bind_mounts__become_entries(void **state)
{
    (void)state;
    struct wanted wanted;
    struct error *err = NULL;
    auto_strv struct strv sources;
    strv_init(&sources);
    assert_int_equal(
        read_json("{\"bind_mounts\": [{\"source\": \"/a b\", \"target\": \"/srv\", \"create\": "
                  "\"dir\", \"options\": [\"ro\"], \"optional\": true, \"create_source\": true}, "
                  "{\"source\": \"/dev/kmsg\", \"target\": \"dev/kmsg\", \"create\": \"file\", "
                  "\"options\": [], \"optional\": false, \"create_source\": false}]}",
                  &wanted, &sources, &err),
        0);
    auto_free char *text = text_of(&wanted);
    assert_string_equal(text, "lxc.mount.entry=/a\\040b srv none bind,create=dir,optional,ro 0 0|"
                              "/dev/kmsg dev/kmsg none bind,create=file 0 0\n");
    assert_int_equal(sources.count, 1);
    assert_string_equal(sources.items[0], "/a b");
    wanted_clear(&wanted);
    refuse("{\"bind_mounts\": [{\"source\": \"/a\", \"target\": \"/\", \"create\": \"dir\"}]}",
           "bind_mounts[0]: target / is no path");
    refuse("{\"bind_mounts\": [{\"source\": \"a\", \"target\": \"/b\", \"create\": \"dir\"}]}",
           "bind_mounts[0]: source a is not absolute");
}

static void test_wanted__networks__become_lines_with_the_type_first(void **state)
{
    (void)state;
    check("{\"networks\": [{\"type\": \"veth\", \"link\": \"br0\", \"name\": \"eth0\", \"flags\": "
          "\"up\", \"mtu\": 1400, \"address\": [\"10.0.0.2/24\", \"fd00::2/64\"], \"gateway\": "
          "[\"10.0.0.1\"], \"veth_pair\": \"p\"}, {\"type\": \"empty\", \"flags\": \"\"}]}",
          "lxc.net.0.type=veth\nlxc.net.0.link=br0\nlxc.net.0.name=eth0\nlxc.net.0.flags=up\n"
          "lxc.net.0.veth.pair=p\nlxc.net.0.mtu=1400\nlxc.net.0.ipv4.address=10.0.0.2/24\n"
          "lxc.net.0.ipv6.address=fd00::2/64\nlxc.net.0.ipv4.gateway=10.0.0.1\n"
          "lxc.net.1.type=empty\n");
    refuse("{\"networks\": [], \"container_config\": [\"lxc.net.0.type=empty\"]}",
           "networks and container_config both give lxc.net.0.type");
}

static void test_wanted__rootfs_managed_and_absent__are_lines_too(void **state)
{
    (void)state;
    check("{\"rootfs_managed\": false}", "lxc.rootfs.managed=0\n");
    struct wanted wanted;
    struct error *err = NULL;
    auto_strv struct strv sources;
    strv_init(&sources);
    assert_int_equal(
        read_json("{\"container_config_absent\": [\"a\", \"b=c\"]}", &wanted, &sources, &err), 0);
    assert_int_equal(wanted.absent.count, 2);
    wanted_clear(&wanted);
}

static void test_wanted_drop__one_key__leaves_the_others(void **state)
{
    (void)state;
    struct wanted wanted = {0};
    struct error *err = NULL;
    assert_int_equal(wanted_add(&wanted, "a", "1", &err), 0);
    assert_int_equal(wanted_add(&wanted, "b", "2", &err), 0);
    wanted_drop(&wanted, "a");
    wanted_drop(&wanted, "none");
    assert_int_equal(wanted.count, 1);
    assert_null(wanted_find(&wanted, "a"));
    assert_string_equal(wanted_find(&wanted, "b")->values.items[0], "2");
    wanted_clear(&wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wanted__every_form_of_container_config__means_the_same),
        cmocka_unit_test(test_wanted__values_that_are_no_text__become_what_liblxc_reads),
        cmocka_unit_test(test_wanted__list_that_starts_empty_or_mode_replace__replaces),
        cmocka_unit_test(test_wanted__what_is_no_line__is_refused),
        cmocka_unit_test(test_wanted__bind_mounts__become_entries),
        cmocka_unit_test(test_wanted__networks__become_lines_with_the_type_first),
        cmocka_unit_test(test_wanted__rootfs_managed_and_absent__are_lines_too),
        cmocka_unit_test(test_wanted_drop__one_key__leaves_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
