#include "daemon/store.h"

#include "base/compiler.h"
#include "json/js_get.h"
#include "support/json_text.h"
#include "support/unit.h"

static const char *const fields[] = {"spec.wanted", "status.deep.value", NULL};

static int feed(struct store *store, const char *text, struct error **err)
{
    auto_free char *line = xstrdup(text);
    for (char *at = line; *at; at++)
        if (*at == '\'')
            *at = '"';
    return store_event(store, line, strlen(line), err);
}

static void list_two(struct store *store)
{
    store_init(store, "things", fields);
    json_auto_t *page =
        json_from("{'items': [{'metadata': {'name': 'a', 'uid': '1', 'managedFields': []},"
                  " 'spec': {'wanted': 1, 'other': 2}, 'status': {'deep': {'value': 3, 'x': 4}}},"
                  " {'metadata': {'name': 'b'}}]}");
    store_begin(store);
    store_add_page(store, page);
    store_end(store, "10");
}

static void test_store__list__keeps_only_what_is_needed(maybe_unused void **state)
{
    struct store store;
    list_two(&store);
    assert_json(store.items,
                "{'a': {'metadata': {'name': 'a', 'uid': '1'}, 'spec': {'wanted': 1},"
                " 'status': {'deep': {'value': 3}}}, 'b': {'metadata': {'name': 'b'}}}");
    assert_string_equal(store.version, "10");
    assert_true(store.changed);
    store_clear(&store);
}

static void test_store__events__change_it_and_move_its_version_on(maybe_unused void **state)
{
    struct store store;
    struct error *err = NULL;
    list_two(&store);
    store.changed = false;
    assert_int_equal(feed(&store,
                          "{'type': 'BOOKMARK', 'object': {'metadata': {'resourceVersion': '11'}}}",
                          &err),
                     0);
    assert_false(store.changed);
    assert_string_equal(store.version, "11");
    assert_int_equal(
        feed(&store,
             "{'type': 'ADDED', 'object': {'metadata': {'name': 'c', 'resourceVersion': '12'}}}",
             &err),
        0);
    assert_int_equal(
        feed(&store,
             "{'type': 'MODIFIED', 'object': {'metadata': {'name': 'a', 'resourceVersion': '13'}}}",
             &err),
        0);
    assert_int_equal(
        feed(&store,
             "{'type': 'DELETED', 'object': {'metadata': {'name': 'b', 'resourceVersion': '14'}}}",
             &err),
        0);
    assert_true(store.changed);
    assert_string_equal(store.version, "14");
    assert_json(store.items, "{'a': {'metadata': {'name': 'a', 'resourceVersion': '13'}},"
                             " 'c': {'metadata': {'name': 'c', 'resourceVersion': '12'}}}");
    store_clear(&store);
}

static unsigned times_seen;

static void count_seen(void *context, const char *name, const json_t *object)
{
    assert_string_equal(name, context);
    assert_non_null(object);
    times_seen++;
}

static void test_store__mere_signs_of_life__are_seen_and_are_no_change(maybe_unused void **state)
{
    static const struct {
        const char *object;
        bool changed;
    } rows[] = {
        {"{'metadata': {'name': 'a', 'resourceVersion': '2', 'annotations': {'t': '1'}}}", true},
        {"{'metadata': {'name': 'a', 'resourceVersion': '3', 'annotations': {'t': '2'}}}", false},
        {"{'metadata': {'name': 'a', 'resourceVersion': '4', 'annotations': {'t': '2'}},"
         " 'spec': {'other': 1}}",
         false},
        {"{'metadata': {'name': 'a', 'resourceVersion': '5', 'annotations': {'t': '2', 'x': ''}}}",
         true},
        {"{'metadata': {'name': 'a', 'resourceVersion': '6', 'annotations': {'t': '3', 'x': ''}},"
         " 'spec': {'wanted': 1}}",
         true},
        {"{'metadata': {'name': 'a', 'uid': 'u', 'resourceVersion': '6'}}", true},
        {"{'metadata': {'name': 'a', 'uid': 'u', 'resourceVersion': '8'}}", false},
        {"{'metadata': {'name': 'a', 'uid': 'v', 'resourceVersion': '9'}}", true},
    };
    char name[] = "a";
    struct store store;
    store_init(&store, "things", fields);
    store.stamp = "t";
    store.seen = count_seen;
    store.context = name;
    times_seen = 0;
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *object = json_from(rows[i].object);
        store.changed = false;
        store_put(&store, object);
        assert_int_equal(store.changed, rows[i].changed);
        assert_string_equal(js_str(store.items, "a", "metadata", "resourceVersion", NULL),
                            js_str(object, "metadata", "resourceVersion", NULL));
    }
    assert_int_equal(times_seen, array_length(rows));
    store_clear(&store);
}

static void test_store__version_is_too_old__has_to_be_listed_again(maybe_unused void **state)
{
    struct store store;
    struct error *err = NULL;
    list_two(&store);
    assert_int_equal(
        feed(&store, "{'type': 'ERROR', 'object': {'code': 410, 'message': 'too old'}}", &err), -1);
    assert_int_equal(err->code, 410);
    assert_error(&err, ERROR_STATUS, "the watch of things ends: too old");
    assert_null(store.version);
    store_clear(&store);
}

static void test_store__what_is_no_event__has_to_be_listed_again(maybe_unused void **state)
{
    static const char *const lines[] = {"", "<html>", "[]", "{'type': 'ADDED'}", "{'object': {}}"};
    for (size_t i = 0; i < array_length(lines); i++) {
        struct store store;
        struct error *err = NULL;
        list_two(&store);
        assert_int_equal(feed(&store, lines[i], &err), -1);
        assert_error(&err, ERROR_PARSE, "no event");
        assert_null(store.version);
        store_clear(&store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store__list__keeps_only_what_is_needed),
        cmocka_unit_test(test_store__events__change_it_and_move_its_version_on),
        cmocka_unit_test(test_store__mere_signs_of_life__are_seen_and_are_no_change),
        cmocka_unit_test(test_store__version_is_too_old__has_to_be_listed_again),
        cmocka_unit_test(test_store__what_is_no_event__has_to_be_listed_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
