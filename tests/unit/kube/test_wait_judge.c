#include "kube/wait_priv.h"

#include "support/json_text.h"

static const struct kube_resource claims = {.group = "",
                                            .version = "v1",
                                            .kind = "PersistentVolumeClaim",
                                            .plural = "persistentvolumeclaims"};
static const struct kube_resource deployments = {
    .group = "apps", .version = "v1", .kind = "Deployment", .plural = "deployments"};

/* An object with its waiter, which has seen VALUE (NULL: nothing). */
struct scene {
    struct kube_object object;
    struct kube_waiter waiter;
};

static void scene_init(struct scene *scene, const struct kube_resource *resource,
                       enum kube_goal goal, const char *value)
{
    json_t *identity = json_pack("{sss{ss}}", "kind", resource->kind, "metadata", "name", "x");
    kube_object_init_take(&scene->object, identity);
    scene->object.resource = *resource;
    kube_waiter_init(&scene->waiter, &scene->object, goal, "u1");
    scene->waiter.value = value ? json_from(value) : NULL;
}

static void scene_clear(struct scene *scene)
{
    kube_waiter_clear(&scene->waiter);
    kube_object_clear(&scene->object);
}

#define CLAIM(PHASE, CLASS)                                                                        \
    "{'metadata':{'name':'x','annotations':{'a':'b'}},'spec':{'storageClassName':'" CLASS          \
    "'},'status':{'phase':'" PHASE "'}}"

struct row {
    const char *what;
    enum kube_goal goal;
    const char *value;
    enum kube_readiness readiness;
    const char *why;
};

static const struct row rows[] = {
    {"gone", KUBE_GOAL_ABSENT, NULL, KUBE_READY, ""},
    {"still there", KUBE_GOAL_ABSENT, "{'metadata':{'uid':'u1'}}", KUBE_NOT_READY, ""},
    {"another one", KUBE_GOAL_ABSENT, "{'metadata':{'uid':'u2'}}", KUBE_READY, ""},
    {"missing", KUBE_GOAL_EXISTS, NULL, KUBE_NOT_READY, "it does not exist"},
    {"there", KUBE_GOAL_EXISTS, "{}", KUBE_READY, ""},
    {"bound", KUBE_GOAL_READY, CLAIM("Bound", "c"), KUBE_READY, ""},
    {"pending", KUBE_GOAL_READY, CLAIM("Pending", "c"), KUBE_NOT_READY, "its phase is Pending"},
};

static void test_wait_judge__every_goal__as_named(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        struct scene scene;
        scene_init(&scene, &claims, rows[i].goal, rows[i].value);
        buf_add_str(&scene.waiter.why, "older");
        enum kube_readiness readiness = wait_judge(NULL, &scene.waiter);
        if (readiness != rows[i].readiness || strcmp(buf_str(&scene.waiter.why), rows[i].why) != 0)
            fail_msg("%s: %d, %s", rows[i].what, (int)readiness, buf_str(&scene.waiter.why));
        scene_clear(&scene);
    }
}

static void test_wait_judge__that_must_exist_and_does_not__failed(maybe_unused void **state)
{
    struct scene scene;
    scene_init(&scene, &claims, KUBE_GOAL_READY, NULL);
    assert_int_equal(wait_judge(NULL, &scene.waiter), KUBE_NOT_READY);
    scene.waiter.must_exist = true;
    assert_int_equal(wait_judge(NULL, &scene.waiter), KUBE_FAILED);
    assert_string_equal(buf_str(&scene.waiter.why), "it does not exist");
    scene_clear(&scene);
}

static void test_wait_judge__conditions__replace_the_rule(maybe_unused void **state)
{
    static const struct kube_condition wanted[] = {{.type = "A", .status = "True"},
                                                   {.type = "B", .status = "False"}};
    const struct kube_criteria criteria = {.conditions = wanted, .condition_count = 2};
    struct scene scene;
    scene_init(&scene, &claims, KUBE_GOAL_READY,
               "{'status':{'phase':'Pending','conditions':[{'type':'A','status':'True'},"
               "{'type':'B','status':'False'}]}}");
    assert_int_equal(wait_judge(&criteria, &scene.waiter), KUBE_READY);
    assert_int_equal(wait_judge(NULL, &scene.waiter), KUBE_NOT_READY);
    json_t *second = json_array_get(
        json_object_get(json_object_get(scene.waiter.value, "status"), "conditions"), 1);
    json_object_set_new(second, "status", json_string("True"));
    assert_int_equal(wait_judge(&criteria, &scene.waiter), KUBE_NOT_READY);
    assert_string_equal(buf_str(&scene.waiter.why), "condition B is True");
    scene_clear(&scene);
}

static void test_wait_judge__jsonpath__holds_or_not(maybe_unused void **state)
{
    auto_error struct error *err = NULL;
    struct js_query *query = js_query_parse(".status.phase", &err);
    const struct kube_criteria bound = {.query = query, .expected = "Bound"};
    const struct kube_criteria any = {.query = query};
    struct scene scene;
    scene_init(&scene, &claims, KUBE_GOAL_READY, CLAIM("Pending", "c"));
    assert_int_equal(wait_judge(&any, &scene.waiter), KUBE_READY);
    assert_int_equal(wait_judge(&bound, &scene.waiter), KUBE_NOT_READY);
    assert_string_equal(buf_str(&scene.waiter.why), "the jsonpath does not hold yet");
    assert_false(wait_wants_class(&bound, &scene.waiter)); /* the phase alone was asked for */
    scene_clear(&scene);
    js_query_free(query);
}

