#include "kube/kubeconfig_priv.h"
#include "unit/kube/sandbox.h"

static void add_files(struct kube_merged *merged, const char *list)
{
    auto_strv struct strv paths = {0};
    auto_error struct error *err = NULL;
    strv_split(&paths, list, ':');
    if (kube_merged_add_files(merged, &paths, &err))
        fail_msg("%s: %s", list, err->message);
}

static const char file_a[] = "current-context: c\n"
                             "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
                             "clusters: [{name: k, cluster: {server: 'https://a'}}]\n";
static const char file_b[] = "current-context: d\n"
                             "contexts: [{name: c, context: {cluster: other}},"
                             " {name: d, context: {cluster: k, user: u, namespace: nd}}]\n"
                             "clusters: [{name: k, cluster: {server: 'https://b',"
                             " tls-server-name: only-in-b}}]\n"
                             "users: [{name: u, user: {token: tb, tokenFile: t}}]\n";

static void test_087__two_files_same_cluster__first_wins_as_a_whole(void **state)
{
    auto_kube_merged struct kube_merged merged;
    auto_kube_draft struct kube_draft draft;
    auto_free char *token_file = sandbox_path(state, "sub/t");
    kube_merged_init(&merged);
    kube_draft_init(&draft);
    sandbox_write(state, "a", file_a);
    sandbox_write(state, "sub/b", file_b);
    add_files(&merged, "a:sub/b");
    assert_int_equal(kube_merged_read_lookup(&merged, NULL, &draft, NULL), 1);
    assert_string_equal(draft.context, "c");
    assert_string_equal(draft.config.server, "https://a");
    assert_null(draft.config.tls_server_name);
    assert_string_equal(draft.config.token, "tb");
    assert_string_equal(draft.config.token_file, token_file);
}

static void test_087__two_files_in_the_other_order__current_context_of_the_first(void **state)
{
    auto_kube_merged struct kube_merged merged;
    auto_kube_draft struct kube_draft draft;
    kube_merged_init(&merged);
    kube_draft_init(&draft);
    sandbox_write(state, "a", file_a);
    sandbox_write(state, "b", file_b);
    add_files(&merged, "b:a");
    assert_int_equal(kube_merged_read_lookup(&merged, NULL, &draft, NULL), 1);
    assert_string_equal(draft.context, "d");
    assert_string_equal(draft.config.server, "https://b");
    assert_string_equal(draft.config.namespace_, "nd");
}

static void test_current_context__only_in_the_second_file__is_used(void **state)
{
    auto_kube_merged struct kube_merged merged;
    kube_merged_init(&merged);
    sandbox_write(state, "a", "current-context: ''\n");
    sandbox_write(state, "b", file_b);
    add_files(&merged, "a:b");
    assert_string_equal(merged.current_context, "d");
}

static void test_files__empty_missing_or_repeated__are_passed_over(void **state)
{
    auto_kube_merged struct kube_merged merged;
    auto_free char *a = sandbox_path(state, "a");
    auto_free char *none = sandbox_path(state, "none");
    kube_merged_init(&merged);
    sandbox_write(state, "a", file_a);
    sandbox_write(state, "empty", "");
    sandbox_write(state, "comment", "# nothing\n");
    add_files(&merged, ":none:a:./a:a/below-a-file:empty:comment:");
    assert_int_equal(merged.read.count, 3);
    assert_string_equal(merged.read.items[0], a);
    assert_int_equal(merged.missing.count, 2);
    assert_string_equal(merged.missing.items[0], none);
}

static void test_file__with_two_documents__is_the_first(void **state)
{
    auto_kube_merged struct kube_merged merged;
    kube_merged_init(&merged);
    sandbox_write(state, "a", "current-context: one\n---\ncurrent-context: two\n");
    add_files(&merged, "a");
    assert_string_equal(merged.current_context, "one");
}

static void test_file__with_duplicate_yaml_keys__is_the_last(void **state)
{
    auto_kube_merged struct kube_merged merged;
    kube_merged_init(&merged);
    sandbox_write(state, "a", "current-context: one\ncurrent-context: two\n");
    add_files(&merged, "a");
    assert_string_equal(merged.current_context, "two");
}

