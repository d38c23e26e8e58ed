#include "support/unit.h"

#include "base/buf.h"
#include "lxc_container/config.h"

/* BEFORE edited by the items "key=value" (ended by NULL) gives AFTER, and again AFTER. */
static void check(const char *before, const char *const *items, bool replace, const char *after)
{
    struct wanted wanted = {0};
    struct error *err = NULL;
    for (; *items; items++) {
        const char *sign = strchr(*items, '=');
        auto_free char *key = xmemdup(*items, (size_t)(sign - *items));
        assert_int_equal(wanted_add(&wanted, key, sign + 1, &err), 0);
        wanted_find(&wanted, key)->replace = replace;
    }
    auto_strv struct strv none;
    strv_init(&none);
    auto_free char *text = xstrdup(before);
    for (int i = 0; i < 2; i++) {
        auto_text struct text lines;
        text_init(&lines);
        text_read(&lines, text);
        config_edit(&lines, &wanted, &none);
        free(text);
        text = text_write(&lines);
        assert_string_equal(text, after);
    }
    wanted_clear(&wanted);
}
#define ITEMS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_config_edit__scalar_that_is_missing__is_added_at_the_end(void **state)
{
    (void)state;
    check("# x\nlxc.uts.name = a\n", ITEMS("lxc.start.order=5"), false,
          "# x\nlxc.uts.name = a\nlxc.start.order = 5\n");
}

static void test_config_edit__scalar_with_another_value__changes_in_place(void **state)
{
    (void)state;
    check("lxc.start.order = 5\n# x\n", ITEMS("lxc.start.order=6"), false,
          "lxc.start.order = 6\n# x\n");
}

static void test_config_edit__scalar_on_several_lines__changes_the_last(void **state)
{
    (void)state;
    check("lxc.start.order = 5\nlxc.start.order = 7\nlxc.start.order = 6\n",
          ITEMS("lxc.start.order=5"), false,
          "lxc.start.order = 5\nlxc.start.order = 7\nlxc.start.order = 5\n");
}

static void test_config_edit__scalar_in_another_spelling__stays(void **state)
{
    (void)state;
    static const char text[] = "  lxc.uts.name=\"web\"  \r\n#lxc.uts.name = b\n\nmartian=1\n";
    check(text, ITEMS("lxc.uts.name=web", "martian=1"), false, text);
}

static void test_config_edit__comment_with_the_key__is_no_line_of_it(void **state)
{
    (void)state;
    check("#lxc.start.order = 5\n", ITEMS("lxc.start.order=5"), false,
          "#lxc.start.order = 5\nlxc.start.order = 5\n");
}

static void test_config_edit__list__gets_what_is_missing_behind_its_last_line(void **state)
{
    (void)state;
    check("lxc.group = a\n# x\n", ITEMS("lxc.group=a", "lxc.group=b"), false,
          "lxc.group = a\nlxc.group = b\n# x\n");
}

static void test_config_edit__list_that_is_emptied_before__needs_it_again(void **state)
{
    (void)state;
    check("lxc.group = a\nlxc.group =\n# x\n", ITEMS("lxc.group=a"), false,
          "lxc.group = a\nlxc.group =\nlxc.group = a\n# x\n");
    check("lxc.cgroup.devices.allow = a\nlxc.cgroup =\n", ITEMS("lxc.cgroup.devices.allow=a"),
          false, "lxc.cgroup.devices.allow = a\nlxc.cgroup =\nlxc.cgroup.devices.allow = a\n");
}

static void test_config_edit__replaced_list__is_the_wanted_one_in_its_place(void **state)
{
    (void)state;
    check("lxc.group = a\n# x\nlxc.group = b\n# y\n", ITEMS("lxc.group=c", "lxc.group=b"), true,
          "# x\nlxc.group = c\nlxc.group = b\n# y\n");
}

