/* What is sent of one object, and what counts as the same. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define TYPE     "{'apiVersion':'cluster.x-k8s.io/v1beta2','kind':"
#define META(ID) "'metadata':{'namespace':'n','name':'" ID "','uid':'" ID "'"
#define OWNER(KIND, ID, REST)                                                                      \
    "{'apiVersion':'cluster.x-k8s.io/v1alpha1','kind':'" KIND "','name':'" ID "','uid':'" ID       \
    "','controller':true" REST "}"
#define OBJECTS                                                                                    \
    TYPE "'ClusterClass'," META("class") "}}\n" TYPE "'Template'," META(                           \
        "t") "}}\n" TYPE                                                                           \
             "'Cluster'," META("one") "}}\n" TYPE "'Machine'," META(                               \
                 "m") ",'finalizers':['a'],'managedFields':[{'manager':'x'}],'generateName':'m-'," \
                      "'ownerReferences':[" OWNER(                                                 \
                          "Template", "t",                                                         \
                          ",'blockOwnerDeletion':false") "," OWNER("Cluster", "one", "") "]}}\n"

static void begin(struct world *world)
{
    world_begin_legacy(world, NULL, 0, OBJECTS);
    free(world->restore.archive);
    world->restore.archive = xstrdup("sum");
}

static void assert_body(struct world *world, const char *name, const char *want)
{
    struct error *err = NULL;
    json_auto_t *body = backup_body(&world->restore, world_item(world, name), &err);
    assert_no_error(err);
    json_object_del(body, "apiVersion");
    auto_free char *text = json_dumps(body, JSON_SORT_KEYS | JSON_COMPACT);
    assert_string_equal(text, want);
}

static void test_076__heads__are_sent_paused_and_marked_each_in_its_way(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    assert_body(&world, "class",
                "{\"kind\":\"ClusterClass\",\"metadata\":{\"annotations\":{\"capi-backup/"
                "restoring\":\"sum\",\"cluster.x-k8s.io/paused\":\"\"},\"name\":\"class\","
                "\"namespace\":\"n\"}}");
    assert_body(&world, "one",
                "{\"kind\":\"Cluster\",\"metadata\":{\"annotations\":{\"capi-backup/restoring\":"
                "\"sum\"},\"name\":\"one\",\"namespace\":\"n\"},\"spec\":{\"paused\":true}}");
    assert_body(&world, "t",
                "{\"kind\":\"Template\",\"metadata\":{\"name\":\"t\",\"namespace\":\"n\"}}");
    world_end(&world);
}

/* One that an archive was made of while a restore was at it is nobody's pause. */
static void test_076__a_class_that_was_paused__stays_so_unless_a_restore_had_done_it(void **state)
{
    (void)state;
    for (int restoring = 0; restoring < 2; restoring++) {
        struct world world;
        json_auto_t *entry = json_object();
        begin(&world);
        struct capi_node *node = world_item(&world, "class")->node;
        node->owner = entry;
        node->paused_annotation = true;
        node->restoring = restoring;
        assert_int_equal(backup_to_resume(&world.restore, node), restoring);
        world_end(&world);
    }
}

static void test_066__several_owners__are_in_order_and_one_of_them_controls(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    world_item(&world, "one")->uid = xstrdup("new-one");
    world_item(&world, "t")->uid = xstrdup("new-t");
    assert_body(&world, "m",
                "{\"kind\":\"Machine\",\"metadata\":{\"finalizers\":[\"a\"],\"name\":\"m\","
                "\"namespace\":\"n\",\"ownerReferences\":[{\"apiVersion\":\"cluster.x-k8s.io/"
                "v1beta2\",\"kind\":\"Cluster\",\"name\":\"one\",\"uid\":\"new-one\"},{"
                "\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"blockOwnerDeletion\":false,"
                "\"controller\":true,\"kind\":\"Template\",\"name\":\"t\",\"uid\":\"new-t\"}]}}");
    world_end(&world);
}

static void
test_069__an_update__keeps_the_finalizers_of_others_and_fails_when_it_is_late(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    struct backup_item *item = world_item(&world, "m");
    item->step = BACKUP_STEP_UPDATE;
    item->uid = xstrdup("live");
    item->version = xstrdup("7");
    item->finalizers = json_pack("[ss]", "a", "b");
    assert_body(&world, "m",
                "{\"kind\":\"Machine\",\"metadata\":{\"finalizers\":[\"a\",\"b\"],\"name\":\"m\","
                "\"namespace\":\"n\",\"resourceVersion\":\"7\",\"uid\":\"live\"}}");
    item = world_item(&world, "t");
    item->step = BACKUP_STEP_UPDATE;
    item->uid = xstrdup("live");
    item->version = xstrdup("7");
    item->finalizers = json_pack("[s]", "b");
    assert_body(&world, "t",
                "{\"kind\":\"Template\",\"metadata\":{\"finalizers\":[\"b\"],\"name\":\"t\","
                "\"namespace\":\"n\",\"resourceVersion\":\"7\",\"uid\":\"live\"}}");
    world_end(&world);
}

static void test_081__managed_fields__are_sent_as_they_were_where_there_are_some(void **state)
{
    (void)state;
    struct world world;
    begin(&world);
    json_auto_t *patch = backup_managers(world_item(&world, "m")->node);
    auto_free char *text = json_dumps(patch, JSON_COMPACT);
    assert_string_equal(text, "{\"metadata\":{\"managedFields\":[{\"manager\":\"x\"}]}}");
    assert_null(backup_managers(world_item(&world, "t")->node));
    world_end(&world);
}

static void assert_same(const char *live, bool same)
{
    struct world world;
    begin(&world);
    json_auto_t *value = json_loads(live, 0, NULL);
    assert_non_null(value);
    assert_int_equal(!backup_differs(world_item(&world, "one")->node, value), same);
    world_end(&world);
}

#define LIVE(METADATA, REST)                                                                       \
    "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"kind\":\"Cluster\",\"metadata\":{\"name\":"    \
    "\"one\",\"namespace\":\"n\"" METADATA "}" REST "}"

static void test_069__what_every_restore_changes__is_no_difference(void **state)
{
    (void)state;
    assert_same(LIVE("", ""), true);
    assert_same(LIVE(",\"uid\":\"x\",\"resourceVersion\":\"3\",\"generation\":9,\"annotations\":{"
                     "\"capi-backup/restoring\":\"a\",\"cluster.x-k8s.io/paused\":\"\"},"
                     "\"ownerReferences\":[{}],\"managedFields\":[{}]",
                     ",\"status\":{\"phase\":\"x\"}"),
                true);
    assert_same(LIVE(",\"labels\":{\"a\":\"b\"}", ""), false);
    assert_same(LIVE(",\"annotations\":{\"a\":\"b\"}", ""), false);
    assert_same(LIVE(",\"finalizers\":[\"a\"]", ""), false);
    assert_same(LIVE("", ",\"spec\":{\"a\":1}"), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_076__heads__are_sent_paused_and_marked_each_in_its_way),
        cmocka_unit_test(test_076__a_class_that_was_paused__stays_so_unless_a_restore_had_done_it),
        cmocka_unit_test(test_066__several_owners__are_in_order_and_one_of_them_controls),
        cmocka_unit_test(
            test_069__an_update__keeps_the_finalizers_of_others_and_fails_when_it_is_late),
        cmocka_unit_test(test_081__managed_fields__are_sent_as_they_were_where_there_are_some),
        cmocka_unit_test(test_069__what_every_restore_changes__is_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
