#include "capi/repository_priv.h"
#include "crypto/digest.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_server.h"
#include "unit/capi/support.h"

#define NAME "cache/label/v1.0.0/c.yaml"

/* A server that has the file "hello" somewhere, and what came of asking it. */
struct fetch {
    struct fake_server *server;
    struct buf out;
    struct error *err;
    int result;
    char *kept; /* what is in the cache afterwards, "" for nothing */
};

static void fetch_at(void **state, struct fetch *fetch, const char *url, const char *sha256)
{
    auto_free char *path = sandbox_path(state, NAME);
    buf_clear(&fetch->out);
    free(fetch->kept);
    error_clear(&fetch->err);
    fetch->result = capi_download(url, sha256, path, &fetch->out, &fetch->err);
    fetch->kept = sandbox_read(state, NAME);
}

/* Asks for /c.yaml with the digest of "hello". */
static void fetch_again(void **state, struct fetch *fetch)
{
    auto_free char *sha256 = sha256_hex("hello", 5);
    auto_free char *url = fake_server_url(fetch->server, "/c.yaml");
    fetch_at(state, fetch, url, sha256);
}

static void fetch_from(void **state, struct fetch *fetch, const struct fake_reply *script,
                       size_t count)
{
    *fetch = (struct fetch){.server = fake_server_start(script, count, NULL)};
    fetch_again(state, fetch);
}

static void fetch_clear(struct fetch *fetch)
{
    fake_server_stop(fetch->server);
    buf_clear(&fetch->out);
    error_clear(&fetch->err);
    free(fetch->kept);
}
#define auto_fetch cleanup_with(fetch_clear)

static void assert_fetched(struct fetch *fetch, size_t requests)
{
    assert_ok(fetch->result, &fetch->err);
    assert_string_equal(buf_str(&fetch->out), "hello");
    assert_string_equal(fetch->kept, "hello");
    assert_int_equal(fake_server_requests(fetch->server), requests);
}

static void assert_refused(struct fetch *fetch, enum error_kind kind, const char *part)
{
    assert_int_equal(fetch->result, -1);
    assert_error(&fetch->err, kind, part);
    assert_int_equal(fetch->out.size, 0);
}

/* How long the sleeps were, from number FROM on. */
static long long slept_since(size_t from)
{
    long long slept = 0;
    for (size_t i = from; i < fake_clock_sleeps(); i++)
        slept += fake_clock_sleep_ms(i);
    return slept;
}

static const struct fake_reply hello[] = {{.when = "GET /c.yaml", .body = "hello"}};

static void test_download__file_in_the_cache__asks_nobody(void **state)
{
    auto_fetch struct fetch fetch;
    sandbox_write(state, NAME, "hello");
    fetch_from(state, &fetch, hello, 1);
    assert_fetched(&fetch, 0);
}

static void test_download__cache_that_is_empty_or_spoilt__is_filled(void **state)
{
    auto_fetch struct fetch fetch;
    fetch_from(state, &fetch, hello, 1);
    assert_fetched(&fetch, 1);
    fetch_again(state, &fetch);
    assert_fetched(&fetch, 1);
    sandbox_write(state, NAME, "hell");
    fetch_again(state, &fetch);
    assert_fetched(&fetch, 2);
}

static void test_download__digest_in_capitals__is_the_same(void **state)
{
    auto_fetch struct fetch fetch = {.server = fake_server_start(hello, 1, NULL)};
    auto_free char *sha256 = sha256_hex("hello", 5);
    auto_free char *url = fake_server_url(fetch.server, "/c.yaml");
    for (char *c = sha256; *c; c++)
        *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    fetch_at(state, &fetch, url, sha256);
    assert_fetched(&fetch, 1);
}

static void test_download__file_that_differs__is_neither_used_nor_kept(void **state)
{
    static const struct fake_reply evil[] = {{.body = "evil"}};
    auto_fetch struct fetch fetch;
    fetch_from(state, &fetch, evil, 1);
    assert_refused(&fetch, ERROR_IO, "as configured: nothing was used");
    assert_string_equal(fetch.kept, "");
}

