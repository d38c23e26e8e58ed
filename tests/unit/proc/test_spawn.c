#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/str.h"
#include "proc/spawn.h"
#include "support/temp_dir.h"

/* The vector "/bin/sh", "-c", SCRIPT: the shell is the program under test here, nothing more. */
static void shell(struct strv *argv, const char *script)
{
    strv_add(argv, "/bin/sh");
    strv_add(argv, "-c");
    strv_add(argv, script);
}

static void run_well(struct spawn_options *options, const char *script, struct spawn_result *result)
{
    auto_strv struct strv argv = {0};
    struct error *err = NULL;
    shell(&argv, script);
    options->argv = &argv;
    int done = spawn_run(options, result, &err);
    assert_no_error(err);
    assert_int_equal(done, 0);
}

static struct error *run_badly(struct spawn_options *options, const char *script)
{
    auto_strv struct strv argv = {0};
    struct spawn_result result;
    struct error *err = NULL;
    shell(&argv, script);
    options->argv = &argv;
    assert_int_equal(spawn_run(options, &result, &err), -1);
    assert_null(result.output.data);
    return err;
}

static void test_spawn__output_and_exit_code__are_reported(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    run_well(&(struct spawn_options){0}, "echo out; echo err >&2; exit 3", &result);
    assert_string_equal(buf_str(&result.output), "out\n");
    assert_string_equal(buf_str(&result.error_text), "err\n");
    assert_int_equal(result.exit_code, 3);
    assert_int_equal(result.signal, 0);
    auto_free char *text = spawn_result_text(&result);
    assert_string_equal(text, "exit code 3");
}

static void test_spawn__ended_by_a_signal__says_which(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    run_well(&(struct spawn_options){0}, "kill -TERM $$", &result);
    assert_int_equal(result.exit_code, -1);
    assert_int_equal(result.signal, SIGTERM);
    auto_free char *text = spawn_result_text(&result);
    assert_string_equal(text, "signal 15 (SIGTERM)");
}

static void test_spawn__arguments__are_passed_verbatim(void **state)
{
    (void)state;
    auto_strv struct strv argv = {0};
    auto_spawn_result struct spawn_result result = {0};
    struct error *err = NULL;
    strv_add(&argv, "printf");
    strv_add(&argv, "%s|");
    strv_add(&argv, "a b");
    strv_add(&argv, "; rm -rf $HOME `id`");
    strv_add(&argv, "");
    strv_add(&argv, "*");
    assert_int_equal(spawn_run(&(struct spawn_options){.argv = &argv}, &result, &err), 0);
    assert_string_equal(buf_str(&result.output), "a b|; rm -rf $HOME `id`||*|");
}

static void test_spawn__environment__is_inherited_replaced_and_extended(void **state)
{
    (void)state;
    auto_strv struct strv extra = {0};
    auto_spawn_result struct spawn_result result = {0};
    strv_add(&extra, "SPAWN_B=new");
    strv_add(&extra, "SPAWN_C=added = yes");
    setenv("SPAWN_A", "inherited", 1);
    setenv("SPAWN_B", "old", 1);
    run_well(&(struct spawn_options){.extra_env = &extra},
             "echo \"$SPAWN_A,$SPAWN_B,$SPAWN_C\"; env | grep -c '^SPAWN_B='", &result);
    assert_string_equal(buf_str(&result.output), "inherited,new,added = yes\n1\n");
    assert_string_equal(getenv("SPAWN_B"), "old");
}

static void test_spawn__no_input__is_an_empty_one(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    run_well(&(struct spawn_options){0}, "cat; readlink /proc/self/fd/0", &result);
    assert_string_equal(buf_str(&result.output), "/dev/null\n");
}

static void test_spawn__large_input__goes_in_while_output_comes_out(void **state)
{
    (void)state;
    enum { SIZE = 500000 };
    auto_free char *input = xmalloc(SIZE);
    auto_spawn_result struct spawn_result result = {0};
    for (size_t i = 0; i < SIZE; i++)
        input[i] = (char)('a' + i % 26);
    run_well(&(struct spawn_options){.input = input, .input_size = SIZE}, "cat", &result);
    assert_int_equal(result.output.size, SIZE);
    assert_memory_equal(result.output.data, input, SIZE);
}