static void test_file__as_json__is_read(void **state)
{
    auto_kube_merged struct kube_merged merged;
    kube_merged_init(&merged);
    sandbox_write(state, "a",
                  "{\"apiVersion\": \"v1\",\n\t\"kind\": \"Config\",\n"
                  "\t\"current-context\": \"j\"}");
    add_files(&merged, "a");
    assert_string_equal(merged.current_context, "j");
}

static void test_file__that_is_no_kubeconfig__is_refused_by_name(void **state)
{
    static const struct row {
        const char *text;
        const char *want;
    } rows[] = {
        {"apiVersion: v2\nkind: Config\n", "no kind \"Config\" is registered for version \"v2\""},
        {"apiVersion: v1\nkind: Pod\n", "no kind \"Pod\" is registered for version \"v1\""},
        {"kind: Pod\n", "no kind \"Pod\" is registered for version \"v1\""},
        {"apiVersion: 1\n", "apiVersion: expected string, got number"},
        {"- a\n", "expected object, got list"},
        {"abc\n", "expected object, got string"},
        {"a: b: c\n", "line 1, column 5"},
        {"clusters: {a: b}\n", "clusters: expected list, got object"},
        {"clusters: [a]\n", "clusters[0]: expected object, got string"},
        {"clusters: [{name: 1}]\n", "clusters[0]: name: expected string, got number"},
        {"current-context: []\n", "current-context: expected string, got list"},
        {"users: [{name: u, user: {token: 1}}]\n", "users[0].user.token: expected string"},
        {"clusters: [{name: k, cluster: {certificate-authority-data: '%%'}}]\n",
         "clusters[0].cluster.certificate-authority-data: illegal base64 data at input byte 0"},
        {"users: [{name: u}, {name: u}]\n", "users: duplicate name \"u\" in list"},
        {"contexts: [{name: ''}, {}]\n", "contexts: duplicate name \"\" in list"},
    };
    auto_free char *path = sandbox_path(state, "a");
    auto_strv struct strv paths = {0};
    strv_add(&paths, "a");
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_merged struct kube_merged merged;
        struct error *err = NULL;
        kube_merged_init(&merged);
        sandbox_write(state, "a", rows[i].text);
        assert_int_equal(kube_merged_add_files(&merged, &paths, &err), -1);
        assert_contains(err->message, "error loading config file");
        assert_contains(err->message, path);
        assert_error(&err, ERROR_PARSE, rows[i].want);
    }
}

static void test_file__that_cannot_be_read__is_fatal(void **state)
{
    auto_kube_merged struct kube_merged merged;
    auto_strv struct strv paths = {0};
    struct error *err = NULL;
    kube_merged_init(&merged);
    sandbox_write(state, "directory/x", "");
    strv_add(&paths, "directory");
    assert_int_equal(kube_merged_add_files(&merged, &paths, &err), -1);
    assert_error(&err, ERROR_IO, "directory");
}

static void test_lists__with_nulls__are_read(void **state)
{
    auto_kube_merged struct kube_merged merged;
    kube_merged_init(&merged);
    sandbox_write(state, "a", "clusters: null\nusers: [null, {name: u}]\ncontexts:\n");
    add_files(&merged, "a");
    assert_int_equal(merged.lists[KUBE_ENTRY_USER].count, 1);
    assert_int_equal(merged.lists[KUBE_ENTRY_CLUSTER].count, 0);
}