static void test_config_edit__list_that_starts_empty__stands_behind_includes(void **state)
{
    (void)state;
    check("lxc.cap.drop = sys_time\nlxc.include = /c\n# x\n", ITEMS("lxc.cap.drop="), true,
          "lxc.include = /c\n# x\nlxc.cap.drop =\n");
    check("lxc.include = /c\n", ITEMS("lxc.cap.drop=", "lxc.cap.drop=mknod"), true,
          "lxc.include = /c\nlxc.cap.drop =\nlxc.cap.drop = mknod\n");
}

static void test_config_edit__list_that_starts_empty__stays_without_an_include(void **state)
{
    (void)state;
    static const char text[] = "lxc.include = /c\nlxc.cap.drop=\nlxc.uts.name = a\n";
    check(text, ITEMS("lxc.cap.drop="), true, text);
}

static void test_config_edit__mount__is_told_by_its_target(void **state)
{
    (void)state;
    check("lxc.mount.entry = /a  srv none\tbind 0 0\n",
          ITEMS("lxc.mount.entry=/a srv none bind 0 0"), false,
          "lxc.mount.entry = /a  srv none\tbind 0 0\n");
    check("lxc.mount.entry = /a srv none bind 0 0\nlxc.mount.entry = /x opt none bind 0 0\n",
          ITEMS("lxc.mount.entry=/b /srv/ none bind,ro 0 0"), false,
          "lxc.mount.entry = /b /srv/ none bind,ro 0 0\nlxc.mount.entry = /x opt none bind 0 0\n");
}

static void test_config_edit__limit__is_one_line(void **state)
{
    (void)state;
    check("lxc.cgroup2.memory.max = 1G\n# x\n", ITEMS("lxc.cgroup2.memory.max=2G"), false,
          "lxc.cgroup2.memory.max = 2G\n# x\n");
    check("lxc.cgroup2.memory.max = 1G\nlxc.cgroup2.memory.max = 2G\n",
          ITEMS("lxc.cgroup2.memory.max=1G"), false,
          "lxc.cgroup2.memory.max = 1G\nlxc.cgroup2.memory.max = 1G\n");
    check("lxc.cgroup.cpu.shares = 512\nlxc.cgroup =\n", ITEMS("lxc.cgroup.cpu.shares=512"), false,
          "lxc.cgroup.cpu.shares = 512\nlxc.cgroup =\nlxc.cgroup.cpu.shares = 512\n");
    check("lxc.cgroup2.devices.allow = a\nlxc.cgroup.devices.deny = a\n",
          ITEMS("lxc.cgroup2.devices.allow=c 1:3 r", "lxc.cgroup.devices.deny=b"), false,
          "lxc.cgroup2.devices.allow = a\nlxc.cgroup2.devices.allow = c 1:3 r\n"
          "lxc.cgroup.devices.deny = a\nlxc.cgroup.devices.deny = b\n");
}

static void test_config_edit__limit_of_a_device__is_one_line_for_each(void **state)
{
    (void)state;
    check("lxc.cgroup2.io.max = 8:0 rbps=1 wbps=1\nlxc.cgroup2.io.max = 8:16 rbps=1 wbps=1\n",
          ITEMS("lxc.cgroup2.io.max=8:0 rbps=2 wbps=max", "lxc.cgroup2.io.max=8:0 riops=5"), false,
          "lxc.cgroup2.io.max = 8:0 rbps=2 wbps=max\n"
          "lxc.cgroup2.io.max = 8:16 rbps=1 wbps=1\nlxc.cgroup2.io.max = 8:0 riops=5\n");
    check("lxc.cgroup.blkio.throttle.read_bps_device = 8:0 1\n",
          ITEMS("lxc.cgroup.blkio.throttle.read_bps_device=8:16 1",
                "lxc.cgroup.blkio.throttle.read_bps_device=8:0  2"),
          false,
          "lxc.cgroup.blkio.throttle.read_bps_device = 8:0  2\n"
          "lxc.cgroup.blkio.throttle.read_bps_device = 8:16 1\n");
    check("lxc.cgroup2.io.weight = default 50\n", ITEMS("lxc.cgroup2.io.weight=60"), false,
          "lxc.cgroup2.io.weight = 60\n");
    check("lxc.cgroup2.io.weight = default 50\n",
          ITEMS("lxc.cgroup2.io.weight=default 60", "lxc.cgroup2.io.weight=8:0 70"), false,
          "lxc.cgroup2.io.weight = default 60\nlxc.cgroup2.io.weight = 8:0 70\n");
}

