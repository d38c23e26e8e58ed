#include "support/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "fakes/fake_server.h"
#include "http/client.h"

enum { LARGE = 700000 }; /* several of libcurl's buffers */

/* An open file without a name, with SIZE bytes that are not all the same. */
static int file_of(size_t size)
{
    char name[] = "/tmp/test-http-file-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    auto_free char *bytes = xmalloc(size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)('a' + i % 23);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

/* Sends SIZE bytes of FD to a server that follows SCRIPT. */
static int put(const struct fake_reply *script, int fd, size_t size, struct buf *seen,
               struct error **err)
{
    const struct http_options options = {0};
    const struct http_file file = {.fd = fd, .size = size};
    struct fake_server *server = fake_server_start(script, 1, NULL);
    struct http_client *client = http_client_new(&options, err);
    struct http_job job;
    http_job_init(&job, "PUT", fake_server_url(server, "/file"));
    job.request.file = &file;
    int result = http_client_perform(client, &job, err);
    int status = job.response.status;
    auto_free char *text = fake_server_request(server, 0);
    buf_add_str(seen, text);
    http_job_clear(&job);
    http_client_free(client);
    fake_server_stop(server);
    return result < 0 ? result : status;
}

static void test_file__whole__arrives_with_its_length(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.status = 204}};
    static const size_t sizes[] = {0, 1, LARGE};
    for (size_t i = 0; i < array_length(sizes); i++) {
        struct error *err = NULL;
        auto_close int fd = file_of(sizes[i]);
        auto_buf struct buf seen;
        buf_init(&seen);
        assert_int_equal(put(script, fd, sizes[i], &seen, &err), 204);
        assert_no_error(err);
        auto_free char *length = xasprintf("Content-Length: %zu\r\n", sizes[i]);
        assert_non_null(strstr(buf_str(&seen), length));
        assert_null(strstr(buf_str(&seen), "Expect:"));
        const char *body = strstr(buf_str(&seen), "\r\n\r\n") + 4;
        assert_int_equal(strlen(body), sizes[i]);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(body[at], 'a' + at % 23);
        /* The file's own position is where it was. */
        assert_int_equal(lseek(fd, 0, SEEK_CUR), sizes[i]);
    }
}

static void test_file__that_became_shorter__is_an_error(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.status = 204}};
    struct error *err = NULL;
    auto_close int fd = file_of(LARGE);
    auto_buf struct buf seen;
    buf_init(&seen);
    assert_int_equal(ftruncate(fd, 1000), 0);
    assert_int_equal(put(script, fd, LARGE, &seen, &err), -1);
    assert_error(&err, ERROR_IO, "the file that is sent cannot be read any more, or has become");
}

static void test_file__refused_before_its_end__brings_the_answer(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.status = 413, .body = "too large"}};
    struct error *err = NULL;
    auto_close int fd = file_of(LARGE);
    auto_buf struct buf seen;
    buf_init(&seen);
    assert_int_equal(put(script, fd, LARGE, &seen, &err), 413);
    assert_no_error(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file__whole__arrives_with_its_length),
        cmocka_unit_test(test_file__that_became_shorter__is_an_error),
        cmocka_unit_test(test_file__refused_before_its_end__brings_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
