#include "kube/managers.h"

#include "support/json_text.h"

/* An object whose managedFields are ENTRIES. */
static json_t *object_with(const char *entries)
{
    char *text =
        xasprintf("{'metadata':{'name':'a','resourceVersion':'42','managedFields':[%s]}}", entries);
    json_t *object = json_from(text);
    free(text);
    return object;
}

#define APPLY(MANAGER, TIME, FIELDS)                                                               \
    "{'manager':'" MANAGER "','operation':'Apply','apiVersion':'v1','time':'" TIME "',"            \
    "'fieldsType':'FieldsV1','fieldsV1':" FIELDS "}"
#define UPDATE(MANAGER, VERSION, FIELDS)                                                           \
    "{'manager':'" MANAGER "','operation':'Update','apiVersion':'" VERSION "',"                    \
    "'time':'t','fieldsType':'FieldsV1','fieldsV1':" FIELDS "}"
#define SUBRESOURCE(MANAGER, OPERATION)                                                            \
    "{'manager':'" MANAGER "','operation':'" OPERATION "','apiVersion':'v1',"                      \
    "'subresource':'status','fieldsV1':{'f:status':{}}}"

static void test_managers_applied__among_others__finds_own_main_entry(maybe_unused void **state)
{
    json_auto_t *object =
        object_with(SUBRESOURCE("ansible", "Apply") "," UPDATE("ansible", "v1", "{}") "," APPLY(
            "other", "t", "{}") "," APPLY("ansible", "t", "{'f:a':{}}"));
    assert_ptr_equal(
        kube_managers_applied(object, "ansible"),
        json_array_get(json_object_get(json_object_get(object, "metadata"), "managedFields"), 3));
    assert_null(kube_managers_applied(object, "nobody"));
}

static void test_managers_applied__no_entries__null(maybe_unused void **state)
{
    json_auto_t *bare = json_from("{'metadata':{}}");
    assert_null(kube_managers_applied(bare, "ansible"));
    assert_null(kube_managers_applied(NULL, "ansible"));
}

static bool same(const char *a, const char *b)
{
    json_auto_t *object_a = object_with(a);
    json_auto_t *object_b = object_with(b);
    bool result = kube_managers_same(object_a, object_b, "ansible");
    /* Asking changes nothing. */
    json_auto_t *untouched = object_with(a);
    assert_true(json_equal(object_a, untouched));
    return result;
}

static void test_managers_same__times_and_others_differ__same(maybe_unused void **state)
{
    assert_true(same(APPLY("ansible", "1", "{'f:a':{}}"),
                     APPLY("other", "1", "{}") "," APPLY("ansible", "2", "{'f:a':{}}")));
}

static void test_005__managers_same__fields_or_presence_differ__not_same(maybe_unused void **state)
{
    assert_false(same(APPLY("ansible", "1", "{'f:a':{}}"), APPLY("ansible", "1", "{'f:b':{}}")));
    assert_false(same("", APPLY("ansible", "1", "{'f:b':{}}")));
    assert_false(same(APPLY("ansible", "1", "{'f:b':{}}"), UPDATE("ansible", "v1", "{'f:b':{}}")));
}

static void test_managers_same__neither_has_one__same(maybe_unused void **state)
{
    assert_true(same("", UPDATE("ansible", "v1", "{}")));
    assert_true(kube_managers_same(NULL, NULL, "ansible"));
}

static bool to_migrate(const char *entries)
{
    auto_strv struct strv from;
    strv_init(&from);
    strv_add(&from, "clusterctl");
    strv_add(&from, "OpenAPI-Generator");
    json_auto_t *object = object_with(entries);
    return kube_managers_to_migrate(object, &from);
}

static void
test_managers_to_migrate__only_main_updates_of_the_named__count(maybe_unused void **state)
{
    assert_true(to_migrate(APPLY("x", "t", "{}") "," UPDATE("OpenAPI-Generator", "v1", "{}")));
    assert_false(to_migrate(UPDATE("kubectl-edit", "v1", "{}")));
    assert_false(to_migrate(APPLY("clusterctl", "t", "{}")));
    assert_false(to_migrate(SUBRESOURCE("clusterctl", "Update")));
    assert_false(to_migrate(""));
}

