#include "capi/put_priv.h"

#include "support/json_text.h"

struct row {
    const char *what;
    const char *before, *wanted;
    bool differs;
};

static const struct row rows[] = {
    {"the same", "{'metadata':{'resourceVersion':'7'},'a':1}", "{'a':1.0,'metadata':{}}", false},
    {"more there than wanted", "{'a':{'b':1,'c':2}}", "{'a':{'b':1}}", false},
    {"another value", "{'a':{'b':1}}", "{'a':{'b':2}}", true},
    {"a member more", "{'a':{'b':1}}", "{'a':{'b':1,'c':1}}", true},
    {"a list is taken as a whole", "{'a':[1,2]}", "{'a':[1]}", true},
    {"null for what is there", "{'a':{'b':1}}", "{'a':{'b':null}}", true},
    {"null for what is not there", "{'a':{'b':1}}", "{'a':{'c':null}}", false},
    {"an object where a text is", "{'a':'x'}", "{'a':{}}", true},
    {"status and creation time do not count", "{'metadata':{'creationTimestamp':'x'}}",
     "{'metadata':{'creationTimestamp':null},'status':{'x':1}}", false},
};

static struct capi_put item_of(const char *wanted)
{
    struct capi_put item = {.way = CAPI_WAY_MERGE};
    json_auto_t *value = json_from(wanted);
    auto_free char *text = json_dumps(value, JSON_COMPACT);
    buf_add_str(&item.body, text);
    return item;
}

static void clear_item(struct capi_put *item)
{
    buf_clear(&item->body);
    free(item->version);
}

static void test_put_judge__every_kind_of_difference__is_seen(maybe_unused void **state)
{
    const struct capi_put_options options = {0};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct capi_put item = item_of(rows[i].wanted);
        json_auto_t *before = json_from(rows[i].before);
        put_judge(&item, &options, before);
        assert_true(item.exists);
        if (item.differs != rows[i].differs)
            fail_msg("%s: differs is %d", rows[i].what, item.differs);
        clear_item(&item);
    }
}

static void test_put_judge__nothing_there__differs_and_does_not_exist(maybe_unused void **state)
{
    const struct capi_put_options options = {0};
    struct capi_put item = item_of("{}");
    put_judge(&item, &options, NULL);
    assert_false(item.exists);
    assert_true(item.differs);
    assert_null(item.version);
    clear_item(&item);
}

static void test_put_judge__version_and_deletion__are_read(maybe_unused void **state)
{
    const struct capi_put_options options = {0};
    struct capi_put item = item_of("{}");
    json_auto_t *before =
        json_from("{'metadata':{'resourceVersion':'42','deletionTimestamp':'now'}}");
    put_judge(&item, &options, before);
    assert_string_equal(item.version, "42");
    assert_true(item.terminating);
    clear_item(&item);
}

static void test_put_judge__replacement__is_never_taken_for_equal(maybe_unused void **state)
{
    const struct capi_put_options options = {0};
    struct capi_put item = item_of("{'a':1}");
    item.way = CAPI_WAY_REPLACE;
    json_auto_t *before = json_from("{'a':1}");
    put_judge(&item, &options, before);
    assert_true(item.differs);
    clear_item(&item);
}

#define MAP                                                                                        \
    "'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','namespace':'n'},'data':{'a':'1'" \
    "}"

/* The map as the server shows it, with a label that somebody has set. */
static json_t *live_map(const char *manager, const char *operation, const char *fields)
{
    auto_free char *text = xasprintf(
        "{'apiVersion':'v1','kind':'ConfigMap','data':{'a':'1'},'metadata':{'name':'m',"
        "'namespace':'n','labels':{'l':'x'},'managedFields':[{'manager':'%s','operation':'%s',"
        "'apiVersion':'v1','fieldsType':'FieldsV1','fieldsV1':%s}]}}",
        manager, operation, fields);
    return json_from(text);
}

static void test_put_judge__apply__needs_our_manager_and_what_it_owns(maybe_unused void **state)
{
#define DATA  "'f:data':{'f:a':{}}"
#define LABEL "'f:metadata':{'f:labels':{'f:l':{}}}"
    const struct capi_put_options options = {.manager = "me"};
    static const struct {
        const char *manager, *operation, *fields;
        bool differs;
    } managers[] = {
        {"me", "Apply", "{" DATA "}", false},
        {"me", "Apply", "{" DATA "," LABEL "}", true}, /* the label was wanted once */
        {"me", "Update", "{" DATA "}", true},
        {"you", "Apply", "{" DATA "}", true},
    };
    for (size_t i = 0; i < array_length(managers); i++) {
        struct capi_put item = item_of("{" MAP "}");
        item.way = CAPI_WAY_APPLY;
        json_auto_t *before =
            live_map(managers[i].manager, managers[i].operation, managers[i].fields);
        put_judge(&item, &options, before);
        if (item.differs != managers[i].differs)
            fail_msg("%zu: differs is %d", i, item.differs);
        clear_item(&item);
    }
}

static void test_put_judge__apply_of_a_mere_name__needs_no_manager(maybe_unused void **state)
{
    const struct capi_put_options options = {.manager = "me"};
    struct capi_put item =
        item_of("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n'}}");
    item.way = CAPI_WAY_APPLY;
    json_auto_t *before =
        json_from("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n','uid':'1'}}");
    put_judge(&item, &options, before);
    assert_false(item.differs);
    clear_item(&item);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_judge__every_kind_of_difference__is_seen),
        cmocka_unit_test(test_put_judge__nothing_there__differs_and_does_not_exist),
        cmocka_unit_test(test_put_judge__version_and_deletion__are_read),
        cmocka_unit_test(test_put_judge__replacement__is_never_taken_for_equal),
        cmocka_unit_test(test_put_judge__apply__needs_our_manager_and_what_it_owns),
        cmocka_unit_test(test_put_judge__apply_of_a_mere_name__needs_no_manager),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