static void test_choice__that_names_what_is_not_there__is_refused(void **state)
{
    static const struct row {
        const char *text;
        const char *context;
        const char *want;
    } rows[] = {
        {"contexts: [{name: b}, {name: a}]\n", "zz",
         "context \"zz\" does not exist (contexts: b, a)"},
        {"{}\n", "zz", "context \"zz\" does not exist (contexts: none)"},
        {"current-context: zz\n", NULL, "context was not found for specified context: zz"},
        {"contexts: [{name: c, context: {cluster: k}}]\n", "c",
         "cluster \"k\" was not found for context \"c\""},
        {"contexts: [{name: c, context: {user: u}}]\n", "c",
         "user \"u\" was not found for context \"c\""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_merged struct kube_merged merged;
        auto_kube_draft struct kube_draft draft;
        struct error *err = NULL;
        kube_merged_init(&merged);
        kube_draft_init(&draft);
        sandbox_write(state, "a", rows[i].text);
        add_files(&merged, "a");
        assert_int_equal(kube_merged_read_lookup(&merged, rows[i].context, &draft, &err), -1);
        assert_error(&err, ERROR_USAGE, rows[i].want);
    }
}

static void test_choice__without_any_context__is_absent(void **state)
{
    (void)state;
    auto_kube_merged struct kube_merged merged;
    auto_kube_draft struct kube_draft draft;
    kube_merged_init(&merged);
    kube_draft_init(&draft);
    assert_int_equal(kube_merged_read_lookup(&merged, NULL, &draft, NULL), 0);
    assert_null(draft.context);
}

static void test_default_paths__follow_the_environment(void **state)
{
    auto_strv struct strv home = {0};
    auto_strv struct strv empty = {0};
    auto_strv struct strv list = {0};
    auto_free char *want = sandbox_path(state, ".kube/config");
    kube_merged_default_paths(&home);
    setenv("KUBECONFIG", "", 1);
    kube_merged_default_paths(&empty);
    setenv("KUBECONFIG", "/a::b", 1);
    kube_merged_default_paths(&list);
    assert_int_equal(home.count, 1);
    assert_string_equal(home.items[0], want);
    assert_int_equal(empty.count, 1);
    assert_string_equal(empty.items[0], want);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0], "/a");
    assert_string_equal(list.items[2], "b");
}

static void test_value__given_as_it_is__has_its_own_base_directory(void **state)
{
    (void)state;
    auto_kube_merged struct kube_merged merged;
    auto_kube_draft struct kube_draft draft;
    struct error *err = NULL;
    json_auto_t *good = json_pack("{s:s, s:[{s:s, s:{s:s}}], s:[{s:s, s:{s:s}}]}",
                                  "current-context", "c", "contexts", "name", "c", "context",
                                  "user", "u", "users", "name", "u", "user", "tokenFile", "t");
    json_auto_t *bad = json_pack("{s:i}", "clusters", 1);
    kube_merged_init(&merged);
    kube_draft_init(&draft);
    assert_int_equal(kube_merged_add(&merged, good, "option kubeconfig", "/base", NULL), 0);
    assert_int_equal(kube_merged_read_lookup(&merged, NULL, &draft, NULL), 1);
    assert_string_equal(draft.config.token_file, "/base/t");
    assert_int_equal(kube_merged_add(&merged, bad, "option kubeconfig", "/base", &err), -1);
    assert_error(&err, ERROR_PARSE, "\"option kubeconfig\": clusters: expected list, got number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_087__two_files_same_cluster__first_wins_as_a_whole),
        sandbox_test(test_087__two_files_in_the_other_order__current_context_of_the_first),
        sandbox_test(test_current_context__only_in_the_second_file__is_used),
        sandbox_test(test_files__empty_missing_or_repeated__are_passed_over),
        sandbox_test(test_file__with_two_documents__is_the_first),
        sandbox_test(test_file__with_duplicate_yaml_keys__is_the_last),
        sandbox_test(test_file__as_json__is_read),
        sandbox_test(test_file__that_is_no_kubeconfig__is_refused_by_name),
        sandbox_test(test_file__that_cannot_be_read__is_fatal),
        sandbox_test(test_lists__with_nulls__are_read),
        sandbox_test(test_choice__that_names_what_is_not_there__is_refused),
        sandbox_test(test_choice__without_any_context__is_absent),
        sandbox_test(test_default_paths__follow_the_environment),
        sandbox_test(test_value__given_as_it_is__has_its_own_base_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
