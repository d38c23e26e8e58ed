#include "support/unit.h"

#include "backup/contents.h"
#include "backup/members.h"
#include "backup/restore_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/sample.h"

/* The sample's archive, chosen for a restore but not looked for anywhere. */
struct world {
    struct backup_contents contents;
    struct backup_restore restore;
};

static void begin(struct world *world, const struct backup_restore_options *options)
{
    auto_buf struct buf packed = {0};
    auto_backup_members struct backup_members members = {0};
    const struct backup_read_options read = {0};
    struct error *err = NULL;
    sample_archive(&packed, false);
    assert_int_equal(backup_members_unpack(&members, packed.data, packed.size, &err), 0);
    assert_int_equal(backup_contents_read(&world->contents, &members, &read, &err), 0);
    backup_restore_init(&world->restore, &world->contents, NULL, NULL, options);
    assert_int_equal(backup_restore_choose(&world->restore, &err), 0);
}

static void end(struct world *world)
{
    backup_restore_clear(&world->restore);
    backup_contents_clear(&world->contents);
}

static struct backup_item *item(struct world *world, const char *kind)
{
    for (size_t i = 0; i < world->restore.count; i++)
        if (str_equal(world->restore.items[i].node->kind, kind))
            return &world->restore.items[i];
    fail_msg("no %s", kind);
    return NULL;
}

static void set_live(struct backup_item *live, const char *text)
{
    json_auto_t *value = json_loads(text, 0, NULL);
    assert_non_null(value);
    backup_item_see(live, value);
}

#define LIVE_CLUSTER                                                                               \
    "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"kind\":\"Cluster\",\"metadata\":{\"name\":"    \
    "\"one\",\"namespace\":\"magnum-system\",\"uid\":\"live\",\"resourceVersion\":\"9\","          \
    "\"labels\":{\"cluster-uuid\":\"U\"}},\"spec\":{\"paused\":%s}}"

static void make_live(struct backup_item *live, const char *paused)
{
    auto_free char *text = xasprintf(LIVE_CLUSTER, paused);
    set_live(live, text);
}

static const char *first_problem(const struct world *world)
{
    return world->restore.problems.count ? world->restore.problems.items[0] : "";
}

/* ---- */

static void test_restore_plan__nothing_live__everything_is_created_owners_first(void **state)
{
    (void)state;
    const struct backup_restore_options options = {.managed_fields = true};
    struct world world = {0};
    begin(&world, &options);
    backup_restore_plan(&world.restore);
    assert_string_equal(first_problem(&world), "");
    assert_int_equal(world.restore.count, 3);
    for (size_t i = 0; i < world.restore.count; i++)
        assert_int_equal(world.restore.items[i].step, BACKUP_STEP_CREATE);
    assert_true(item(&world, "Cluster") < item(&world, "Machine"));
    end(&world);
}

static void test_069__what_exists__is_linked_updated_or_refused(void **state)
{
    (void)state;
    static const struct {
        enum backup_conflict conflict;
        enum backup_step step;
        const char *problem;
    } rows[] = {
        {BACKUP_SKIP, BACKUP_STEP_LINK, ""},
        {BACKUP_FAIL, BACKUP_STEP_LINK, "conflict is fail"},
        {BACKUP_SAME_UID, BACKUP_STEP_LINK, "conflict is uid_match"},
        {BACKUP_REPLACE, BACKUP_STEP_LINK, ""}, /* it says the same */
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct backup_restore_options options = {.conflict = rows[i].conflict};
        struct world world = {0};
        begin(&world, &options);
        make_live(item(&world, "Cluster"), "true");
        assert_false(item(&world, "Cluster")->differs);
        backup_restore_plan(&world.restore);
        assert_int_equal(item(&world, "Cluster")->step, rows[i].step);
        assert_non_null(strstr(first_problem(&world), rows[i].problem));
        end(&world);
    }
}

static void test_084__a_live_cluster_that_lacks_objects__is_refused_or_paused(void **state)
{
    (void)state;
    static const struct {
        const char *paused;
        bool pause;
        const char *problem;
        bool to_pause;
    } rows[] = {
        {"false", false, "is live and nobody keeps it paused, but 1 of its objects", false},
        {"false", true, "", true},
        {"true", false, "", false},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct backup_restore_options options = {.pause = rows[i].pause};
        struct world world = {0};
        begin(&world, &options);
        make_live(item(&world, "Cluster"), rows[i].paused);
        backup_restore_plan(&world.restore);
        if (*rows[i].problem)
            assert_non_null(strstr(first_problem(&world), rows[i].problem));
        else
            assert_string_equal(first_problem(&world), "");
        assert_int_equal(item(&world, "Cluster")->to_pause, rows[i].to_pause);
        end(&world);
    }
}

