/* What is resumed after a restore, in which order, and what is told of the rest. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define PATH     "/apis/cluster.x-k8s.io/v1beta2/namespaces/n/"
#define TYPE     "{'apiVersion':'cluster.x-k8s.io/v1beta2','kind':"
#define META(ID) "'metadata':{'namespace':'n','name':'" ID "','uid':'" ID "'"
#define OBJECTS                                                                                    \
    TYPE "'ClusterClass'," META(                                                                   \
        "class") "},'spec':{'infrastructure':{'templateRef':{"                                     \
                 "'apiVersion':'cluster.x-k8s.io/v1beta2','kind':'Template','name':'t'}}}}\n" TYPE \
                 "'Template'," META(                                                               \
                     "t") ",'ownerReferences':[{'apiVersion':'cluster.x-k8s.io/v1beta2',"          \
                          "'kind':'ClusterClass','name':'class','uid':'class'}]}}\n" TYPE          \
                          "'Cluster'," META("one") "},'spec':{}}\n"
#define MADE "{\"metadata\":{\"uid\":\"live\"}}"

static const struct fake_reply usual[] = {
    {.when = "POST ", .status = 201, .body = MADE},
    {.when = "PATCH ", .body = MADE},
};

static void begin(struct world *world, const struct fake_reply *script, size_t count)
{
    world_begin_legacy(world, script, count, OBJECTS);
    free(world->restore.archive);
    world->restore.archive = xstrdup("sum");
    world->restore.options.attempts = 1;
}

/* "Kind name: reason; " of each. */
static void assert_left(const struct world *world, const char *want)
{
    auto_buf struct buf text = {0};
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (world->restore.left_paused, index, entry)
        buf_printf(&text, "%s %s: %s; ", js_str(entry, "kind", NULL), js_str(entry, "name", NULL),
                   js_str(entry, "reason", NULL));
    assert_string_equal(buf_str(&text), want);
}

static void test_082__classes__are_resumed_before_clusters_with_what_was_set_alone(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    begin(&world, usual, array_length(usual));
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    size_t count = fake_server_requests(world.server);
    auto_free char *first = fake_server_request(world.server, count - 2);
    auto_free char *second = fake_server_request(world.server, count - 1);
    assert_true(str_starts_with(first, "PATCH " PATH "clusterclasses/class?"));
    assert_non_null(strstr(first, "{\"metadata\":{\"annotations\":{\"capi-backup/restoring\":null,"
                                  "\"cluster.x-k8s.io/paused\":null}}}"));
    assert_true(str_starts_with(second, "PATCH " PATH "clusters/one?"));
    assert_non_null(strstr(second,
                           "{\"metadata\":{\"annotations\":{\"capi-backup/restoring\":null}},"
                           "\"spec\":{\"paused\":null}}"));
    assert_int_equal(world.restore.resumed, 2);
    assert_left(&world, "");
    world_end(&world);
}

static void
test_074__a_class_without_a_template__stays_paused_and_its_cluster_does_not(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "POST " PATH "templates", .status = 422, .body = "{}"},
        {.when = "POST ", .status = 201, .body = MADE},
        {.when = "PATCH ", .body = MADE},
    };
    struct world world;
    struct error *err = NULL;
    begin(&world, script, array_length(script));
    world.restore.options.go_on = true;
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_error(&err, ERROR_STATUS, "Template n/t");
    assert_left(&world, "ClusterClass class: Template n/t is missing; ");
    assert_int_equal(world.restore.resumed, 1);
    world_end(&world);
}

static void test_074__a_template_that_is_there_but_not_updated__is_not_called_missing(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "PUT ", .status = 422, .body = "{}"},
        {.when = "POST ", .status = 201, .body = MADE},
        {.when = "PATCH ", .body = MADE},
    };
    struct world world;
    struct error *err = NULL;
    begin(&world, script, array_length(script));
    world.restore.options.go_on = true;
    world_item(&world, "t")->step = BACKUP_STEP_UPDATE;
    world_item(&world, "t")->uid = xstrdup("live");
    world_item(&world, "t")->version = xstrdup("8");
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_error(&err, ERROR_STATUS, "Template n/t");
    assert_left(&world, "ClusterClass class: Template n/t could not be updated; ");
    world_end(&world);
}

