#include "kube/kubeconfig_priv.h"
#include "unit/kube/sandbox.h"

static void test_server_url__of_each_spelling__is_what_requests_need(void **state)
{
    (void)state;
    static const struct row {
        const char *text;
        bool tls;
        const char *want;
    } rows[] = {
        {"https://h:6443", false, "https://h:6443"},
        {"https://h:6443/", false, "https://h:6443"},
        {"https://h///", false, "https://h"},
        {"https://h/pre/", false, "https://h/pre"},
        {"https://h/pre/fix/?a=b#c", false, "https://h/pre/fix"},
        {"https://h?a=b", false, "https://h"},
        {"HTTPS://h", false, "https://h"},
        {"http://h", true, "http://h"},
        {"https://[::1]:6443", false, "https://[::1]:6443"},
        {"10.0.0.1:8080", false, "http://10.0.0.1:8080"},
        {"10.0.0.1:8080", true, "https://10.0.0.1:8080"},
        {"localhost:8080", false, "http://localhost:8080"},
        {"localhost", true, "https://localhost"},
        {"localhost/", false, "http://localhost"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_free char *url = kube_server_url(rows[i].text, rows[i].tls, &err);
        if (!url)
            fail_msg("%s: %s", rows[i].text, err->message);
        assert_string_equal(url, rows[i].want);
    }
}

static void test_server_url__that_cannot_be_a_server__is_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *text;
        const char *want;
    } rows[] = {
        {"h:1/pre", "host must be a URL or a host:port pair: \"h:1/pre\""},
        {"https:/h", "host must be a URL or a host:port pair"},
        {"ftp://h", "unsupported protocol scheme \"ftp\""},
        {"unix:///x", "unsupported protocol scheme \"unix\""},
        {"https://", "no host"},
        {"https://h:99999", "port"},
        {" https://h", "blank"},
        {"https://h h", "blank"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        assert_null(kube_server_url(rows[i].text, false, &err));
        assert_error(&err, ERROR_USAGE, rows[i].want);
    }
}

static void test_server_url__with_a_password__is_refused_without_showing_it(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_null(kube_server_url("https://joe:hunter2@h", false, &err));
    assert_lacks(err->message, "hunter2");
    assert_error(&err, ERROR_USAGE, "use username and password instead");
}

static void test_proxy__of_a_known_scheme__is_accepted(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://p:3128", "https://p", "socks5://[::1]:1080",
                                       "HTTP://p:1", "http://u:p@p:1"};
    for (size_t i = 0; i < array_length(urls); i++) {
        auto_error struct error *err = NULL;
        if (kube_proxy_check(urls[i], &err))
            fail_msg("%s: %s", urls[i], err->message);
    }
}

static void test_proxy__of_another_form__is_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *text;
        const char *want;
    } rows[] = {
        {"ftp://p", "unsupported scheme \"ftp\", must be http, https, or socks5"},
        {"socks5h://p", "unsupported scheme \"socks5h\", must be http, https, or socks5"},
        {"p:3128", "unsupported scheme \"p\", must be http, https, or socks5"},
        {"127.0.0.1:3128", "could not parse: 127.0.0.1:3128"},
        {"proxy", "could not parse: proxy"},
        {"http://", "no host"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        assert_int_equal(kube_proxy_check(rows[i].text, &err), -1);
        assert_error(&err, ERROR_USAGE, rows[i].want);
    }
}

static void test_proxy__with_a_password__is_refused_without_showing_it(void **state)
{
    (void)state;
    static const char *const urls[] = {"127.0.0.1:hunter2@p", "ftp://u:hunter2@p",
                                       "http://u:hunter2@p:x"};
    for (size_t i = 0; i < array_length(urls); i++) {
        struct error *err = NULL;
        assert_int_equal(kube_proxy_check(urls[i], &err), -1);
        assert_lacks(err->message, "hunter2");
        error_clear(&err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_url__of_each_spelling__is_what_requests_need),
        cmocka_unit_test(test_server_url__that_cannot_be_a_server__is_refused),
        cmocka_unit_test(test_server_url__with_a_password__is_refused_without_showing_it),
        cmocka_unit_test(test_proxy__of_a_known_scheme__is_accepted),
        cmocka_unit_test(test_proxy__of_another_form__is_refused),
        cmocka_unit_test(test_proxy__with_a_password__is_refused_without_showing_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
