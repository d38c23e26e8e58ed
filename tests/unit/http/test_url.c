#include "support/unit.h"

#include "http/url.h"

#include "base/str.h"

static void test_url__escape__keeps_only_unreserved_characters(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    url_escape(&out, "AZaz09-._~");
    assert_string_equal(buf_str(&out), "AZaz09-._~");
    buf_clear(&out);
    url_escape(&out, "a b/c:d%e?f&g=h+i\xC3\xA4,");
    assert_string_equal(buf_str(&out), "a%20b%2Fc%3Ad%25e%3Ff%26g%3Dh%2Bi%C3%A4%2C");
    buf_clear(&out);
    url_escape(&out, "");
    assert_string_equal(buf_str(&out), "");
}

static void test_url__query__begins_once_and_goes_on(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    buf_add_str(&out, "https://h/api");
    url_query(&out, "labelSelector", "a=b,c!=d");
    url_query(&out, "limit", "500");
    url_query(&out, "empty", "");
    assert_string_equal(buf_str(&out),
                        "https://h/api?labelSelector=a%3Db%2Cc%21%3Dd&limit=500&empty=");
}

static void test_url__unescape__undoes_what_is_an_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"plain-1.2_3~", "plain-1.2_3~"},
        {"a%20b%2Bd%2fe%C3%A4", "a b+d/e\xC3\xA4"},
        {"%", "%"},
        {"%4", "%4"},
        {"%zz%4g", "%zz%4g"},
        {"a%00b", "a%00b"},
        {"%2541", "%41"},
        {"", ""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *got = url_unescape(rows[i].text, strlen(rows[i].text));
        assert_string_equal(got, rows[i].want);
    }
    auto_free char *piece = url_unescape("%41%42", 5);
    assert_string_equal(piece, "A%4");
    auto_free char *path = url_unescape("a+b%20c", 7);
    assert_string_equal(path, "a+b c");
    auto_free char *value = url_unescape_value("a+b%20c%2B", 10);
    assert_string_equal(value, "a b c+");
}

static void test_url__well_formed__is_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *scheme;
        const char *host;
        int port;
        const char *path;
        bool userinfo;
        const char *host_port;
    } rows[] = {
        {"https://h", "https", "h", 443, "", false, "h:443"},
        {"HTTP://Host.Example:8080/", "http", "Host.Example", 8080, "", false, "Host.Example:8080"},
        {"https://10.0.0.1:6443/k8s/clusters/c1/", "https", "10.0.0.1", 6443, "/k8s/clusters/c1",
         false, "10.0.0.1:6443"},
        {"https://[::1]/p//", "https", "::1", 443, "/p", false, "[::1]:443"},
        {"https://[fe80::1%25eth0]:1", "https", "fe80::1%25eth0", 1, "", false,
         "[fe80::1%25eth0]:1"},
        {"http://user:p@ss@h:65535/a%20b", "http", "h", 65535, "/a%20b", true, "h:65535"},
        {"socks5://proxy", "socks5", "proxy", 1080, "", false, "proxy:1080"},
        {"ftp://h", "ftp", "h", 0, "", false, "h:0"},
        {"https://m\xC3\xBCnchen.example", "https", "m\xC3\xBCnchen.example", 443, "", false,
         "m\xC3\xBCnchen.example:443"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_url struct url url = {0};
        auto_free char *host_port = url_host_port(rows[i].text);
        if (url_parse(rows[i].text, &url, &err) < 0)
            fail_msg("%s: %s", rows[i].text, err->message);
        assert_string_equal(url.scheme, rows[i].scheme);
        assert_string_equal(url.host, rows[i].host);
        assert_int_equal(url.port, rows[i].port);
        assert_string_equal(url.path, rows[i].path);
        assert_int_equal(url.has_userinfo, rows[i].userinfo);
        assert_string_equal(host_port, rows[i].host_port);
    }
}

static void test_url__malformed__is_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *reason;
    } rows[] = {
        {"", "does not begin with a scheme"},
        {"host:6443", "does not begin with a scheme"},
        {"//host", "does not begin with a scheme"},
        {"1http://host", "does not begin with a scheme"},
        {"https:/host", "does not begin with a scheme"},
        {"https://", "has no host"},
        {"https:///path", "has no host"},
        {"https://:6443", "has no host"},
        {"https://h:", "port that is not a number"},
        {"https://h:0", "port that is not a number"},
        {"https://h:65536", "port that is not a number"},
        {"https://h:+80", "port that is not a number"},
        {"https://h:8a", "port that is not a number"},
        {"https://::1/", "IPv6 address that is not in brackets"},
        {"https://[::1", "'[' without a ']'"},
        {"https://[10.0.0.1]", "something else than an IPv6 address in brackets"},
        {"https://[::1]x", "something else than a port"},
        {"https://a b", "a blank or a control character"},
        {"https://h/\n", "a blank or a control character"},
        {"https://h\x7F", "a blank or a control character"},
        {"https://h<x>", "character in its host"},
        {"https://h/p?q=1", "has a query or a fragment"},
        {"https://h/#f", "has a query or a fragment"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        struct url url = {.port = 7};
        assert_int_equal(url_parse(rows[i].text, &url, &err), -1);
        assert_error(&err, ERROR_USAGE, rows[i].reason);
        assert_int_equal(url.port, 7);
        assert_null(url.host);
    }
}

static void test_url__refused_with_a_password__does_not_show_it(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "https://user:hunter2@host:bad",  "https://user:hunter2@/path",
        "https://user:hun/ter2@host",     "user:hunter2@host",
        "https://user:hunter2@host/?q=x", "https://us er:hunter2@host",
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        struct url url = {0};
        assert_int_equal(url_parse(rows[i], &url, &err), -1);
        assert_null(strstr(err->message, "user:"));
        assert_null(strstr(err->message, "ter2"));
    }
}

static void test_url__host_and_port__of_anything(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"https://u:p@h:1/path?query=a@b", "h:1"},
        {"https://h?query", "h:443"},
        {"nonsense", "(malformed URL)"},
        {"https://user:secret@h:bad/", "(malformed URL)"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *got = url_host_port(rows[i].text);
        assert_string_equal(got, rows[i].want);
    }
}

static void test_url__password__is_what_has_to_be_hidden(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want; /* NULL: nothing */
    } rows[] = {
        {"http://u:p@ss@h:1/a@b", "p@ss"},
        {"http://token@h", "token"},
        {"http://h/u:p@x", NULL},
        {"u:p@h", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *got = url_password(rows[i].text);
        assert_true(got == rows[i].want || str_equal(got, rows[i].want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url__escape__keeps_only_unreserved_characters),
        cmocka_unit_test(test_url__query__begins_once_and_goes_on),
        cmocka_unit_test(test_url__unescape__undoes_what_is_an_encoding),
        cmocka_unit_test(test_url__well_formed__is_taken_apart),
        cmocka_unit_test(test_url__malformed__is_refused_with_the_reason),
        cmocka_unit_test(test_url__refused_with_a_password__does_not_show_it),
        cmocka_unit_test(test_url__host_and_port__of_anything),
        cmocka_unit_test(test_url__password__is_what_has_to_be_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
