#include "kube/kubeconfig_priv.h"
#include "unit/kube/sandbox.h"

static void test_resolve__below_a_directory__cleans_by_text(void **state)
{
    (void)state;
    static const struct row {
        const char *directory;
        const char *path;
        const char *want;
    } rows[] = {
        {"/d", "p", "/d/p"},
        {"/d", "./p", "/d/p"},
        {"/d", "b//p", "/d/b/p"},
        {"/d/e", "../p", "/d/p"},
        {"/d", "../../p", "/p"},
        {"/", "p", "/p"},
        {"/d", "/abs/../p", "/abs/../p"},
        {"/d/", "a/./b/..", "/d/a"},
        {"/d", ".", "/d"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *path = kube_path_resolve(rows[i].directory, rows[i].path);
        assert_string_equal(path, rows[i].want);
    }
}

static void test_absolute__of_each_form__uses_home_and_the_current_directory(void **state)
{
    setenv("HOME", "/home/joe", 1);
    auto_free char *here = sandbox_path(state, "x");
    auto_free char *relative = kube_path_absolute("x");
    auto_free char *home = kube_path_absolute("~/.kube/config");
    auto_free char *tilde = kube_path_absolute("~");
    auto_free char *other = kube_path_absolute("~joe");
    assert_string_equal(relative, here);
    assert_string_equal(home, "/home/joe/.kube/config");
    assert_string_equal(tilde, "/home/joe");
    assert_true(strcmp(other, "/home/joe") != 0);
}

static void test_home__without_the_variable__comes_from_the_user_database(void **state)
{
    (void)state;
    unsetenv("HOME");
    auto_free char *home = kube_path_home();
    setenv("HOME", "", 1);
    auto_free char *same = kube_path_home();
    assert_int_equal(home[0], '/');
    assert_string_equal(home, same);
}

static void test_directory__of_a_path__is_all_but_the_name(void **state)
{
    (void)state;
    auto_free char *deep = kube_path_directory("/a/b/c");
    auto_free char *flat = kube_path_directory("/c");
    assert_string_equal(deep, "/a/b");
    assert_string_equal(flat, "/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_resolve__below_a_directory__cleans_by_text),
        sandbox_test(test_absolute__of_each_form__uses_home_and_the_current_directory),
        sandbox_test(test_home__without_the_variable__comes_from_the_user_database),
        sandbox_test(test_directory__of_a_path__is_all_but_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