static void test_spawn__input_that_nobody_reads__does_not_kill_us(void **state)
{
    (void)state;
    enum { SIZE = 500000 };
    auto_free char *input = xcalloc(1, SIZE);
    auto_spawn_result struct spawn_result result = {0};
    signal(SIGPIPE, SIG_DFL);
    run_well(&(struct spawn_options){.input = input, .input_size = SIZE},
             "exec 0</dev/null; sleep 0.1; echo done", &result);
    assert_string_equal(buf_str(&result.output), "done\n");
    assert_int_equal(result.exit_code, 0);
}

static void test_spawn__too_much_output__is_an_error_and_the_end(void **state)
{
    (void)state;
    long long before = clock_now_ms();
    struct error *err = run_badly(&(struct spawn_options){.output_limit = 1000}, "yes");
    assert_int_equal(err->code, EFBIG);
    assert_error(&err, ERROR_IO, "/bin/sh: more than 1000 bytes on standard output");
    assert_in_range(clock_now_ms() - before, 0, 5000);
}

static void test_spawn__output_of_exactly_the_limit__is_fine(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    run_well(&(struct spawn_options){.output_limit = 4}, "printf 1234", &result);
    assert_string_equal(buf_str(&result.output), "1234");
}

static void test_spawn__much_error_text__keeps_its_end(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    run_well(&(struct spawn_options){.error_limit = 10},
             "i=0; while [ $i -lt 5000 ]; do echo line $i >&2; i=$((i+1)); done", &result);
    assert_string_equal(buf_str(&result.error_text), "line 4999\n");
}

static void test_spawn__timeout__ends_the_whole_group(void **state)
{
    auto_free char *mark = temp_path(state, "mark");
    auto_free char *script = xasprintf("(sleep 1; touch %s) & sleep 60", mark);
    long long before = clock_now_ms();
    struct error *err = run_badly(&(struct spawn_options){.timeout_ms = 200}, script);
    assert_error(&err, ERROR_TIMEOUT, "/bin/sh: not finished after 0.2 s");
    assert_in_range(clock_now_ms() - before, 190, 5000);
    usleep(1200000);
    assert_int_equal(access(mark, F_OK), -1);
}

static void test_spawn__deaf_to_sigterm__is_killed(void **state)
{
    (void)state;
    long long before = clock_now_ms();
    struct error *err = run_badly(&(struct spawn_options){.timeout_ms = 100},
                                  "trap '' TERM; while :; do sleep 0.05; done");
    assert_error(&err, ERROR_TIMEOUT, "not finished");
    assert_in_range(clock_now_ms() - before, 500, 5000);
}

static void test_spawn__grandchild_that_keeps_the_pipes__does_not_hold_us_up(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    long long before = clock_now_ms();
    run_well(&(struct spawn_options){0}, "sleep 5 & echo started", &result);
    assert_string_equal(buf_str(&result.output), "started\n");
    assert_in_range(clock_now_ms() - before, 0, 3000);
}

static void test_spawn__pipes_closed_early__still_waits_for_the_end(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    run_well(&(struct spawn_options){0}, "exec 1>&- 2>&-; sleep 0.2; exit 5", &result);
    assert_int_equal(result.exit_code, 5);
}

static struct error *start_badly(const char *program, const char *directory)
{
    auto_strv struct strv argv = {0};
    struct spawn_result result;
    struct error *err = NULL;
    strv_add(&argv, program);
    struct spawn_options options = {.argv = &argv, .directory = directory};
    assert_int_equal(spawn_run(&options, &result, &err), -1);
    return err;
}

static void test_spawn__no_such_program__is_told_from_exit_code_127(void **state)
{
    auto_free char *absent = temp_path(state, "absent");
    auto_spawn_result struct spawn_result result = {0};
    struct error *err = start_badly("no-such-program-anywhere", NULL);
    assert_int_equal(err->code, ENOENT);
    assert_error(&err, ERROR_NOT_FOUND, "executable no-such-program-anywhere not found");
    err = start_badly(absent, NULL);
    assert_int_equal(err->code, ENOENT);
    assert_error(&err, ERROR_NOT_FOUND, "not found");
    run_well(&(struct spawn_options){0}, "exit 127", &result);
    assert_int_equal(result.exit_code, 127);
}

