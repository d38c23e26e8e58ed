#include "kube/kubeconfig_priv.h"
#include "unit/kube/sandbox.h"

static void enter_pod(const char *host, const char *port)
{
    setenv("KUBERNETES_SERVICE_HOST", host, 1);
    setenv("KUBERNETES_SERVICE_PORT", port, 1);
}

static void test_service_account__of_a_pod__fills_the_draft(void **state)
{
    auto_kube_draft struct kube_draft draft;
    auto_free char *directory = sandbox_path(state, "sa");
    auto_free char *token = sandbox_path(state, "sa/token");
    auto_free char *ca = sandbox_path(state, "sa/ca.crt");
    kube_draft_init(&draft);
    enter_pod("10.96.0.1", "443");
    sandbox_write(state, "sa/token", "t\n");
    sandbox_write(state, "sa/ca.crt", "ca");
    sandbox_write(state, "sa/namespace", "kube-system\n");
    assert_int_equal(kube_incluster_lookup(directory, &draft, NULL), 1);
    assert_string_equal(draft.config.server, "https://10.96.0.1:443");
    assert_string_equal(draft.config.token_file, token);
    assert_string_equal(draft.ca_file, ca);
    assert_string_equal(draft.config.namespace_, "kube-system");
    assert_contains(draft.config.origin, directory);
    assert_null(draft.config.token);
}

static void test_service_account__with_an_ipv6_host__gets_brackets(void **state)
{
    auto_kube_draft struct kube_draft draft;
    auto_free char *directory = sandbox_path(state, "sa");
    kube_draft_init(&draft);
    enter_pod("fd00::1", "6443");
    sandbox_write(state, "sa/token", "t");
    assert_int_equal(kube_incluster_lookup(directory, &draft, NULL), 1);
    assert_string_equal(draft.config.server, "https://[fd00::1]:6443");
    assert_null(draft.ca_file);
    assert_null(draft.config.namespace_);
}

static void test_service_account__with_a_part_missing__is_absent(void **state)
{
    static const struct row {
        const char *host;
        const char *port;
        bool token;
    } rows[] = {{"", "443", true}, {"h", "", true}, {"h", "443", false}};
    auto_free char *with = sandbox_path(state, "with");
    auto_free char *without = sandbox_path(state, "without");
    sandbox_write(state, "with/token", "t");
    sandbox_write(state, "without/token/is-a-directory", "");
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        kube_draft_init(&draft);
        enter_pod(rows[i].host, rows[i].port);
        assert_int_equal(kube_incluster_lookup(rows[i].token ? with : without, &draft, NULL), 0);
        assert_null(draft.config.server);
    }
    unsetenv("KUBERNETES_SERVICE_HOST");
    auto_kube_draft struct kube_draft draft;
    kube_draft_init(&draft);
    assert_int_equal(kube_incluster_lookup(with, &draft, NULL), 0);
}

static void test_service_account__with_an_unreadable_namespace__fails(void **state)
{
    auto_kube_draft struct kube_draft draft;
    auto_free char *directory = sandbox_path(state, "sa");
    struct error *err = NULL;
    kube_draft_init(&draft);
    enter_pod("h", "443");
    sandbox_write(state, "sa/token", "t");
    sandbox_write(state, "sa/namespace/is-a-directory", "");
    assert_int_equal(kube_incluster_lookup(directory, &draft, &err), -1);
    assert_error(&err, ERROR_IO, "namespace");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_service_account__of_a_pod__fills_the_draft),
        sandbox_test(test_service_account__with_an_ipv6_host__gets_brackets),
        sandbox_test(test_service_account__with_a_part_missing__is_absent),
        sandbox_test(test_service_account__with_an_unreadable_namespace__fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
