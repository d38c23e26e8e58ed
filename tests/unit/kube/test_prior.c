#include "kube/prior.h"

#include "support/json_text.h"

/* An object as servers send it: its version, what other fields there are, who owns what. */
#define OBJECT(UID, VERSION, REST, ENTRIES)                                                        \
    "{'metadata':{'name':'a','uid':'" UID "','resourceVersion':'" VERSION                          \
    "','managedFields':[" ENTRIES "]}," REST "}"
#define OURS(FIELDS)                                                                               \
    "{'manager':'ansible','operation':'Apply','time':'1','fieldsV1':{'f:data':" FIELDS "}}"
#define OTHERS(TIME)                                                                               \
    "{'manager':'other','operation':'Update','time':'" TIME "','fieldsV1':{'f:data':{'f:o':{}}}}"

static void read_prior(struct kube_prior *prior, const char *text)
{
    json_auto_t *value = json_from(text);
    struct buf body;
    buf_init(&body);
    char *compact = json_dumps(value, JSON_COMPACT);
    buf_add_str(&body, compact);
    free(compact);
    struct error *err = NULL;
    json_auto_t *unused = NULL;
    assert_int_equal(kube_prior_look_take(prior, &body, &unused, &err), 0);
}

struct row {
    const char *what;
    const char *before;
    const char *after;
    bool dry_run;
    bool changed;         /* for ansible's apply */
    bool changed_unasked; /* for a write without manager */
};

static const struct row rows[] = {
    {"same version", OBJECT("u", "1", "'data':{'a':'1'}", OURS("{'f:a':{}}")),
     OBJECT("u", "1", "'data':{'a':'2'}", OURS("{'f:b':{}}")), false, false, false},
    {"same version in a dry run", OBJECT("u", "1", "'data':{'a':'1'}", OURS("{'f:a':{}}")),
     OBJECT("u", "1", "'data':{'a':'2'}", OURS("{'f:a':{}}")), true, true, true},
    {"other uid", OBJECT("u", "1", "'data':{}", ""), OBJECT("v", "1", "'data':{}", ""), false, true,
     true},
    {"status alone", OBJECT("u", "1", "'status':1", OURS("{}")),
     OBJECT("u", "2", "'status':2", OURS("{}")), false, false, false},
    {"ownership alone", OBJECT("u", "1", "'data':{'o':'1'}", OTHERS("1")),
     OBJECT("u", "2", "'data':{'o':'1'}", OTHERS("1") "," OURS("{'f:o':{}}")), false, true, false},
    {"value of ours", OBJECT("u", "1", "'data':{'a':'1'}", OURS("{'f:a':{}}")),
     OBJECT("u", "2", "'data':{'a':'2'}", OURS("{'f:a':{}}")), false, true, true},
    {"value of others", OBJECT("u", "1", "'data':{'a':'1'}", OURS("{'f:a':{}}")),
     OBJECT("u", "2", "'data':{'a':'1','o':'1'}", OURS("{'f:a':{}}") "," OTHERS("1")), false, false,
     true},
    {"value of others, dry run",
     OBJECT("u", "1", "'data':{'a':'1','o':'1'}", OURS("{'f:a':{}}") "," OTHERS("1")),
     OBJECT("u", "1", "'data':{'a':'1','o':'2'}", OURS("{'f:a':{}}") "," OTHERS("2")), true, false,
     true},
    {"values of both", OBJECT("u", "1", "'data':{'a':'1'}", OURS("{'f:a':{}}")),
     OBJECT("u", "2", "'data':{'a':'2','o':'1'}", OURS("{'f:a':{}}") "," OTHERS("1")), false, true,
     true},
    {"order of ours while others wrote",
     OBJECT("u", "1", "'data':['a','b']", OURS("{'v:\\\"a\\\"':{},'v:\\\"b\\\"':{}}")),
     OBJECT("u", "2", "'data':['b','a'],'status':1",
            OURS("{'v:\\\"a\\\"':{},'v:\\\"b\\\"':{}}") "," OTHERS("1")),
     false, true, true},
    {"value that nobody owns", OBJECT("u", "1", "'data':{'a':'1'}", OURS("{'f:a':{}}")),
     OBJECT("u", "2", "'data':{'a':'1','default':'1'}", OURS("{'f:a':{}}")), false, true, true},
    {"nothing applied", OBJECT("u", "1", "'data':{}", ""),
     OBJECT("u", "2", "'data':{'o':'1'}", OTHERS("1")), false, true, true},
};

