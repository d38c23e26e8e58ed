#include "kube/selector.h"

#include "support/json_text.h"

/* The answer for LABELS, a JSON value, to one selector. */
static int match(const char *selector, const char *labels, struct error **err)
{
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, selector);
    auto_free char *text = xasprintf("{'metadata':{'labels':%s}}", labels);
    json_auto_t *object = json_from(text);
    return kube_selector_match(&selectors, object, err);
}

static const struct {
    const char *selector;
    int fits; /* the labels {'env':'prod','tier':'web','empty':''} */
} rows[] = {
    {"env=prod", 1},
    {"env==prod", 1},
    {"env = prod", 1},
    {" env == prod ", 1},
    {"env=dev", 0},
    {"env=pro", 0},
    {"other=prod", 0},
    {"empty=", 1},
    {"env=", 0},
    {"other=", 0},
    {"env!=dev", 1},
    {"env != prod", 0},
    {"other!=x", 1},
    {"env in (prod)", 1},
    {"env in (dev,prod)", 1},
    {"env in ( dev , prod )", 1},
    {"env in(dev,qa)", 0},
    {"other in (prod)", 0},
    {"empty in (a,)", 1},
    {"empty in ()", 1},
    {"env notin (dev,qa)", 1},
    {"env notin (dev,prod)", 0},
    {"other notin (prod)", 1},
    {"env", 1},
    {"other", 0},
    {"!env", 0},
    {"!other", 1},
    {"! other", 1},
    {"env=prod,tier=web", 1},
    {"env=prod , tier in (web,db),!other", 1},
    {"env=prod,tier=db", 0},
    {"tier=db,env=prod", 0},
    {"env,other", 0},
    {"in=x", 0},
    {"in", 0},
    {"notin notin (a)", 1},
    {"env=in", 0},
    {"", 1},
    {"  ", 1},
};

static void test_111__selector_match__every_form__as_documented(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        int fits = match(rows[i].selector, "{'env':'prod','tier':'web','empty':''}", &error);
        if (fits != rows[i].fits || error)
            fail_msg("\"%s\": %d instead of %d (%s)", rows[i].selector, fits, rows[i].fits,
                     error ? error->message : "no error");
    }
}

static void test_selector_match__key_with_prefix_and_dots__one_key(maybe_unused void **state)
{
    const char *labels = "{'app.kubernetes.io/name':'my-app_1.0'}";
    assert_int_equal(match("app.kubernetes.io/name=my-app_1.0", labels, NULL), 1);
    assert_int_equal(match("app.kubernetes.io/name", labels, NULL), 1);
    assert_int_equal(match("name", labels, NULL), 0);
}

static void
test_selector_match__label_that_is_no_string__exists_but_equals_nothing(maybe_unused void **state)
{
    assert_int_equal(match("a", "{'a':1}", NULL), 1);
    assert_int_equal(match("a=1", "{'a':1}", NULL), 0);
    assert_int_equal(match("a!=1", "{'a':1}", NULL), 1);
}

static void test_111__selector_match__no_labels_map__never_fits(maybe_unused void **state)
{
    assert_int_equal(match("a!=b", "null", NULL), 0);
    assert_int_equal(match("!a", "'odd'", NULL), 0);
    assert_int_equal(match("a!=b", "{}", NULL), 1);
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, "a notin (b)");
    json_auto_t *bare = json_from("{'kind':'ConfigMap'}");
    assert_int_equal(kube_selector_match(&selectors, bare, NULL), 0);
}

static void test_selector_match__several_selectors__all_must_fit(maybe_unused void **state)
{
    auto_strv struct strv selectors;
    strv_init(&selectors);
    json_auto_t *object = json_from("{'metadata':{'labels':{'a':'1','b':'2'}}}");
    assert_int_equal(kube_selector_match(&selectors, object, NULL), 1);
    strv_add(&selectors, "a=1");
    strv_add(&selectors, "b=2");
    assert_int_equal(kube_selector_match(&selectors, object, NULL), 1);
    strv_add(&selectors, "c");
    assert_int_equal(kube_selector_match(&selectors, object, NULL), 0);
}

#define OPERATOR "an operator (=, ==, !=, in, notin) or \",\""

static const struct {
    const char *selector;
    const char *message; /* behind the selector */
} broken[] = {
    {"=b", "a key at position 1"},
    {"a=b,", "a key at position 5"},
    {",a", "a key at position 1"},
    {"!", "a key at position 2"},
    {"a>1", OPERATOR " at position 2"},
    {"a < 1", OPERATOR " at position 3"},
    {"a b", OPERATOR " at position 3"},
    {"a=b c", OPERATOR " at position 5"},
    {"a===b", OPERATOR " at position 4"},
    {"!a=b", OPERATOR " at position 3"},
    {"a in b", "\"(\" at position 6"},
    {"a in", "\"(\" at position 5"},
    {"a notin (b", "\",\" or \")\" at position 11"},
    {"a in (b c)", "\",\" or \")\" at position 9"},
    {"a in (b))", OPERATOR " at position 9"},
};

static void test_selector_match__broken_selector__says_where(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(broken); i++) {
        auto_error struct error *error = NULL;
        assert_int_equal(match(broken[i].selector, "{'a':'b'}", &error), -1);
        auto_free char *want =
            xasprintf("label selector \"%s\": expected %s", broken[i].selector, broken[i].message);
        assert_string_equal(error->message, want);
        assert_int_equal(error->kind, ERROR_USAGE);
    }
}

static void
test_selector_match__broken_behind_one_that_does_not_fit__still_an_error(maybe_unused void **state)
{
    assert_int_equal(match("a=c,b>1", "{'a':'b'}", NULL), -1);
    assert_int_equal(match("a>1", "null", NULL), -1);
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, "other");
    strv_add(&selectors, "a in");
    json_auto_t *object = json_from("{'metadata':{'labels':{}}}");
    assert_int_equal(kube_selector_match(&selectors, object, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_111__selector_match__every_form__as_documented),
        cmocka_unit_test(test_selector_match__key_with_prefix_and_dots__one_key),
        cmocka_unit_test(test_selector_match__label_that_is_no_string__exists_but_equals_nothing),
        cmocka_unit_test(test_111__selector_match__no_labels_map__never_fits),
        cmocka_unit_test(test_selector_match__several_selectors__all_must_fit),
        cmocka_unit_test(test_selector_match__broken_selector__says_where),
        cmocka_unit_test(test_selector_match__broken_behind_one_that_does_not_fit__still_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
