#include "kube/impersonate.h"
#include "unit/kube/sandbox.h"

static void test_header_value__with_a_control_character__is_not_ok(void **state)
{
    (void)state;
    assert_true(kube_header_value_ok(""));
    assert_true(kube_header_value_ok("a b\tc~\xc3\xa9"));
    assert_false(kube_header_value_ok("a\r\nX: y"));
    assert_false(kube_header_value_ok("a\n"));
    assert_false(kube_header_value_ok("\x7f"));
    assert_false(kube_header_value_ok("\x01"));
}

static void test_headers__without_anybody__are_none(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    auto_strv struct strv headers = {0};
    kube_draft_init(&draft);
    assert_int_equal(kube_impersonate_headers(&draft, "u", &headers, NULL), 0);
    assert_int_equal(headers.count, 0);
}

static void test_098_headers__of_all_parts__are_one_per_value_with_escaped_names(void **state)
{
    (void)state;
    static const char *const want[] = {
        "Impersonate-User: joe",          "Impersonate-Uid: u-1",
        "Impersonate-Group: a",           "Impersonate-Group: b c",
        "Impersonate-Extra-k%2Fx: v1",    "Impersonate-Extra-k%2Fx: v2",
        "Impersonate-Extra-%C3%A9%25: z",
    };
    auto_kube_draft struct kube_draft draft;
    auto_strv struct strv headers = {0};
    kube_draft_init(&draft);
    kube_draft_set(&draft.as, "joe");
    kube_draft_set(&draft.as_uid, "u-1");
    strv_add(&draft.as_groups, "a");
    strv_add(&draft.as_groups, "b c");
    draft.as_extra = json_pack("{s:[ss], s:[s], s:[], s:n}", "k/x", "v1", "v2", "\xc3\xa9%", "z",
                               "empty", "null");
    assert_int_equal(kube_impersonate_headers(&draft, "u", &headers, NULL), 0);
    assert_int_equal(headers.count, array_length(want));
    for (size_t i = 0; i < array_length(want); i++)
        assert_true(strv_contains(&headers, want[i]));
    assert_string_equal(headers.items[0], want[0]);
}

static void test_headers__of_groups_without_a_user__are_refused(void **state)
{
    (void)state;
    for (int part = 0; part < 3; part++) {
        auto_kube_draft struct kube_draft draft;
        auto_strv struct strv headers = {0};
        struct error *err = NULL;
        kube_draft_init(&draft);
        if (part == 0)
            strv_add(&draft.as_groups, "g");
        else if (part == 1)
            kube_draft_set(&draft.as_uid, "1");
        else
            draft.as_extra = json_pack("{s:[s]}", "k", "v");
        assert_int_equal(kube_impersonate_headers(&draft, "u", &headers, &err), -1);
        assert_error(&err, ERROR_USAGE,
                     "requesting uid, groups or user-extra for u without impersonating a user");
    }
}

static void test_headers__with_a_line_break__are_refused(void **state)
{
    (void)state;
    for (int part = 0; part < 4; part++) {
        auto_kube_draft struct kube_draft draft;
        auto_strv struct strv headers = {0};
        struct error *err = NULL;
        kube_draft_init(&draft);
        kube_draft_set(&draft.as, part == 0 ? "joe\r\nX: y" : "joe");
        kube_draft_set(&draft.as_uid, part == 1 ? "1\n" : "1");
        strv_add(&draft.as_groups, part == 2 ? "g\n" : "g");
        draft.as_extra = json_pack("{s:[s]}", "k", part == 3 ? "v\n" : "v");
        assert_int_equal(kube_impersonate_headers(&draft, "u", &headers, &err), -1);
        assert_error(&err, ERROR_USAGE, "of u holds a character that no header may hold");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_value__with_a_control_character__is_not_ok),
        cmocka_unit_test(test_headers__without_anybody__are_none),
        cmocka_unit_test(test_098_headers__of_all_parts__are_one_per_value_with_escaped_names),
        cmocka_unit_test(test_headers__of_groups_without_a_user__are_refused),
        cmocka_unit_test(test_headers__with_a_line_break__are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
