/* What an account is asked for before a restore, and what is said of what it may not. */
#include "support/unit.h"

#include <stdlib.h>

#include "backup/preflight_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define REVIEWS "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews "
#define ALLOWED "{\"status\":{\"allowed\":true}}"
#define DENIED  "{\"status\":{\"allowed\":false}}"
#define IN_ALL  " in namespace magnum-system"
#define SHARED                                                                                     \
    "create clusters.cluster.x-k8s.io" IN_ALL "\ncreate machines.cluster.x-k8s.io" IN_ALL          \
    "\ncreate secrets" IN_ALL "\nget clusters.cluster.x-k8s.io" IN_ALL                             \
    "\nget machines.cluster.x-k8s.io" IN_ALL "\nget secrets" IN_ALL                                \
    "\npatch clusters.cluster.x-k8s.io" IN_ALL

static const struct fake_reply denied[] = {{.when = REVIEWS, .body = DENIED}};

/* The problems without what all begin with, sorted, one a line: all that was asked for, where all
 * is denied. */
static char *asked(struct world *world)
{
    struct error *err = NULL;
    auto_strv struct strv lines;
    strv_init(&lines);
    int result = preflight_access(&world->restore, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    const struct strv *problems = &world->restore.problems;
    for (size_t i = 0; i < problems->count; i++) {
        const char *rest = str_after(problems->items[i], "the account may not ");
        assert_non_null(rest);
        strv_add(&lines, rest);
    }
    assert_int_equal(world_asked(world, REVIEWS), problems->count);
    strv_sort(&lines);
    return strv_join(&lines, "\n");
}

static bool has_line(const char *text, const char *line)
{
    auto_strv struct strv lines;
    strv_init(&lines);
    strv_split(&lines, text, '\n');
    return strv_contains(&lines, line);
}

static void test_088__what_the_account_may_not_do__is_named_once_for_each_kind(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world, denied, array_length(denied));
    auto_free char *text = asked(&world);
    assert_string_equal(text, SHARED);
    assert_string_equal(js_str(json_array_get(world.restore.checks, 0), "check", NULL), "access");
    assert_false(js_true(json_array_get(world.restore.checks, 0), "ok", NULL));
    world_end(&world);
}

static void test_088__an_account_that_may_all__has_no_problem(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.when = REVIEWS, .body = ALLOWED}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    assert_int_equal(preflight_access(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, 0);
    assert_int_equal(world_asked(&world, REVIEWS), 7);
    assert_true(js_true(json_array_get(world.restore.checks, 0), "ok", NULL));
    world_end(&world);
}

static void test_088__what_becomes_of_a_cluster__decides_what_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        enum backup_step step;
        bool to_pause, restoring;
        enum backup_resume resume;
        bool create, update, patch;
    } rows[] = {
        {BACKUP_STEP_CREATE, false, false, BACKUP_RESUME_AUTO, true, false, true},
        {BACKUP_STEP_CREATE, false, false, BACKUP_RESUME_NEVER, true, false, false},
        {BACKUP_STEP_LINK, false, false, BACKUP_RESUME_AUTO, false, false, false},
        {BACKUP_STEP_LINK, true, false, BACKUP_RESUME_NEVER, false, false, true},
        {BACKUP_STEP_LINK, false, true, BACKUP_RESUME_AUTO, false, false, true},
        {BACKUP_STEP_LINK, false, true, BACKUP_RESUME_NEVER, false, false, false},
        {BACKUP_STEP_UPDATE, false, false, BACKUP_RESUME_AUTO, false, true, true},
        {BACKUP_STEP_LEAVE, false, false, BACKUP_RESUME_AUTO, false, false, false},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct world world;
        world_begin(&world, denied, array_length(denied));
        struct backup_item *cluster = world_item(&world, "one");
        cluster->step = rows[i].step;
        cluster->to_pause = rows[i].to_pause;
        cluster->mark = rows[i].restoring ? xstrdup(world.restore.archive) : NULL;
        world.restore.options.resume = rows[i].resume;
        auto_free char *text = asked(&world);
        assert_true(has_line(text, "get clusters.cluster.x-k8s.io" IN_ALL));
        if (has_line(text, "create clusters.cluster.x-k8s.io" IN_ALL) != rows[i].create ||
            has_line(text, "update clusters.cluster.x-k8s.io" IN_ALL) != rows[i].update ||
            has_line(text, "patch clusters.cluster.x-k8s.io" IN_ALL) != rows[i].patch)
            fail_msg("row %zu: %s", i, text);
        world_end(&world);
    }
}

static void test_088__fields_that_are_put_back__are_patches_of_every_kind(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world, denied, array_length(denied));
    world.restore.options.managed_fields = true;
    auto_free char *text = asked(&world);
    assert_string_equal(text,
                        SHARED "\npatch machines.cluster.x-k8s.io" IN_ALL "\npatch secrets" IN_ALL);
    world_end(&world);
}

static void test_088__a_namespace_that_is_made__is_asked_for_without_one(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world, denied, array_length(denied));
    json_object_set_new(world.restore.namespaces, "there", json_null());
    json_object_set_new(world.restore.namespaces, "new", json_object());
    json_object_set_new(world.restore.namespaces, "newer", json_object());
    auto_free char *text = asked(&world);
    assert_true(has_line(text, "create namespaces"));
    assert_int_equal(world_asked(&world, REVIEWS), 8);
    world_end(&world);
}

static void test_088__what_is_not_restored_or_not_served__is_not_asked_for(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world, denied, array_length(denied));
    world_item(&world, "one")->foreign = true;
    world_item(&world, "m")->unserved = true;
    auto_free char *text = asked(&world);
    assert_string_equal(text, "create secrets" IN_ALL "\nget secrets" IN_ALL);
    world_end(&world);
}

/* A review is a question: check mode wants the answer. */
static void test_088__in_check_mode__the_same_is_asked_and_answered(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world, denied, array_length(denied));
    world_connect(&world, &(struct kube_client_options){.dry_run = true});
    auto_free char *text = asked(&world);
    assert_string_equal(text, SHARED);
    assert_int_equal(world_asked(&world, REVIEWS "HTTP"), 7); /* without ?dryRun=All */
    world_end(&world);
}

static void test_access__a_server_that_does_not_answer__is_an_error(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.when = REVIEWS, .status = 403, .body = "{}"}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    assert_int_equal(preflight_access(&world.restore, &err), -1);
    assert_int_equal(err->code, 403);
    error_clear(&err);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_088__what_the_account_may_not_do__is_named_once_for_each_kind),
        cmocka_unit_test(test_088__an_account_that_may_all__has_no_problem),
        cmocka_unit_test(test_088__what_becomes_of_a_cluster__decides_what_is_asked_for),
        cmocka_unit_test(test_088__fields_that_are_put_back__are_patches_of_every_kind),
        cmocka_unit_test(test_088__a_namespace_that_is_made__is_asked_for_without_one),
        cmocka_unit_test(test_088__what_is_not_restored_or_not_served__is_not_asked_for),
        cmocka_unit_test(test_088__in_check_mode__the_same_is_asked_and_answered),
        cmocka_unit_test(test_access__a_server_that_does_not_answer__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