static void test_config_edit__variable__is_told_by_its_name(void **state)
{
    (void)state;
    check("lxc.environment = A=1\nlxc.environment = AB=1\n",
          ITEMS("lxc.environment=A=2", "lxc.environment=AB"), false,
          "lxc.environment = A=2\nlxc.environment = AB\n");
    check("lxc.environment = A=1\nlxc.environment = A=2\n", ITEMS("lxc.environment=A=1"), false,
          "lxc.environment = A=1\nlxc.environment = A=1\n");
    check("lxc.environment = \"A=1\"\n", ITEMS("lxc.environment='A=1'"), false,
          "lxc.environment = \"A=1\"\n");
    check("lxc.environment = A=1\n", ITEMS("lxc.environment='A=2'"), false,
          "lxc.environment = 'A=2'\n");
    check("lxc.environment.runtime = A=1\n", ITEMS("lxc.environment.runtime=A=2"), false,
          "lxc.environment.runtime = A=2\n");
}

static void test_config_edit__type_of_a_device__stands_before_its_other_lines(void **state)
{
    (void)state;
    check("# x\nlxc.net.0.link = br0\nlxc.net.1.type = empty\n", ITEMS("lxc.net.0.type=veth"),
          false, "# x\nlxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.1.type = empty\n");
    check("", ITEMS("lxc.net.0.link=br0", "lxc.net.0.type=veth"), false,
          "lxc.net.0.type = veth\nlxc.net.0.link = br0\n");
}

static void test_config_edit__replaced_type_of_a_device__stands_before_its_other_lines(void **s)
{
    (void)s;
    static const char after[] = "# x\nlxc.net.0.type = veth\nlxc.net.0.link = br0\n"
                                "lxc.net.0.flags = up\nlxc.net.1.type = empty\n";
    check("# x\nlxc.net.0.link = br0\nlxc.net.0.flags = up\nlxc.net.1.type = empty\n",
          ITEMS("lxc.net.0.type=veth"), true, after);
    check("# x\nlxc.net.0.type = phys\nlxc.net.0.link = br0\nlxc.net.0.type = macvlan\n"
          "lxc.net.0.flags = up\nlxc.net.1.type = empty\n",
          ITEMS("lxc.net.0.type=veth"), true, after);
    check("lxc.net.0.type = phys\nlxc.net.0.link = br0\nlxc.include = /c\n",
          ITEMS("lxc.net.0.type=veth"), true,
          "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.include = /c\n");
    check("lxc.net.0.type = phys\n# x\n", ITEMS("lxc.net.0.type=veth"), true,
          "lxc.net.0.type = veth\n# x\n");
}

static void test_config_edit__key_at_the_end__moves_behind_includes(void **state)
{
    (void)state;
    struct wanted wanted = {0};
    struct error *err = NULL;
    auto_strv struct strv at_end;
    strv_init(&at_end);
    strv_add(&at_end, "lxc.tty.max");
    assert_int_equal(wanted_add(&wanted, "lxc.tty.max", "3", &err), 0);
    for (int replace = 0; replace < 2; replace++) {
        wanted.keys[0].replace = replace;
        auto_text struct text lines;
        text_init(&lines);
        text_read(&lines, "lxc.tty.max = 3\nlxc.include = /c\n");
        config_edit(&lines, &wanted, &at_end);
        auto_free char *text = text_write(&lines);
        assert_string_equal(text, "lxc.include = /c\nlxc.tty.max = 3\n");
    }
    wanted_clear(&wanted);
}