/* The migration of OpenAPI-Generator and kubectl-edit to ansible is EXPECTED. */
static void check_migration(const char *entries, const char *expected)
{
    auto_strv struct strv from;
    strv_init(&from);
    strv_add(&from, "OpenAPI-Generator");
    strv_add(&from, "kubectl-edit");
    json_auto_t *object = object_with(entries);
    json_auto_t *untouched = object_with(entries);
    json_auto_t *patch = kube_managers_migration(object, &from, "ansible");
    char *text = xasprintf("[{'op':'replace','path':'/metadata/managedFields','value':[%s]},"
                           "{'op':'replace','path':'/metadata/resourceVersion','value':'42'}]",
                           expected);
    assert_json(patch, text);
    assert_true(json_equal(object, untouched));
    free(text);
}

static void
test_122__managers_migration__update_entry_alone__becomes_applied(maybe_unused void **state)
{
    check_migration(UPDATE("OpenAPI-Generator", "v1", "{'f:data':{'f:k':{}}}"),
                    APPLY("ansible", "t", "{'f:data':{'f:k':{}}}"));
}

static void test_122__managers_migration__applied_is_there__sets_unite(maybe_unused void **state)
{
    check_migration(
        UPDATE("OpenAPI-Generator", "v1", "{'f:data':{'.':{},'f:k':{}},'f:m':{'k:{}':{'f:x':{}}}}") "," APPLY(
            "other", "t",
            "{'f:o':{}}") "," SUBRESOURCE("OpenAPI-Generator",
                                          "Update") "," APPLY("ansible", "9",
                                                              "{'f:data':{'f:j':{}},'f:m':{'k:{}':{"
                                                              "'f:y':{}}}}") "," UPDATE("kubectl-"
                                                                                        "edit",
                                                                                        "v1",
                                                                                        "{'f:z':{}"
                                                                                        "}"),
        APPLY("other", "t", "{'f:o':{}}") "," SUBRESOURCE("OpenAPI-Generator", "Update") "," APPLY(
            "ansible", "9",
            "{'f:data':{'.':{},'f:j':{},'f:k':{}},'f:m':{'k:{}':{'f:x':{},'f:y':{}}},'f:z':{}}"));
}

static void
test_122__managers_migration__two_updates__first_becomes_applied(maybe_unused void **state)
{
    check_migration(UPDATE("kubectl-edit", "v1", "{'f:a':{}}") "," UPDATE("OpenAPI-Generator", "v1",
                                                                          "{'f:b':{}}"),
                    APPLY("ansible", "t", "{'f:a':{},'f:b':{}}"));
}

static void
test_managers_migration__set_of_other_version__dropped_as_kubectl(maybe_unused void **state)
{
    check_migration(UPDATE("OpenAPI-Generator", "v1",
                           "{'f:a':{}}") "," UPDATE("OpenAPI-Generator", "v1beta1", "{'f:b':{}}"),
                    APPLY("ansible", "t", "{'f:a':{}}"));
}

static void test_managers_migration__nothing_to_migrate__null(maybe_unused void **state)
{
    auto_strv struct strv from;
    strv_init(&from);
    strv_add(&from, "OpenAPI-Generator");
    json_auto_t *object = object_with(APPLY("ansible", "t", "{}"));
    assert_null(kube_managers_migration(object, &from, "ansible"));
    assert_null(kube_managers_migration(NULL, &from, "ansible"));
}

/* What ansible owns of CONTENT, of which it applied FIELDS. */
static void check_owned(const char *content, const char *fields, const char *want)
{
    json_auto_t *object = json_from(content);
    json_auto_t *managed = object_with(APPLY("ansible", "t", "{}"));
    json_object_update(object, managed);
    json_object_set_new(kube_managers_applied(object, "ansible"), "fieldsV1", json_from(fields));
    json_auto_t *owned = kube_managers_owned(object, "ansible");
    assert_json(owned, want);
}

static void test_managers_owned__members__only_those_of_the_set(maybe_unused void **state)
{
    check_owned("{'data':{'a':'1','b':'2'},'spec':{'x':{'y':[1,2]},'z':0}}",
                "{'f:data':{'f:a':{}},'f:spec':{'f:x':{}},'f:gone':{}}",
                "{'f:data':{'f:a':'1'},'f:spec':{'f:x':{'y':[1,2]}}}");
}