static void test_076__resume__says_what_is_resumed(void **state)
{
    (void)state;
    static const struct {
        enum backup_resume resume;
        bool was_paused;
        size_t resumed;
        const char *left;
    } rows[] = {
        {BACKUP_RESUME_AUTO, false, 2, ""},
        {BACKUP_RESUME_AUTO, true, 1, "Cluster one: it was paused when it was saved; "},
        {BACKUP_RESUME_ALWAYS, true, 2, ""},
        {BACKUP_RESUME_NEVER, false, 0,
         "ClusterClass class: resume is never; Cluster one: resume is never; "},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct world world;
        struct error *err = NULL;
        begin(&world, usual, array_length(usual));
        world.restore.options.resume = rows[i].resume;
        world.contents.manifest = json_pack("{s[{ss sb}]}", "clusters", "uid", "one",
                                            "paused_before", rows[i].was_paused);
        assert_int_equal(backup_restore_run(&world.restore, &err), 0);
        assert_int_equal(world.restore.resumed, rows[i].resumed);
        assert_int_equal(world_asked(&world, "PATCH "), rows[i].resumed);
        assert_left(&world, rows[i].left);
        world_end(&world);
    }
}

static void test_076__what_cannot_be_resumed__is_told_and_the_others_are(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "PATCH " PATH "clusterclasses", .status = 403, .body = "{}"},
        {.when = "POST ", .status = 201, .body = MADE},
        {.when = "PATCH ", .body = MADE},
    };
    struct world world;
    struct error *err = NULL;
    begin(&world, script, array_length(script));
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_error(&err, ERROR_STATUS, "ClusterClass n/class cannot be resumed");
    assert_left(&world, "ClusterClass class: resuming it failed; ");
    assert_int_equal(world.restore.resumed, 1);
    world_end(&world);
}

static void test_077__what_is_linked__is_not_resumed_but_for_the_mark_of_a_run_before(void **state)
{
    (void)state;
    static const struct {
        const char *mark;
        bool force;
        size_t resumed;
    } rows[] = {{NULL, false, 0}, {"sum", false, 1}, {"other", false, 0}, {"other", true, 1}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct world world;
        struct error *err = NULL;
        begin(&world, usual, array_length(usual));
        world_item(&world, "one")->step = BACKUP_STEP_LINK;
        world_item(&world, "one")->uid = xstrdup("live");
        world_item(&world, "one")->mark = rows[i].mark ? xstrdup(rows[i].mark) : NULL;
        world.restore.options.force = rows[i].force;
        assert_int_equal(backup_restore_run(&world.restore, &err), 0);
        assert_int_equal(world_asked(&world, "PATCH " PATH "clusters/"), rows[i].resumed);
        assert_left(&world, "");
        world_end(&world);
    }
}

/* An update makes of a live Cluster what the archive says: paused, where it was then. */
static void test_076__a_cluster_paused_for_its_own_update__ends_as_it_was_saved(void **state)
{
    (void)state;
    static const struct {
        bool was_paused;
        size_t resumed;
        const char *left;
    } rows[] = {
        {false, 1, ""},
        {true, 0, "Cluster one: it was paused when it was saved; "},
    };
    static const struct fake_reply script[] = {
        {.when = "GET ", .body = MADE},
        {.when = "PUT ", .body = MADE},
        {.when = "PATCH ", .body = MADE},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct world world;
        struct error *err = NULL;
        begin(&world, script, array_length(script));
        for (size_t k = 0; k < world.restore.count; k++) {
            world.restore.items[k].step = BACKUP_STEP_LINK;
            world.restore.items[k].uid = xstrdup("live");
        }
        world_item(&world, "one")->step = BACKUP_STEP_UPDATE;
        world_item(&world, "one")->version = xstrdup("8");
        world_item(&world, "one")->to_pause = true;
        world.contents.manifest = json_pack("{s[{ss sb}]}", "clusters", "uid", "one",
                                            "paused_before", rows[i].was_paused);
        assert_int_equal(backup_restore_run(&world.restore, &err), 0);
        assert_int_equal(world.restore.updated, 1);
        assert_int_equal(world.restore.resumed, rows[i].resumed);
        assert_left(&world, rows[i].left);
        world_end(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_082__classes__are_resumed_before_clusters_with_what_was_set_alone),
        cmocka_unit_test(
            test_074__a_class_without_a_template__stays_paused_and_its_cluster_does_not),
        cmocka_unit_test(test_074__a_template_that_is_there_but_not_updated__is_not_called_missing),
        cmocka_unit_test(test_076__resume__says_what_is_resumed),
        cmocka_unit_test(test_076__what_cannot_be_resumed__is_told_and_the_others_are),
        cmocka_unit_test(test_077__what_is_linked__is_not_resumed_but_for_the_mark_of_a_run_before),
        cmocka_unit_test(test_076__a_cluster_paused_for_its_own_update__ends_as_it_was_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