static void test_download__redirects__are_followed_to_other_hosts(void **state)
{
    struct fake_server *other = fake_server_start(hello, 1, NULL);
    auto_free char *url = fake_server_url(other, "/c.yaml");
    auto_free char *header = xasprintf("Location: %s\r\n", url);
    const struct fake_reply script[] = {
        {.when = "GET /c.yaml", .status = 302, .headers = "Location: /moved\r\n"},
        {.when = "GET /moved", .status = 307, .headers = header, .body = "elsewhere"},
    };
    auto_fetch struct fetch fetch;
    fetch_from(state, &fetch, script, array_length(script));
    assert_fetched(&fetch, 2);
    assert_int_equal(fake_server_requests(other), 1);
    fake_server_stop(other);
}

static void test_download__circle__is_left_after_ten_redirects(void **state)
{
    static const struct fake_reply script[] = {{.status = 301, .headers = "Location: /c.yaml\r\n"}};
    auto_fetch struct fetch fetch;
    fetch_from(state, &fetch, script, 1);
    assert_int_equal(fake_server_requests(fetch.server), 11);
    assert_refused(&fetch, ERROR_HTTP, "/c.yaml redirects more than 10 times");
}

static void test_download__answer_without_a_file__is_told_with_its_status(void **state)
{
    static const struct {
        struct fake_reply reply;
        enum error_kind kind;
        int code;
        const char *part;
    } rows[] = {
        {{.status = 404}, ERROR_NOT_FOUND, 404, "/c.yaml: the server answered 404 Not Found"},
        {{.status = 403}, ERROR_STATUS, 403, "the server answered 403 Forbidden"},
        {{.status = 500}, ERROR_STATUS, 500, "the server answered 500"},
        {{.status = 204}, ERROR_STATUS, 204, "the server answered 204"},
        {{.status = 302, .headers = "Location: ftp://x/y\r\n"}, ERROR_STATUS, 302, "answered 302"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_fetch struct fetch fetch;
        fetch_from(state, &fetch, &rows[i].reply, 1);
        assert_int_equal(fetch.err ? fetch.err->code : 0, rows[i].code);
        assert_refused(&fetch, rows[i].kind, rows[i].part);
        assert_int_equal(fake_server_requests(fetch.server), 1);
    }
}

static void test_download__busy_server__is_asked_again_for_two_minutes(void **state)
{
    static const struct fake_reply script[] = {{.times = 3, .status = 503}, {.body = "hello"}};
    static const struct fake_reply busy[] = {{.status = 503}};
    fake_clock_start();
    auto_fetch struct fetch fetch;
    fetch_from(state, &fetch, script, array_length(script));
    assert_fetched(&fetch, 4);
    sandbox_write(state, NAME, "");
    size_t before = fake_clock_sleeps();
    auto_fetch struct fetch endless;
    fetch_from(state, &endless, busy, 1);
    assert_refused(&endless, ERROR_STATUS, "the server answered 503");
    assert_true(slept_since(before) > 100000 && slept_since(before) <= 120000);
    fake_clock_stop();
}

static void test_download__nobody_there__is_given_up_soon_with_the_remedy(void **state)
{
    auto_fetch struct fetch fetch = {0};
    auto_free char *url = xasprintf("http://127.0.0.1:%d/c.yaml", fake_closed_port());
    fake_clock_start();
    size_t before = fake_clock_sleeps();
    fetch_at(state, &fetch, url, "0");
    long long slept = slept_since(before);
    fake_clock_stop();
    assert_true(slept > 1000 && slept <= 5000);
    assert_refused(&fetch, ERROR_HTTP, "(https_proxy or http_proxy of the environment");
}

static void test_download__cache_that_cannot_be_written__names_the_option(void **state)
{
    auto_fetch struct fetch fetch;
    sandbox_write(state, "cache", "a file");
    fetch_from(state, &fetch, hello, 1);
    assert_refused(&fetch, ERROR_IO, "(the option cache_path names another place for downloads)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_download__file_in_the_cache__asks_nobody),
        sandbox_test(test_download__cache_that_is_empty_or_spoilt__is_filled),
        sandbox_test(test_download__digest_in_capitals__is_the_same),
        sandbox_test(test_download__file_that_differs__is_neither_used_nor_kept),
        sandbox_test(test_download__redirects__are_followed_to_other_hosts),
        sandbox_test(test_download__circle__is_left_after_ten_redirects),
        sandbox_test(test_download__answer_without_a_file__is_told_with_its_status),
        sandbox_test(test_download__busy_server__is_asked_again_for_two_minutes),
        sandbox_test(test_download__nobody_there__is_given_up_soon_with_the_remedy),
        sandbox_test(test_download__cache_that_cannot_be_written__names_the_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