static void test_managers_owned__list_items__found_by_keys_and_values(maybe_unused void **state)
{
    check_owned("{'ports':[{'p':80,'t':'UDP','n':'a'},{'p':80,'t':'TCP','n':'b','m':1}],"
                "'set':['x','y',3]}",
                "{'f:ports':{'k:{\\'p\\':80,\\'t\\':\\'TCP\\'}':{'.':{},'f:n':{}},'k:{':{}},"
                "'f:set':{'v:\\'y\\'':{},'v:3':{},'v:\\'gone\\'':{}}}",
                "{'f:ports':{'order':['k:{\\'p\\':80,\\'t\\':\\'TCP\\'}'],"
                "'k:{\\'p\\':80,\\'t\\':\\'TCP\\'}':{'f:n':'b'}},"
                "'f:set':{'order':['v:\\'y\\'','v:3'],'v:\\'y\\'':'y','v:3':3}}");
}

static void test_managers_owned__list_items__in_their_order(maybe_unused void **state)
{
    check_owned("{'set':['b','c','a']}", "{'f:set':{'v:\\'a\\'':{},'v:\\'b\\'':{}}}",
                "{'f:set':{'order':['v:\\'b\\'','v:\\'a\\''],'v:\\'a\\'':'a','v:\\'b\\'':'b'}}");
}

static void test_managers_owned__nothing_applied__null(maybe_unused void **state)
{
    json_auto_t *object = object_with(UPDATE("ansible", "v1", "{'f:data':{}}"));
    assert_null(kube_managers_owned(object, "ansible"));
    assert_null(kube_managers_owned(NULL, "ansible"));
}

static bool others_wrote(const char *a, const char *b)
{
    json_auto_t *object_a = object_with(a);
    json_auto_t *object_b = object_with(b);
    return kube_managers_others_wrote(object_a, object_b, "ansible");
}

static void test_managers_others_wrote__own_entries_differ__false(maybe_unused void **state)
{
    assert_false(others_wrote(APPLY("ansible", "1", "{}") "," UPDATE("other", "v1", "{'f:a':{}}"),
                              UPDATE("other", "v1", "{'f:a':{}}") "," APPLY(
                                  "ansible", "2", "{}") "," UPDATE("ansible", "v1", "{'f:b':{}}")));
}

static void test_managers_others_wrote__new_or_later_entry__true(maybe_unused void **state)
{
    assert_true(others_wrote(APPLY("ansible", "1", "{}"),
                             APPLY("ansible", "1", "{}") "," UPDATE("other", "v1", "{}")));
    assert_true(others_wrote(APPLY("other", "1", "{}"), APPLY("other", "2", "{}")));
    assert_true(others_wrote("", SUBRESOURCE("kubelet", "Update")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_managers_applied__among_others__finds_own_main_entry),
        cmocka_unit_test(test_managers_applied__no_entries__null),
        cmocka_unit_test(test_managers_same__times_and_others_differ__same),
        cmocka_unit_test(test_005__managers_same__fields_or_presence_differ__not_same),
        cmocka_unit_test(test_managers_same__neither_has_one__same),
        cmocka_unit_test(test_managers_to_migrate__only_main_updates_of_the_named__count),
        cmocka_unit_test(test_122__managers_migration__update_entry_alone__becomes_applied),
        cmocka_unit_test(test_122__managers_migration__applied_is_there__sets_unite),
        cmocka_unit_test(test_122__managers_migration__two_updates__first_becomes_applied),
        cmocka_unit_test(test_managers_migration__set_of_other_version__dropped_as_kubectl),
        cmocka_unit_test(test_managers_migration__nothing_to_migrate__null),
        cmocka_unit_test(test_managers_owned__members__only_those_of_the_set),
        cmocka_unit_test(test_managers_owned__list_items__found_by_keys_and_values),
        cmocka_unit_test(test_managers_owned__list_items__in_their_order),
        cmocka_unit_test(test_managers_owned__nothing_applied__null),
        cmocka_unit_test(test_managers_others_wrote__own_entries_differ__false),
        cmocka_unit_test(test_managers_others_wrote__new_or_later_entry__true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
