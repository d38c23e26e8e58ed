#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fs/file.h"
#include "support/temp_dir.h"

static void test_file__text__is_read_whole_and_added(void **state)
{
    auto_free char *path = temp_file(state, "a", "hello");
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    buf_add_str(&out, "> ");
    assert_int_equal(file_read(path, 5, &out, &err), 0);
    assert_no_error(err);
    assert_string_equal(buf_str(&out), "> hello");
    assert_int_equal(out.size, 7);
}

static void test_file__empty__is_the_empty_text(void **state)
{
    auto_free char *path = temp_file(state, "a", "");
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(file_read(path, 0, &out, &err), 0);
    assert_string_equal(buf_str(&out), "");
}

static void test_file__larger_than_the_limit__is_refused_and_leaves_no_part(void **state)
{
    auto_free char *path = temp_file(state, "a", "hello");
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    buf_add_str(&out, "kept");
    assert_int_equal(file_read(path, 4, &out, &err), -1);
    assert_int_equal(err->code, EFBIG);
    assert_error(&err, ERROR_IO, "it is larger than 4 bytes");
    assert_string_equal(buf_str(&out), "kept");
}

static void test_file__without_a_size__is_read_too(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(file_read("/proc/self/status", 100000, &out, &err), 0);
    assert_memory_equal(buf_str(&out), "Name:", 5);
    assert_int_equal(strlen(buf_str(&out)), out.size);
}

static void test_file__endless__ends_at_the_limit(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(file_read("/dev/zero", 100000, &out, &err), -1);
    assert_error(&err, ERROR_IO, "cannot read /dev/zero: it is larger than 100000 bytes");
    assert_in_range(out.room, 0, 300000);
}

static void test_file__pipe__is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2];
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "through a pipe", 14), 14);
    close(ends[1]);
    assert_int_equal(file_read_fd(ends[0], "standard input", 100, &out, &err), 0);
    assert_string_equal(buf_str(&out), "through a pipe");
    assert_int_equal(fcntl(ends[0], F_GETFD), 0);
    close(ends[0]);
}

static void test_file__named_pipe_or_socket__is_refused_at_once(void **state)
{
    auto_free char *pipe_path = temp_path(state, "fifo");
    auto_free char *socket_path = temp_path(state, "socket");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
    auto_close int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(socket_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(file_read(pipe_path, 10, &out, &err), -1);
    assert_int_equal(err->code, EINVAL);
    assert_error(&err, ERROR_IO, "it is a named pipe, but a regular file is needed");
    assert_int_equal(file_read(socket_path, 10, &out, &err), -1);
    assert_error(&err, ERROR_IO, "it is a socket");
}

static void test_file__terminal__is_refused_and_the_null_device_is_read(void **state)
{
    (void)state;
    auto_close int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(file_read(ptsname(terminal), 10, &out, &err), -1);
    assert_error(&err, ERROR_IO, "it is a device, but a regular file is needed");
    assert_int_equal(file_read("/dev/null", 10, &out, &err), 0);
    assert_int_equal(out.size, 0);
}

struct writer {
    const char *path;
    pthread_t thread;
};

static void *write_hello(void *context)
{
    const struct writer *writer = context;
    auto_close int fd = open(writer->path, O_WRONLY | O_CLOEXEC);
    return write(fd, "hello", 5) == 5 ? NULL : context;
}

static void test_file_stream__named_pipe__is_read_to_its_end(void **state)
{
    auto_free char *path = temp_path(state, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    struct writer writer = {.path = path};
    assert_int_equal(pthread_create(&writer.thread, NULL, write_hello, &writer), 0);
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(file_read_stream(path, 10, &out, &err), 0);
    pthread_join(writer.thread, NULL);
    assert_string_equal(buf_str(&out), "hello");
}

static void test_file__directory_or_absent__says_so(void **state)
{
    auto_buf struct buf out = {0};
    auto_free char *absent = temp_path(state, "absent");
    struct error *err = NULL;
    assert_int_equal(file_read(*state, 100, &out, &err), -1);
    assert_int_equal(err->code, EISDIR);
    assert_error(&err, ERROR_IO, "Is a directory");
    assert_int_equal(file_read(absent, 100, &out, &err), -1);
    assert_int_equal(err->code, ENOENT);
    assert_error(&err, ERROR_IO, absent);
}

static void test_file__nul_bytes__are_kept(void **state)
{
    auto_free char *path = temp_path(state, "a");
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    auto_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "a\0b", 3), 3);
    assert_int_equal(file_read(path, 100, &out, &err), 0);
    assert_int_equal(out.size, 3);
    assert_memory_equal(out.data, "a\0b", 4);
}

#define in_temp_dir(TEST) cmocka_unit_test_setup_teardown(TEST, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_temp_dir(test_file__text__is_read_whole_and_added),
        in_temp_dir(test_file__empty__is_the_empty_text),
        in_temp_dir(test_file__larger_than_the_limit__is_refused_and_leaves_no_part),
        cmocka_unit_test(test_file__without_a_size__is_read_too),
        cmocka_unit_test(test_file__endless__ends_at_the_limit),
        cmocka_unit_test(test_file__pipe__is_read_to_its_end),
        in_temp_dir(test_file__named_pipe_or_socket__is_refused_at_once),
        cmocka_unit_test(test_file__terminal__is_refused_and_the_null_device_is_read),
        in_temp_dir(test_file_stream__named_pipe__is_read_to_its_end),
        in_temp_dir(test_file__directory_or_absent__says_so),
        in_temp_dir(test_file__nul_bytes__are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
