#include "support/unit.h"

#include <stdlib.h>

#include "http/proxy.h"

static void test_proxy__exclusions__match_as_in_go(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *host;
        bool excluded;
    } rows[] = {
        {NULL, "h", false},
        {"", "h", false},
        {"*", "anything.example", true},
        {"h", "h", true},
        {"H", "h", true},
        {"example.com", "example.com", true},
        {"example.com", "api.example.com", true},
        {"example.com", "badexample.com", false},
        {"example.com", "example.org", false},
        {".example.com", "api.example.com", true},
        {".example.com", "example.com", false},
        {"*.example.com", "api.example.com", true},
        {"*.example.com", "example.com", false},
        {"a, b ,c", "b", true},
        {",,", "", false},
        {"10.0.0.1", "10.0.0.1", true},
        {"10.0.0.1", "10.0.0.11", false},
        {"0.0.1", "10.0.0.1", false},
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.1", false},
        {"172.29.236.0/22", "172.29.239.255", true},
        {"172.29.236.0/22", "172.29.240.0", false},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"10.0.0.0/33", "10.0.0.0", false},
        {"10.0.0.0/x", "10.0.0.0", false},
        {"fd00::/8", "fd12::1", true},
        {"fd00::/8", "fe80::1", false},
        {"::1", "::1", true},
        {"[::1]", "::1", true},
        {"0:0:0:0:0:0:0:1", "::1", true},
        {"::/0", "10.0.0.1", false},
        {"h:443", "h", true},
        {"h:6443", "h", false},
        {"h:", "h", true},
        {"h:6443,h", "h", true},
        {"h:https", "h", false},
        {":443", "h", false},
        {"*:443", "h", false},
        {"example.com:443", "api.example.com", true},
        {".example.com:443", "api.example.com", true},
        {"*.example.com:443", "api.example.com", true},
        {"*.example.com:80", "api.example.com", false},
        {"10.0.0.1:443", "10.0.0.1", true},
        {"10.0.0.1:80", "10.0.0.1", false},
        {"10.0.0.0/8:443", "10.0.0.1", false},
        {"[fd00::1]:443", "fd00::1", true},
        {"[fd00::1]:80", "fd00::1", false},
        {"fd00::1:443", "fd00::1", false},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        if (proxy_excluded(rows[i].list, rows[i].host, "443") != rows[i].excluded)
            fail_msg("no_proxy \"%s\", host %s", rows[i].list ? rows[i].list : "(none)",
                     rows[i].host);
}

static void test_proxy__url__is_put_into_libcurls_words(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *want;
    } rows[] = {
        {NULL, ""},
        {"", ""},
        {"http://p", "http://p:80"},
        {"http://p:3128/", "http://p:3128"},
        {"https://p", "https://p:443"},
        {"socks5://p", "socks5h://p:1080"},
        {"http://u:p%40w@[::1]:8080", "http://u:p%40w@[::1]:8080"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_free char *got = proxy_url(rows[i].url, &err);
        assert_no_error(err);
        assert_string_equal(got, rows[i].want);
    }
}

static void test_proxy__unusable_url__is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_null(proxy_url("ftp://p", &err));
    assert_error(&err, ERROR_USAGE,
                 "proxy: unsupported scheme \"ftp\", must be http, https, or socks5");
    assert_null(proxy_url("p:3128", &err));
    assert_error(&err, ERROR_USAGE, "proxy: URL \"p:3128\" does not begin with a scheme");
}

static int forget_variables(void **state)
{
    (void)state;
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < array_length(names); i++)
        unsetenv(names[i]);
    return 0;
}

static void test_proxy__environment__is_read_by_scheme(void **state)
{
    (void)state;
    assert_null(proxy_of_environment("http://h"));
    setenv("all_proxy", "http://all", 1);
    assert_string_equal(proxy_of_environment("http://h"), "http://all");
    setenv("HTTPS_PROXY", "http://upper", 1);
    setenv("HTTP_PROXY", "http://cgi", 1);
    assert_string_equal(proxy_of_environment("https://h"), "http://upper");
    assert_string_equal(proxy_of_environment("http://h"), "http://all");
    setenv("http_proxy", "http://lower", 1);
    assert_string_equal(proxy_of_environment("http://h"), "http://lower");
}

static void test_proxy__exclusions_of_the_environment__empty_ones_are_none(void **state)
{
    (void)state;
    assert_null(proxy_exclusions_of_environment());
    setenv("NO_PROXY", "a", 1);
    setenv("no_proxy", "", 1);
    assert_string_equal(proxy_exclusions_of_environment(), "a");
    setenv("no_proxy", "b", 1);
    assert_string_equal(proxy_exclusions_of_environment(), "b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proxy__exclusions__match_as_in_go),
        cmocka_unit_test(test_proxy__url__is_put_into_libcurls_words),
        cmocka_unit_test(test_proxy__unusable_url__is_refused),
        cmocka_unit_test_setup_teardown(test_proxy__environment__is_read_by_scheme,
                                        forget_variables, forget_variables),
        cmocka_unit_test_setup_teardown(
            test_proxy__exclusions_of_the_environment__empty_ones_are_none, forget_variables,
            forget_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