static void test_prior_changed__every_row__as_named(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        struct kube_prior prior = {0};
        read_prior(&prior, rows[i].before);
        json_auto_t *after = json_from(rows[i].after);
        bool changed = kube_prior_changed(&prior, after, "ansible", rows[i].dry_run, false);
        bool unasked = kube_prior_changed(&prior, after, NULL, rows[i].dry_run, false);
        if (changed != rows[i].changed || unasked != rows[i].changed_unasked)
            fail_msg("%s: %d, without manager %d", rows[i].what, changed, unasked);
        kube_prior_clear(&prior);
    }
}

static void test_prior_differs__two_values__by_the_same_rules(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *before = json_from(rows[i].before);
        json_auto_t *after = json_from(rows[i].after);
        if (strcmp(rows[i].what, "same version") == 0)
            continue;
        if (kube_prior_differs(before, after, "ansible", false) != rows[i].changed ||
            kube_prior_differs(before, after, NULL, false) != rows[i].changed_unasked)
            fail_msg("%s", rows[i].what);
    }
}

static void test_prior_changed__plain_status__counts(maybe_unused void **state)
{
    struct kube_prior prior = {0};
    read_prior(&prior, OBJECT("u", "1", "'status':1", ""));
    json_auto_t *after = json_from(OBJECT("u", "2", "'status':2", ""));
    assert_false(kube_prior_changed(&prior, after, NULL, false, false));
    assert_true(kube_prior_changed(&prior, after, NULL, false, true));
    kube_prior_clear(&prior);
}

static void test_prior_changed__was_absent__true(maybe_unused void **state)
{
    struct kube_prior prior = {0};
    kube_prior_absent(&prior);
    assert_true(prior.known && !prior.exists);
    json_auto_t *after = json_from(OBJECT("u", "1", "'data':{}", ""));
    assert_true(kube_prior_changed(&prior, after, "ansible", false, false));
    assert_null(kube_prior_value(&prior));
}

static void test_prior_read__object__keeps_what_decides(maybe_unused void **state)
{
    struct kube_prior prior = {0};
    read_prior(&prior, "{'metadata':{'uid':'u','resourceVersion':'7','deletionTimestamp':'t'}}");
    assert_true(prior.exists && prior.terminating);
    assert_string_equal(prior.uid, "u");
    assert_string_equal(prior.resource_version, "7");
    json_auto_t *value = kube_prior_value(&prior);
    assert_json(value, "{'metadata':{'uid':'u','resourceVersion':'7','deletionTimestamp':'t'}}");
    kube_prior_clear(&prior);
    assert_false(prior.known || prior.exists);
}

static void test_prior_read__no_json__is_an_error(maybe_unused void **state)
{
    struct kube_prior prior = {0};
    struct buf body;
    buf_init(&body);
    buf_add_str(&body, "<html>");
    auto_error struct error *err = NULL;
    json_t *none = NULL;
    assert_int_equal(kube_prior_look_take(&prior, &body, &none, &err), -1);
    assert_int_equal(err->kind, ERROR_PARSE);
    kube_prior_clear(&prior);
}

static void test_prior_keep__value_instead_of_bytes__answers_as_before(maybe_unused void **state)
{
    struct kube_prior prior = {0};
    struct buf body;
    buf_init(&body);
    buf_add_str(&body, "{\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"7\"},\"a\":1}");
    struct error *err = NULL;
    json_t *seen = NULL;
    assert_int_equal(kube_prior_look_take(&prior, &body, &seen, &err), 0);
    assert_json(seen, "{'metadata':{'uid':'u','resourceVersion':'7'},'a':1}");
    kube_prior_keep_take(&prior, seen);
    assert_int_equal(prior.body.size, 0);
    /* What is handed out may be edited. */
    json_auto_t *value = kube_prior_value(&prior);
    json_object_clear(json_object_get(value, "metadata"));
    assert_json(prior.value, "{'metadata':{'uid':'u','resourceVersion':'7'},'a':1}");
    json_auto_t *after = json_from("{'metadata':{'uid':'u','resourceVersion':'8'},'a':2}");
    assert_true(kube_prior_changed(&prior, after, NULL, false, false));
    kube_prior_clear(&prior);
    assert_null(prior.value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prior_changed__every_row__as_named),
        cmocka_unit_test(test_prior_differs__two_values__by_the_same_rules),
        cmocka_unit_test(test_prior_changed__plain_status__counts),
        cmocka_unit_test(test_prior_changed__was_absent__true),
        cmocka_unit_test(test_prior_read__object__keeps_what_decides),
        cmocka_unit_test(test_prior_read__no_json__is_an_error),
        cmocka_unit_test(test_prior_keep__value_instead_of_bytes__answers_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