static void test_spawn__not_executable__says_why(void **state)
{
    auto_free char *plain = temp_file(state, "plain", "#!/bin/sh\n");
    auto_free char *odd = temp_file(state, "odd", "no format at all");
    chmod(odd, 0700);
    struct error *err = start_badly(plain, NULL);
    assert_int_equal(err->code, EACCES);
    assert_error(&err, ERROR_IO, "cannot execute");
    /* execvp would hand this one to a shell. */
    err = start_badly(odd, NULL);
    assert_int_equal(err->code, ENOEXEC);
    assert_error(&err, ERROR_IO, "Exec format error");
}

static void test_spawn__directory__is_where_it_runs(void **state)
{
    auto_spawn_result struct spawn_result result = {0};
    auto_free char *want = xasprintf("%s\n", (const char *)*state);
    run_well(&(struct spawn_options){.directory = *state}, "pwd -P", &result);
    assert_string_equal(buf_str(&result.output), want);
    struct error *err = start_badly("/bin/true", "/no/such/directory");
    assert_error(&err, ERROR_IO, "cannot run /bin/true in directory /no/such/directory");
}

static void test_spawn__our_descriptors__are_not_the_programs(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    int fd = open("/dev/null", O_RDONLY);
    int high = fcntl(fd, F_DUPFD, 200);
    /* ls itself has one open, for the directory. */
    run_well(&(struct spawn_options){0}, "ls /proc/self/fd | tr '\\n' ' '", &result);
    assert_string_equal(buf_str(&result.output), "0 1 2 3 ");
    close(fd);
    close(high);
}

