/* Pausing live Clusters while they are completed: all of them, or none. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define CLUSTERS "/apis/cluster.x-k8s.io/v1beta2/namespaces/n/clusters/"
#define CLUSTER(ID)                                                                                \
    "{'apiVersion':'cluster.x-k8s.io/v1beta2','kind':'Cluster','metadata':{'namespace':'n',"       \
    "'name':'" ID "','uid':'" ID "'},'spec':{}}\n"
#define PAUSED                                                                                     \
    "{\"metadata\":{\"annotations\":{\"capi-backup/restoring\":\"sum\"}},"                         \
    "\"spec\":{\"paused\":true}}"
#define RESUMED                                                                                    \
    "{\"metadata\":{\"annotations\":{\"capi-backup/restoring\":null}},"                            \
    "\"spec\":{\"paused\":null}}"
#define MADE "{\"metadata\":{\"uid\":\"live\",\"resourceVersion\":\"9\"}}"

/* Two Clusters that live and are to be paused. */
static void begin(struct world *world, const struct fake_reply *script, size_t count)
{
    static const char *const names[] = {"one", "two"};
    world_begin_legacy(world, script, count, CLUSTER("one") CLUSTER("two"));
    free(world->restore.archive);
    world->restore.archive = xstrdup("sum");
    for (size_t i = 0; i < array_length(names); i++) {
        struct backup_item *item = world_item(world, names[i]);
        item->step = BACKUP_STEP_LINK;
        item->uid = xstrdup("live");
        item->version = xstrdup("8");
        item->to_pause = true;
    }
}

/* How often the Cluster NAME was sent exactly BODY. */
static size_t sent(struct world *world, const char *name, const char *body)
{
    size_t found = 0;
    auto_free char *line = xasprintf("PATCH " CLUSTERS "%s?", name);
    for (size_t i = 0; i < fake_server_requests(world->server); i++) {
        auto_free char *text = fake_server_request(world->server, i);
        found += str_starts_with(text, line) && strstr(text, body);
    }
    return found;
}

static void test_084__live_clusters__are_paused_with_the_mark_and_updated_from_there(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "PATCH ", .body = MADE}, {.when = "GET ", .body = MADE}, /* it never reports */
    };
    struct world world;
    struct error *err = NULL;
    begin(&world, script, array_length(script));
    assert_int_equal(backup_restore_pause(&world.restore, &err), 0);
    assert_int_equal(sent(&world, "one", PAUSED), 1);
    assert_int_equal(sent(&world, "two", PAUSED), 1);
    assert_int_equal(world_asked(&world, "PATCH "), 2);
    assert_string_equal(world_item(&world, "one")->version, "9");
    assert_string_equal(world_item(&world, "two")->mark, "sum");
    world_end(&world);
}

/* Nothing was written, so nobody would come back for a Cluster that stays paused. */
static void test_084__one_that_cannot_be_paused__is_the_end_and_the_others_go_on(void **state)
{
    (void)state;
    static const struct {
        int status;
        size_t resumed; /* "two", of which it is not known whether it was paused */
    } rows[] = {{403, 0}, {500, 1}};
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            {.when = "PATCH " CLUSTERS "one", .body = MADE},
            {.when = "PATCH " CLUSTERS "two", .times = 1, .status = rows[i].status, .body = "{}"},
            {.when = "PATCH " CLUSTERS "two", .body = MADE},
        };
        struct world world;
        struct error *err = NULL;
        begin(&world, script, array_length(script));
        assert_int_equal(backup_restore_run(&world.restore, &err), -1);
        assert_non_null(strstr(err->message, "Cluster n/two cannot be paused"));
        error_clear(&err);
        assert_int_equal(sent(&world, "one", RESUMED), 1);
        assert_int_equal(sent(&world, "two", RESUMED), rows[i].resumed);
        assert_null(world_item(&world, "one")->mark);
        assert_int_equal(json_array_size(world.restore.left_paused), 0);
        world_end(&world);
    }
}

/* While they are, signals are held: a hundred Clusters must not take a hundred round trips. */
static void test_084__many_clusters__are_paused_and_resumed_at_once(void **state)
{
    (void)state;
    for (int fails = 0; fails < 2; fails++) {
        const struct fake_reply script[] = {
            {.when = fails ? "PATCH " CLUSTERS "two" : "none", .times = 1, .status = 500},
            {.when = "PATCH ", .body = MADE, .delay_ms = 300},
            {.when = "GET ", .body = MADE},
        };
        struct world world;
        struct error *err = NULL;
        json_t *seen = NULL;
        begin(&world, script, array_length(script));
        /* A look came before it: there is a connection. */
        assert_int_equal(kube_client_get(world.client, "/", &seen, &err), 0);
        json_decref(seen);
        assert_int_equal(backup_restore_pause(&world.restore, &err), -fails);
        error_clear(&err);
        assert_int_equal(sent(&world, "one", RESUMED) + sent(&world, "two", RESUMED), 2 * fails);
        assert_int_equal(fake_server_peak(world.server), 2);
        world_end(&world);
    }
}

static void test_084__one_that_cannot_be_resumed_then__is_told(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "PATCH " CLUSTERS "one", .times = 1, .body = MADE},
        {.when = "PATCH ", .status = 403, .body = "{}"},
    };
    struct world world;
    struct error *err = NULL;
    begin(&world, script, array_length(script));
    assert_int_equal(backup_restore_pause(&world.restore, &err), -1);
    error_clear(&err);
    assert_non_null(strstr(world.restore.warnings.items[0], "Cluster n/one cannot be resumed"));
    assert_string_equal(js_str(json_array_get(world.restore.left_paused, 0), "name", NULL), "one");
    world_end(&world);
}

#define SEEN(STATUS)                                                                               \
    "{\"status\":{\"conditions\":[{\"type\":\"Paused\",\"status\":\"" STATUS "\"}]}}"

static void
test_084__controllers__are_waited_for_until_they_say_that_they_have_noticed(void **state)
{
    (void)state;
    static const struct {
        long long timeout_ms;
        size_t looks;
        const char *warning;
    } rows[] = {
        {60000, 2, NULL},
        {0, 1, "Cluster n/two does not say within 0 s that it is paused"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        static const struct fake_reply script[] = {
            {.when = "PATCH ", .body = MADE},
            {.when = "GET " CLUSTERS "two", .times = 1, .body = SEEN("False")},
            {.when = "GET ", .body = SEEN("True")},
        };
        struct world world;
        struct error *err = NULL;
        begin(&world, script, array_length(script));
        world.restore.options.pause_timeout_ms = rows[i].timeout_ms;
        assert_int_equal(backup_restore_pause(&world.restore, &err), 0);
        assert_int_equal(world_asked(&world, "GET " CLUSTERS "one"), 1);
        assert_int_equal(world_asked(&world, "GET " CLUSTERS "two"), rows[i].looks);
        assert_int_equal(world.restore.warnings.count, rows[i].warning != NULL);
        if (rows[i].warning)
            assert_string_equal(world.restore.warnings.items[0], rows[i].warning);
        world_end(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_084__live_clusters__are_paused_with_the_mark_and_updated_from_there),
        cmocka_unit_test(test_084__one_that_cannot_be_paused__is_the_end_and_the_others_go_on),
        cmocka_unit_test(test_084__many_clusters__are_paused_and_resumed_at_once),
        cmocka_unit_test(test_084__one_that_cannot_be_resumed_then__is_told),
        cmocka_unit_test(
            test_084__controllers__are_waited_for_until_they_say_that_they_have_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
