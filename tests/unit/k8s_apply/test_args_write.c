#include "k8s_apply/args_priv.h"

#include "support/json_text.h"
#include "support/unit.h"

/* Reads OPTIONS; the error's text, owned, NULL when there is none. */
static char *read_options(const char *options, struct k8s_args *args)
{
    json_auto_t *params = json_from(options);
    auto_strv struct strv warnings;
    strv_init(&warnings);
    auto_error struct error *err = NULL;
    *args = (struct k8s_args){
        .defaults = {.kind = am_text(params, "kind"), .name = am_text(params, "name")}};
    int result = args_read_write(args, params, &warnings, &err);
    assert_int_equal(result, err ? -1 : 0);
    return err ? xstrdup(err->message) : NULL;
}

static void test_args__ways_of_saying_how__become_one_verb(maybe_unused void **state)
{
    static const struct {
        const char *options;
        enum kube_verb verb;
    } rows[] = {
        {"{}", KUBE_APPLY},
        {"{'state':'present'}", KUBE_APPLY},
        {"{'state':'absent'}", KUBE_DELETE},
        {"{'state':'patched'}", KUBE_PATCH},
        {"{'state':'patched','apply_mode':'replace'}", KUBE_PATCH},
        {"{'apply_mode':'server'}", KUBE_APPLY},
        {"{'apply_mode':'update'}", KUBE_UPDATE},
        {"{'apply_mode':'create'}", KUBE_CREATE},
        {"{'apply_mode':'replace'}", KUBE_REPLACE},
        {"{'apply':true,'force':true}", KUBE_APPLY},
        {"{'apply':false}", KUBE_UPDATE},
        {"{'apply':false,'force':true}", KUBE_REPLACE},
        {"{'force':true}", KUBE_REPLACE},
        {"{'merge_type':['merge']}", KUBE_UPDATE},
        {"{'patch':[],'kind':'Pod','name':'a'}", KUBE_JSON_PATCH},
        {"{'patch':[],'kind':'Pod','name':'a','state':'patched'}", KUBE_JSON_PATCH},
        {"{'patch':[],'kind':'Pod','name':'a','merge_type':['json']}", KUBE_JSON_PATCH},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct k8s_args args;
        auto_free char *said = read_options(rows[i].options, &args);
        if (said || args.verb != rows[i].verb)
            fail_msg("%s: verb %d, %s", rows[i].options, (int)args.verb, said ? said : "no error");
        k8s_args_clear(&args);
    }
}

static void test_args__what_cannot_be_meant__is_refused(maybe_unused void **state)
{
    static const struct {
        const char *options, *said;
    } rows[] = {
        {"{'patch':[],'kind':'Pod','name':'a','state':'absent'}",
         "state present or patched, not absent"},
        {"{'patch':[],'kind':'Pod','name':'a','state':'info'}",
         "state present or patched, not info"},
        {"{'patch':[],'state':'absent'}", "state present or patched, not absent"},
        {"{'patch':[],'kind':'Pod'}", "patch needs kind and name"},
        {"{'patch':[],'name':'a'}", "patch needs kind and name"},
        {"{'merge_type':['json']}", "merge_type json needs the option patch"},
        {"{'field_manager':'a\\tb'}", "control character"},
        {"{'continue_on_error':'maybe'}", "must be true, false or ignore"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct k8s_args args;
        auto_free char *said = read_options(rows[i].options, &args);
        if (!said || !strstr(said, rows[i].said))
            fail_msg("%s: %s", rows[i].options, said ? said : "no error");
        k8s_args_clear(&args);
    }
}

static void test_args__merge_types__default_to_both(maybe_unused void **state)
{
    static const struct {
        const char *options;
        size_t count;
        const char *first;
    } rows[] = {
        {"{}", 2, "strategic-merge"},
        {"{'merge_type':['merge']}", 1, "merge"},
        {"{'merge_type':['merge','strategic-merge']}", 2, "merge"},
        {"{'merge_type':['json'],'patch':[],'kind':'Pod','name':'a'}", 2, "strategic-merge"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct k8s_args args;
        auto_free char *said = read_options(rows[i].options, &args);
        assert_null(said);
        assert_int_equal(args.merge_types.count, rows[i].count);
        assert_string_equal(args.merge_types.items[0], rows[i].first);
        k8s_args_clear(&args);
    }
}

static void test_args__without_sort__one_write_is_in_flight(maybe_unused void **state)
{
    struct k8s_args args;
    auto_free char *said = read_options("{'sort':true,'parallel':16}", &args);
    assert_null(said);
    assert_int_equal(args.write.parallel, 16);
    k8s_args_clear(&args);
    auto_free char *also = read_options("{'sort':false,'parallel':16}", &args);
    assert_null(also);
    assert_int_equal(args.write.parallel, 1);
    k8s_args_clear(&args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_args__ways_of_saying_how__become_one_verb),
        cmocka_unit_test(test_args__what_cannot_be_meant__is_refused),
        cmocka_unit_test(test_args__merge_types__default_to_both),
        cmocka_unit_test(test_args__without_sort__one_write_is_in_flight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