static void test_wait_judge__paused_deployment__is_ready_with_a_remark(maybe_unused void **state)
{
    struct scene scene;
    scene_init(&scene, &deployments, KUBE_GOAL_READY,
               "{'metadata':{'name':'x'},'spec':{'paused':true}}");
    assert_int_equal(wait_judge(NULL, &scene.waiter), KUBE_READY);
    assert_string_equal(buf_str(&scene.waiter.why),
                        "deployment \"x\" is paused: nothing rolls it out");
    scene_clear(&scene);
}

static void
test_wait_class__waits_for_the_first_consumer__makes_pending_ready(maybe_unused void **state)
{
    struct scene scene;
    scene_init(&scene, &claims, KUBE_GOAL_READY, CLAIM("Pending", "a b"));
    assert_true(wait_wants_class(NULL, &scene.waiter));
    auto_free char *path = wait_class_path(&scene.waiter);
    assert_string_equal(path, "/apis/storage.k8s.io/v1/storageclasses/a%20b");
    json_auto_t *storage_class = json_from("{'volumeBindingMode':'WaitForFirstConsumer'}");
    wait_take_class(&scene.waiter, storage_class);
    assert_false(wait_wants_class(NULL, &scene.waiter));
    assert_int_equal(wait_judge(NULL, &scene.waiter), KUBE_READY);
    assert_json(scene.waiter.value, CLAIM("Pending", "a b")); /* what was seen stays as it was */
    scene_clear(&scene);
}

static void test_wait_class__binds_at_once_or_is_unknown__leaves_pending(maybe_unused void **state)
{
    json_auto_t *immediate = json_from("{'volumeBindingMode':'Immediate'}");
    const json_t *const classes[] = {immediate, NULL};
    for (size_t i = 0; i < array_length(classes); i++) {
        struct scene scene;
        scene_init(&scene, &claims, KUBE_GOAL_READY, CLAIM("Pending", "c"));
        wait_take_class(&scene.waiter, classes[i]);
        assert_false(wait_wants_class(NULL, &scene.waiter));
        assert_int_equal(wait_judge(NULL, &scene.waiter), KUBE_NOT_READY);
        scene_clear(&scene);
    }
}

static void test_wait_wants_class__what_no_class_decides__false(maybe_unused void **state)
{
    static const struct {
        const struct kube_resource *resource;
        enum kube_goal goal;
        const char *value;
    } cases[] = {
        {&claims, KUBE_GOAL_READY, CLAIM("Bound", "c")},
        {&claims, KUBE_GOAL_READY, CLAIM("Pending", "")},
        {&claims, KUBE_GOAL_READY, "{'status':{'phase':'Pending'}}"},
        {&claims, KUBE_GOAL_READY, NULL},
        {&claims, KUBE_GOAL_ABSENT, CLAIM("Pending", "c")},
        {&deployments, KUBE_GOAL_READY, CLAIM("Pending", "c")},
    };
    for (size_t i = 0; i < array_length(cases); i++) {
        struct scene scene;
        scene_init(&scene, cases[i].resource, cases[i].goal, cases[i].value);
        if (wait_wants_class(NULL, &scene.waiter))
            fail_msg("case %zu", i);
        scene_clear(&scene);
    }
}

static void expect_error(struct scene *scene, const char *text)
{
    auto_error struct error *err = NULL;
    kube_waiter_error(&scene->waiter, 3000, &err);
    assert_string_equal(err->message, text);
}

static void test_waiter_error__every_outcome__is_told(maybe_unused void **state)
{
    struct scene scene;
    scene_init(&scene, &deployments, KUBE_GOAL_READY, NULL);
    scene.waiter.state = KUBE_WAIT_TIMED_OUT;
    expect_error(&scene, "\"Deployment\" \"x\": Timed out waiting on resource after 3 s");
    buf_add_str(&scene.waiter.why, "0 of 1");
    expect_error(&scene, "\"Deployment\" \"x\": Timed out waiting on resource after 3 s (0 of 1)");
    scene.waiter.state = KUBE_WAIT_FAILED;
    expect_error(&scene, "\"Deployment\" \"x\": 0 of 1");
    scene_clear(&scene);
}

static void test_waiter_error__not_gone__names_what_holds_it(maybe_unused void **state)
{
    struct scene scene;
    scene_init(&scene, &deployments, KUBE_GOAL_ABSENT,
               "{'metadata':{'finalizers':['a/b','c/d']},'status':{'conditions':["
               "{'type':'NamespaceContentRemaining','status':'True','message':'one left'},"
               "{'type':'NamespaceFinalizersRemaining','status':'False','message':'none'}]}}");
    scene.waiter.state = KUBE_WAIT_TIMED_OUT;
    expect_error(&scene,
                 "\"Deployment\" \"x\": Timed out waiting on resource after 3 s; it is held by "
                 "finalizers: a/b, c/d; NamespaceContentRemaining: one left");
    scene_clear(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wait_judge__every_goal__as_named),
        cmocka_unit_test(test_wait_judge__that_must_exist_and_does_not__failed),
        cmocka_unit_test(test_wait_judge__conditions__replace_the_rule),
        cmocka_unit_test(test_wait_judge__jsonpath__holds_or_not),
        cmocka_unit_test(test_wait_judge__paused_deployment__is_ready_with_a_remark),
        cmocka_unit_test(test_wait_class__waits_for_the_first_consumer__makes_pending_ready),
        cmocka_unit_test(test_wait_class__binds_at_once_or_is_unknown__leaves_pending),
        cmocka_unit_test(test_wait_wants_class__what_no_class_decides__false),
        cmocka_unit_test(test_waiter_error__every_outcome__is_told),
        cmocka_unit_test(test_waiter_error__not_gone__names_what_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
