#include "support/unit.h"

#include <unistd.h>

#include "lxc_container/capture.h"

#define STAMP "lxc_container web1 20261125211939.312 "

static void test_capture_message__error__is_cut_to_what_it_says(void **state)
{
    (void)state;
    auto_free char *message = capture_message(
        STAMP "ERROR    network - ../src/lxc/network.c:create:164 - File exists - Failed");
    assert_string_equal(message, "File exists - Failed");
}

static void test_capture_message__other_levels_and_lines__are_none(void **state)
{
    (void)state;
    assert_null(capture_message(STAMP "INFO     confile - ../src/a.c:f:1 - ERROR is in it"));
    assert_null(capture_message(STAMP "WARN     confile - ../src/a.c:f:1 - x"));
    assert_null(capture_message(""));
    assert_null(capture_message("nonsense"));
    assert_null(capture_message(STAMP "ERROR    confile - cut"));
}

/* A log as liblxc leaves it. */
static struct capture log_of(FILE *file, const char *text)
{
    fputs(text, file);
    fflush(file);
    return (struct capture){.fd = fileno(file), .stderr_ = -1, .other = -1};
}

#define ERROR_LINE(TEXT) STAMP "ERROR    start - ../src/lxc/start.c:f:1 - " TEXT "\n"

static void test_capture_errors__behind_the_mark__are_taken_once_each(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct capture capture = log_of(file, ERROR_LINE("old"));
    off_t mark = capture_mark(&capture);
    log_of(file, ERROR_LINE("first") ERROR_LINE("second") ERROR_LINE("first") "\xff\n");
    auto_strv struct strv lines;
    strv_init(&lines);
    capture_errors(&capture, mark, &lines);
    auto_free char *all = strv_join(&lines, ",");
    assert_string_equal(all, "first,second");
    fclose(file);
}

static void test_capture_errors__many__are_ten(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct capture capture = log_of(file, "");
    for (int i = 0; i < 30; i++)
        fprintf(file, ERROR_LINE("number %d"), i);
    fflush(file);
    auto_strv struct strv lines;
    strv_init(&lines);
    capture_errors(&capture, 0, &lines);
    assert_int_equal(lines.count, 10);
    assert_string_equal(lines.items[0], "number 0");
    fclose(file);
}

static void test_capture_fail__log_with_errors__says_the_first_and_keeps_all(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    struct capture capture = log_of(file, ERROR_LINE("root cause") ERROR_LINE("what follows"));
    struct error *err = NULL;
    capture_fail(&capture, 0, &err, "cannot start %s", "web1");
    assert_non_null(err);
    assert_string_equal(err->message, "cannot start web1: root cause");
    assert_int_equal(json_array_size(json_object_get(err->detail, "log")), 2);
    error_clear(&err);
    fclose(file);
}

static void test_capture_also__log_of_the_container__is_read_from_then_on(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    FILE *own = tmpfile();
    struct capture capture = log_of(file, ERROR_LINE("ours"));
    log_of(own, ERROR_LINE("before"));
    auto_free char *path = xasprintf("/proc/self/fd/%d", fileno(own));
    capture_also(&capture, path);
    log_of(own, ERROR_LINE("its own"));
    auto_strv struct strv lines;
    strv_init(&lines);
    capture_errors(&capture, 0, &lines);
    auto_free char *all = strv_join(&lines, ",");
    assert_string_equal(all, "ours,its own");
    capture_also(&capture, NULL);
    assert_int_equal(capture.other, -1);
    capture_also(&capture, "/nonexistent/log");
    assert_int_equal(capture.other, -1);
    fclose(file);
    fclose(own);
}

static void test_capture_fail__empty_log__is_the_text_alone(void **state)
{
    (void)state;
    struct capture capture = {.fd = -1, .stderr_ = -1, .other = -1};
    struct error *err = NULL;
    capture_fail(&capture, capture_mark(&capture), &err, "no");
    assert_string_equal(err->message, "no");
    assert_null(err->detail);
    error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capture_message__error__is_cut_to_what_it_says),
        cmocka_unit_test(test_capture_message__other_levels_and_lines__are_none),
        cmocka_unit_test(test_capture_errors__behind_the_mark__are_taken_once_each),
        cmocka_unit_test(test_capture_errors__many__are_ten),
        cmocka_unit_test(test_capture_fail__log_with_errors__says_the_first_and_keeps_all),
        cmocka_unit_test(test_capture_also__log_of_the_container__is_read_from_then_on),
        cmocka_unit_test(test_capture_fail__empty_log__is_the_text_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