static void test_config_remove__key_or_line__goes(void **state)
{
    (void)state;
    static const struct {
        const char *item;
        const char *after;
    } rows[] = {
        {"lxc.group", "# x\nlxc.mount.entry = /a b none bind 0 0\n"},
        {"lxc.group = b", "lxc.group = a\n# x\nlxc.mount.entry = /a b none bind 0 0\n"},
        {"lxc.mount.entry=/a  b none bind 0 0", "lxc.group = a\n# x\nlxc.group = b\n"},
        {"lxc.none", "lxc.group = a\n# x\nlxc.group = b\nlxc.mount.entry = /a b none bind 0 0\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        auto_text struct text lines;
        text_init(&lines);
        text_read(&lines,
                  "lxc.group = a\n# x\nlxc.group = b\nlxc.mount.entry = /a b none bind 0 0\n");
        config_remove(&lines, rows[i].item);
        auto_free char *text = text_write(&lines);
        assert_string_equal(text, rows[i].after);
    }
}

static void test_config_edit__absent__comes_after_everything(void **state)
{
    (void)state;
    struct wanted wanted = {0};
    struct error *err = NULL;
    auto_strv struct strv none;
    strv_init(&none);
    strv_add(&wanted.absent, "lxc.group");
    assert_int_equal(wanted_add(&wanted, "lxc.group", "a", &err), 0);
    auto_text struct text lines;
    text_init(&lines);
    text_read(&lines, "# x\n");
    config_edit(&lines, &wanted, &none);
    auto_free char *text = text_write(&lines);
    assert_string_equal(text, "# x\n");
    wanted_clear(&wanted);
}

/* ---- networks */

static void check_networks(const char *before, const char *const *pairs, const char *after)
{
    struct wanted wanted = {.networks = true};
    for (; *pairs; pairs += 2) {
        strv_add(&wanted.net_keys, pairs[0]);
        strv_add(&wanted.net_values, pairs[1]);
    }
    auto_free char *text = xstrdup(before);
    for (int i = 0; i < 2; i++) {
        auto_text struct text lines;
        text_init(&lines);
        text_read(&lines, text);
        config_replace_networks(&lines, &wanted);
        free(text);
        text = text_write(&lines);
        assert_string_equal(text, after);
    }
    wanted_clear(&wanted);
}

static void test_config_replace_networks__other_devices__go(void **state)
{
    (void)state;
    check_networks("lxc.net.0.type = empty\n# x\nlxc.net.1.type = empty\nlxc.uts.name = a\n",
                   ITEMS("lxc.net.0.type", "veth", "lxc.net.0.link", "br0"),
                   "lxc.net.0.type = veth\nlxc.net.0.link = br0\n# x\nlxc.uts.name = a\n");
    check_networks("lxc.net.0.type = empty\n", ITEMS(NULL), "");
    check_networks("# x\n", ITEMS("lxc.net.0.type", "none"), "# x\nlxc.net.0.type = none\n");
}

static void test_config_replace_networks__address_that_nobody_gives__stays(void **state)
{
    (void)state;
    check_networks("lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:1:2:3\n",
                   ITEMS("lxc.net.0.type", "veth", "lxc.net.0.link", "br0"),
                   "lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:1:2:3\n"
                   "lxc.net.0.link = br0\n");
    check_networks("lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:1:2:3\n",
                   ITEMS("lxc.net.0.type", "veth", "lxc.net.0.hwaddr", "00:16:3e:9:9:9"),
                   "lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:9:9:9\n");
    check_networks("lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:1:2:3\n",
                   ITEMS("lxc.net.0.type", "phys"), "lxc.net.0.type = phys\n");
}

/* ---- changes */

static void test_config_changes__differing_keys__are_listed_with_both_sides(void **state)
{
    (void)state;
    auto_text struct text before;
    auto_text struct text after;
    text_init(&before);
    text_init(&after);
    text_read(&before, "a = 1\nb = 1\nc = 1\n");
    text_read(&after, "b = 1\na = 2\na = 3\nd =\n");
    json_auto_t *changes = config_changes(&before, &after);
    auto_free char *text = json_dumps(changes, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(text, "[{\"after\":[\"2\",\"3\"],\"before\":[\"1\"],\"key\":\"a\"},"
                              "{\"after\":[],\"before\":[\"1\"],\"key\":\"c\"},"
                              "{\"after\":[\"\"],\"before\":[],\"key\":\"d\"}]");
}

static void
test_config_same_value__quotes_and_blanks__count_only_where_they_mean_something(void **s)
{
    (void)s;
    assert_true(config_same_value("lxc.uts.name", "\"a\"", " a "));
    assert_false(config_same_value("lxc.uts.name", "a  b", "a b"));
    assert_true(config_same_value("lxc.mount.entry", "a \t b", "a b"));
    assert_false(config_same_value("lxc.mount.entry", "a b", "a b c"));
}

static void test_config_edit__five_thousand_lines__are_edited_as_few(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "lxc.environment = V%d=1\n", i);
    auto_free char *before = buf_steal(&text);
    auto_free char *value = xmalloc(10241);
    memset(value, 'x', 10240);
    value[10240] = '\0';
    auto_free char *item = xasprintf("lxc.environment=%s", value);
    auto_free char *after = xasprintf("%slxc.environment = %s\n", before, value);
    check(before, ITEMS(item, "lxc.environment=V4999=1"), false, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_edit__scalar_that_is_missing__is_added_at_the_end),
        cmocka_unit_test(test_config_edit__scalar_with_another_value__changes_in_place),
        cmocka_unit_test(test_config_edit__scalar_on_several_lines__changes_the_last),
        cmocka_unit_test(test_config_edit__scalar_in_another_spelling__stays),
        cmocka_unit_test(test_config_edit__comment_with_the_key__is_no_line_of_it),
        cmocka_unit_test(test_config_edit__list__gets_what_is_missing_behind_its_last_line),
        cmocka_unit_test(test_config_edit__list_that_is_emptied_before__needs_it_again),
        cmocka_unit_test(test_config_edit__replaced_list__is_the_wanted_one_in_its_place),
        cmocka_unit_test(test_config_edit__list_that_starts_empty__stands_behind_includes),
        cmocka_unit_test(test_config_edit__list_that_starts_empty__stays_without_an_include),
        cmocka_unit_test(test_config_edit__mount__is_told_by_its_target),
        cmocka_unit_test(test_config_edit__limit__is_one_line),
        cmocka_unit_test(test_config_edit__limit_of_a_device__is_one_line_for_each),
        cmocka_unit_test(test_config_edit__variable__is_told_by_its_name),
        cmocka_unit_test(test_config_edit__type_of_a_device__stands_before_its_other_lines),
        cmocka_unit_test(
            test_config_edit__replaced_type_of_a_device__stands_before_its_other_lines),
        cmocka_unit_test(test_config_edit__key_at_the_end__moves_behind_includes),
        cmocka_unit_test(test_config_remove__key_or_line__goes),
        cmocka_unit_test(test_config_edit__absent__comes_after_everything),
        cmocka_unit_test(test_config_replace_networks__other_devices__go),
        cmocka_unit_test(test_config_replace_networks__address_that_nobody_gives__stays),
        cmocka_unit_test(test_config_changes__differing_keys__are_listed_with_both_sides),
        cmocka_unit_test(
            test_config_same_value__quotes_and_blanks__count_only_where_they_mean_something),
        cmocka_unit_test(test_config_edit__five_thousand_lines__are_edited_as_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
