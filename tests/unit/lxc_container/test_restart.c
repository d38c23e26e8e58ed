#include "support/unit.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
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

/* ---- a container that runs, and its configuration */

static const struct setting {
    const char *key;
    const char *disk;    /* NULL: there is no such device */
    const char *running; /* NULL: not set */
} * settings;

static const struct setting *setting_of(const char *key)
{
    const struct setting *row = settings;
    while (row->key && strcmp(row->key, key) != 0)
        row++;
    return row;
}

static int put(const char *text, char *buffer, int length)
{
    if (buffer)
        snprintf(buffer, (size_t)length, "%s", text);
    return (int)strlen(text);
}

static int get_config_item(struct lxc_container *container, const char *key, char *buffer,
                           int length)
{
    (void)container;
    const char *disk = setting_of(key)->disk;
    return disk ? put(disk, buffer, length) : -EINVAL;
}

static char *get_running_config_item(struct lxc_container *container, const char *key)
{
    (void)container;
    const char *running = setting_of(key)->running;
    return running ? xstrdup(running) : NULL;
}

/* The devices 0 and 1 have few keys. */
static int get_keys(struct lxc_container *container, const char *prefix, char *buffer, int length)
{
    (void)container;
    auto_free char *type = xasprintf("%s.type", prefix);
    return setting_of(type)->disk ? put("type\nmtu\nname\nhwaddr\n", buffer, length) : -EINVAL;
}

/* Whether ROWS, up to an empty one, need a restart, and whether that is still so when the lines of
 * the file do not change any more. */
static bool pends(const struct setting *rows)
{
    struct lxc_container container = {.get_config_item = get_config_item,
                                      .get_running_config_item = get_running_config_item,
                                      .get_keys = get_keys};
    auto_strv struct strv keys = {0};
    auto_strv struct strv changed = {0};
    settings = rows;
    restart_network_keys(&container, &keys);
    return restart_pending(&container, &container, &keys, &changed);
}

#define PENDS(...) pends((const struct setting[]){__VA_ARGS__, {0}})
#define DEVICE                                                                                     \
    {"lxc.net.0.type", "veth", "veth"}, {"lxc.net.0.name", "", "eth0"},                            \
    {                                                                                              \
        "lxc.net.0.hwaddr", "", "00:16:3e:01:02:03"                                                \
    }

static void test_restart_pending__networks__are_those_that_run(void **state)
{
    (void)state;
    assert_false(PENDS({"lxc.net", "veth", "veth"}, DEVICE, {"lxc.net.0.mtu", "", NULL}));
    assert_false(PENDS({"lxc.net", "", NULL}));
    /* a device that was removed, or added */
    assert_true(PENDS({"lxc.net", "veth", "veth\nveth"}, DEVICE, {"lxc.net.1.type", NULL, "veth"}));
    assert_true(PENDS({"lxc.net", "veth\nveth", "veth"}, DEVICE, {"lxc.net.1.type", "veth", NULL}));
    assert_true(PENDS({"lxc.net", "", "veth"}));
    /* a key that was */
    assert_true(PENDS({"lxc.net", "veth", "veth"}, DEVICE, {"lxc.net.0.mtu", "", "9000"}));
}

static void test_restart_pending__key_of_a_device_that_is_gone__is_still_running(void **state)
{
    (void)state;
    struct lxc_container container = {.get_config_item = get_config_item,
                                      .get_running_config_item = get_running_config_item};
    static const struct setting rows[] = {
        {"lxc.net.1.link", NULL, "br0"}, {"lxc.net.2.link", NULL, NULL}, {0}};
    auto_strv struct strv gone = {0};
    auto_strv struct strv never = {0};
    auto_strv struct strv changed = {0};
    settings = rows;
    strv_add(&gone, "lxc.net.1.link");
    strv_add(&never, "lxc.net.2.link");
    assert_true(restart_pending(&container, &container, &gone, &changed));
    assert_false(restart_pending(&container, &container, &never, &changed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restart_needs__keys_that_are_read_late__do_not),
        cmocka_unit_test(test_restart_differs__empty_and_unset__are_the_same),
        cmocka_unit_test(test_restart_differs__what_liblxc_made_up__does_not_count),
        cmocka_unit_test(test_restart_pending__networks__are_those_that_run),
        cmocka_unit_test(test_restart_pending__key_of_a_device_that_is_gone__is_still_running),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