static void test_084__a_live_cluster_of_which_objects_are_updated__likewise(void **state)
{
    (void)state;
    static const struct {
        enum backup_conflict conflict;
        bool pause;
        const char *problem;
        bool to_pause;
    } rows[] = {
        {BACKUP_SKIP, false, "", false},
        {BACKUP_REPLACE, false, "0 of its objects would be created and 1 updated", false},
        {BACKUP_REPLACE, true, "", true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct backup_restore_options options = {.conflict = rows[i].conflict,
                                                       .pause = rows[i].pause};
        struct world world = {0};
        begin(&world, &options);
        make_live(item(&world, "Cluster"), "false");
        set_live(item(&world, "Machine"), "{\"metadata\":{\"uid\":\"live\"},\"spec\":{\"x\":1}}");
        backup_restore_plan(&world.restore);
        assert_non_null(strstr(first_problem(&world), rows[i].problem));
        assert_int_equal(world.restore.problems.count, *rows[i].problem != '\0');
        assert_int_equal(item(&world, "Cluster")->to_pause, rows[i].to_pause);
        end(&world);
    }
}

static void test_068__what_another_restore_is_at__is_left_to_it_unless_forced(void **state)
{
    (void)state;
    for (int force = 0; force < 2; force++) {
        const struct backup_restore_options options = {.force = force};
        struct world world = {0};
        begin(&world, &options);
        make_live(item(&world, "Cluster"), "true");
        item(&world, "Cluster")->mark = xstrdup("another");
        backup_restore_plan(&world.restore);
        assert_int_equal(world.restore.problems.count, !force);
        if (!force)
            assert_string_equal(first_problem(&world),
                                "Cluster magnum-system/one is being restored from another "
                                "archive: end that restore, or choose force if nobody will");
        end(&world);
    }
}

/* Its new body has the pause and the mark: it stands still from then on. */
static void test_084__a_live_cluster_that_alone_is_updated__needs_no_pause_before(void **state)
{
    (void)state;
    const struct backup_restore_options options = {.conflict = BACKUP_REPLACE};
    struct world world = {0};
    begin(&world, &options);
    set_live(item(&world, "Cluster"), "{\"metadata\":{\"uid\":\"live\"}}");
    set_live(item(&world, "Machine"), item(&world, "Machine")->node->text);
    backup_restore_plan(&world.restore);
    assert_int_equal(item(&world, "Cluster")->step, BACKUP_STEP_UPDATE);
    assert_string_equal(first_problem(&world), "");
    end(&world);
}

static void test_075__what_was_being_deleted__takes_its_dependents_along(void **state)
{
    (void)state;
    static const struct {
        enum backup_deleting deleting;
        enum backup_step step;
        const char *problem;
    } rows[] = {
        {BACKUP_DELETING_FAIL, BACKUP_STEP_CREATE, "was being deleted when it was saved"},
        {BACKUP_DELETING_SKIP, BACKUP_STEP_LEAVE, ""},
        {BACKUP_DELETING_RESTORE, BACKUP_STEP_CREATE, ""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct backup_restore_options options = {.deleting = rows[i].deleting};
        struct world world = {0};
        begin(&world, &options);
        item(&world, "Cluster")->node->deleting = true;
        backup_restore_plan(&world.restore);
        assert_int_equal(item(&world, "Cluster")->step, rows[i].step);
        assert_int_equal(item(&world, "Machine")->step, rows[i].step);
        assert_int_equal(item(&world, "Secret")->step, BACKUP_STEP_CREATE);
        assert_non_null(strstr(first_problem(&world), rows[i].problem));
        end(&world);
    }
}

#define DYING "{\"metadata\":{\"uid\":\"live\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"}}"

static void test_078__an_owner_that_is_being_deleted__is_none(void **state)
{
    (void)state;
    static const struct {
        enum backup_missing missing;
        enum backup_step step;
        const char *problem;
    } rows[] = {
        {BACKUP_MISSING_FAIL, BACKUP_STEP_CREATE,
         "Machine magnum-system/m belongs to Cluster one, which is being deleted: choose "
         "missing_owner: skip or drop"},
        {BACKUP_MISSING_SKIP, BACKUP_STEP_LEAVE, ""},
        {BACKUP_MISSING_DROP, BACKUP_STEP_CREATE, ""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct backup_restore_options options = {.missing = rows[i].missing};
        struct world world = {0};
        struct error *err = NULL;
        begin(&world, &options);
        item(&world, "Cluster")->foreign = true;
        set_live(item(&world, "Cluster"), DYING);
        backup_restore_plan(&world.restore);
        assert_string_equal(first_problem(&world), rows[i].problem);
        assert_int_equal(item(&world, "Machine")->step, rows[i].step);
        json_auto_t *body = backup_body(&world.restore, item(&world, "Machine"), &err);
        assert_null(js_get(body, "metadata", "ownerReferences", NULL));
        end(&world);
    }
}

static void test_069__what_exists_and_is_being_deleted__is_waited_for(void **state)
{
    (void)state;
    const struct backup_restore_options options = {0};
    struct world world = {0};
    begin(&world, &options);
    set_live(item(&world, "Secret"), DYING);
    backup_restore_plan(&world.restore);
    assert_string_equal(first_problem(&world),
                        "Secret magnum-system/one-cloud-config exists and is being deleted: wait "
                        "until it is gone");
    end(&world);
}

static void test_066__a_body__has_no_old_uid_and_the_live_ones_of_its_owners(void **state)
{
    (void)state;
    const struct backup_restore_options options = {0};
    struct world world = {0};
    struct error *err = NULL;
    begin(&world, &options);
    backup_restore_plan(&world.restore);
    {
        json_auto_t *orphan = backup_body(&world.restore, item(&world, "Machine"), &err);
        assert_null(js_get(orphan, "metadata", "ownerReferences", NULL));
    }
    make_live(item(&world, "Cluster"), "true");
    json_auto_t *body = backup_body(&world.restore, item(&world, "Machine"), &err);
    auto_free char *text =
        json_dumps(js_get(body, "metadata", NULL), JSON_SORT_KEYS | JSON_COMPACT);
    assert_string_equal(text,
                        "{\"name\":\"m\",\"namespace\":\"magnum-system\",\"ownerReferences\":["
                        "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"controller\":true,"
                        "\"kind\":\"Cluster\",\"name\":\"one\",\"uid\":\"live\"}]}");
    end(&world);
}

static void test_076__a_cluster__is_created_paused_and_marked_unless_it_stays_so(void **state)
{
    (void)state;
    for (int never = 0; never < 2; never++) {
        const struct backup_restore_options options = {.resume = never ? BACKUP_RESUME_NEVER
                                                                       : BACKUP_RESUME_AUTO};
        struct world world = {0};
        struct error *err = NULL;
        begin(&world, &options);
        backup_restore_plan(&world.restore);
        json_auto_t *body = backup_body(&world.restore, item(&world, "Cluster"), &err);
        assert_true(js_true(body, "spec", "paused", NULL));
        const char *mark = js_str(body, "metadata", "annotations", CAPI_RESTORING, NULL);
        assert_true(never ? mark == NULL : str_equal(mark, world.restore.archive));
        end(&world);
    }
}

/* The label that makes clusterctl take the credentials along was put there by the backup. */
static void test_restore_plan__our_label__is_not_restored(void **state)
{
    (void)state;
    const struct backup_restore_options options = {0};
    struct world world = {0};
    struct error *err = NULL;
    begin(&world, &options);
    assert_non_null(strstr(item(&world, "Secret")->node->text, CAPI_LABEL_MOVE));
    json_auto_t *body = backup_body(&world.restore, item(&world, "Secret"), &err);
    assert_null(js_get(body, "metadata", "labels", NULL));
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restore_plan__nothing_live__everything_is_created_owners_first),
        cmocka_unit_test(test_069__what_exists__is_linked_updated_or_refused),
        cmocka_unit_test(test_084__a_live_cluster_that_lacks_objects__is_refused_or_paused),
        cmocka_unit_test(test_084__a_live_cluster_of_which_objects_are_updated__likewise),
        cmocka_unit_test(test_068__what_another_restore_is_at__is_left_to_it_unless_forced),
        cmocka_unit_test(test_084__a_live_cluster_that_alone_is_updated__needs_no_pause_before),
        cmocka_unit_test(test_075__what_was_being_deleted__takes_its_dependents_along),
        cmocka_unit_test(test_078__an_owner_that_is_being_deleted__is_none),
        cmocka_unit_test(test_069__what_exists_and_is_being_deleted__is_waited_for),
        cmocka_unit_test(test_066__a_body__has_no_old_uid_and_the_live_ones_of_its_owners),
        cmocka_unit_test(test_076__a_cluster__is_created_paused_and_marked_unless_it_stays_so),
        cmocka_unit_test(test_restore_plan__our_label__is_not_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