static void test_spawn__ignored_and_blocked_signals__are_normal_for_the_program(void **state)
{
    (void)state;
    auto_spawn_result struct spawn_result result = {0};
    sigset_t term;
    sigset_t before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    run_well(&(struct spawn_options){0}, "kill -PIPE $$; exit 1", &result);
    assert_int_equal(result.signal, SIGPIPE);
    spawn_result_clear(&result);
    run_well(&(struct spawn_options){0}, "kill -TERM $$; exit 1", &result);
    assert_int_equal(result.signal, SIGTERM);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void test_spawn__error_text_passed_through__is_not_captured(void **state)
{
    (void)state;
    int ends[2];
    auto_spawn_result struct spawn_result result = {0};
    int saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    run_well(&(struct spawn_options){.stderr_to = SPAWN_STDERR_PASS}, "echo hint >&2", &result);
    dup2(saved, STDERR_FILENO);
    close(saved);
    char text[10] = "";
    assert_int_equal(read(ends[0], text, 5), 5);
    close(ends[0]);
    assert_string_equal(text, "hint\n");
    assert_int_equal(result.error_text.size, 0);
}

static void test_spawn__standard_descriptors_closed__still_works(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct spawn_result result = {0};
        auto_strv struct strv argv = {0};
        shell(&argv, "cat; echo out; echo err >&2");
        close(0);
        close(1);
        int done = spawn_run(
            &(struct spawn_options){.argv = &argv, .input = "in ", .input_size = 3}, &result, NULL);
        _exit(done == 0 && str_equal(buf_str(&result.output), "in out\n") &&
                      str_equal(buf_str(&result.error_text), "err\n")
                  ? 0
                  : 1);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void test_spawn__found__in_the_absolute_directories_of_path(void **state)
{
    auto_free char *program = temp_file(state, "my-program", "#!/bin/sh\n");
    temp_put(state, "plain-file", "");
    auto_free char *saved = xstrdup(getenv("PATH"));
    auto_free char *path = xasprintf("relative::/no/such:%s", (const char *)*state);
    auto_free char *before = getcwd(NULL, 0);
    struct error *err = NULL;
    chmod(program, 0700);
    setenv("PATH", path, 1);
    auto_free char *found = spawn_find("my-program", &err);
    assert_string_equal(found, program);
    assert_null(spawn_find("plain-file", &err));
    assert_error(&err, ERROR_NOT_FOUND, "executable plain-file not found");
    /* An empty part of PATH means the current directory to shells, not to us. */
    setenv("PATH", ":.", 1);
    assert_int_equal(chdir(*state), 0);
    assert_null(spawn_find("my-program", &err));
    error_clear(&err);
    auto_free char *given = spawn_find("./any/thing", &err);
    assert_string_equal(given, "./any/thing");
    assert_int_equal(chdir(before), 0);
    setenv("PATH", saved, 1);
}

static void *send_term_later(void *context)
{
    const pthread_t *to = context;
    usleep(100000);
    pthread_kill(*to, SIGTERM);
    return NULL;
}

static int run_interrupted(void)
{
    auto_strv struct strv argv = {0};
    auto_error struct error *err = NULL;
    struct spawn_result result;
    pthread_t self = pthread_self();
    pthread_t sender;
    interrupt_install();
    shell(&argv, "sleep 60");
    pthread_create(&sender, NULL, send_term_later, &self);
    long long before = clock_now_ms();
    int done = spawn_run(&(struct spawn_options){.argv = &argv}, &result, &err);
    pthread_join(sender, NULL);
    return done == -1 && err->kind == ERROR_INTERRUPTED && clock_now_ms() - before < 5000 ? 0 : 1;
}

static void test_spawn__signal_to_us__ends_the_program_and_the_wait(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(run_interrupted());
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
}

static void test_spawn__nothing_to_run__is_an_error(void **state)
{
    (void)state;
    auto_strv struct strv argv = {0};
    struct spawn_result result;
    struct error *err = NULL;
    assert_int_equal(spawn_run(&(struct spawn_options){.argv = &argv}, &result, &err), -1);
    assert_error(&err, ERROR_USAGE, "no program");
}

#define in_temp_dir(TEST) cmocka_unit_test_setup_teardown(TEST, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spawn__output_and_exit_code__are_reported),
        cmocka_unit_test(test_spawn__ended_by_a_signal__says_which),
        cmocka_unit_test(test_spawn__arguments__are_passed_verbatim),
        cmocka_unit_test(test_spawn__environment__is_inherited_replaced_and_extended),
        cmocka_unit_test(test_spawn__no_input__is_an_empty_one),
        cmocka_unit_test(test_spawn__large_input__goes_in_while_output_comes_out),
        cmocka_unit_test(test_spawn__input_that_nobody_reads__does_not_kill_us),
        cmocka_unit_test(test_spawn__too_much_output__is_an_error_and_the_end),
        cmocka_unit_test(test_spawn__output_of_exactly_the_limit__is_fine),
        cmocka_unit_test(test_spawn__much_error_text__keeps_its_end),
        in_temp_dir(test_spawn__timeout__ends_the_whole_group),
        cmocka_unit_test(test_spawn__deaf_to_sigterm__is_killed),
        cmocka_unit_test(test_spawn__grandchild_that_keeps_the_pipes__does_not_hold_us_up),
        cmocka_unit_test(test_spawn__pipes_closed_early__still_waits_for_the_end),
        in_temp_dir(test_spawn__no_such_program__is_told_from_exit_code_127),
        in_temp_dir(test_spawn__not_executable__says_why),
        in_temp_dir(test_spawn__directory__is_where_it_runs),
        cmocka_unit_test(test_spawn__our_descriptors__are_not_the_programs),
        cmocka_unit_test(test_spawn__ignored_and_blocked_signals__are_normal_for_the_program),
        cmocka_unit_test(test_spawn__error_text_passed_through__is_not_captured),
        cmocka_unit_test(test_spawn__standard_descriptors_closed__still_works),
        in_temp_dir(test_spawn__found__in_the_absolute_directories_of_path),
        cmocka_unit_test(test_spawn__signal_to_us__ends_the_program_and_the_wait),
        cmocka_unit_test(test_spawn__nothing_to_run__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
