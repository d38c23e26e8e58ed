#include "proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "proc/report.h"
#include "proc/spawn_priv.h"

enum {
    OUTPUT_LIMIT = 1024 * 1024,
    ERROR_LIMIT = 64 * 1024,
    CHUNK = 4096,
    LOOK_MS = 50,   /* how often to look whether a program that keeps silent has ended */
    GRACE_MS = 500, /* between SIGTERM and SIGKILL */
};

/* One running program. */
struct child {
    const struct spawn_options *options;
    struct spawn_result *result;
    struct spawn_pipes pipes;
    pid_t pid;
    size_t sent;
    bool over;  /* it has ended; status counts */
    int status;
    long long deadline; /* 0: none */
};

/* ---- finding */

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

char *spawn_find(const char *name, struct error **err)
{
    if (strchr(name, '/'))
        return xstrdup(name);
    const char *path = getenv("PATH");
    auto_strv struct strv directories = {0};
    strv_split(&directories, path ? path : "/usr/local/bin:/usr/bin:/bin", ':');
    for (size_t i = 0; i < directories.count; i++) {
        /* A relative directory would run whatever lies where we happen to stand. */
        if (*directories.items[i] != '/')
            continue;
        auto_free char *candidate = xasprintf("%s/%s", directories.items[i], name);
        if (is_program(candidate))
            return steal_ptr(candidate);
    }
    error_make(err, ERROR_NOT_FOUND, "executable %s not found", name);
    error_code(err, ENOENT);
    return NULL;
}

/* ---- environment */

static bool same_variable(const char *a, const char *b)
{
    size_t name = strcspn(a, "=");
    return strncmp(a, b, name + 1) == 0;
}

/* Ours, less what EXTRA replaces, then EXTRA. */
static void make_environment(const struct strv *extra, struct strv *out)
{
    for (char **at = environ; at && *at; at++) {
        bool replaced = false;
        for (size_t i = 0; extra && i < extra->count && !replaced; i++)
            replaced = same_variable(extra->items[i], *at);
        if (!replaced)
            strv_add(out, *at);
    }
    for (size_t i = 0; extra && i < extra->count; i++)
        strv_add(out, extra->items[i]);
}

/* ---- pipes */

/* A closed standard descriptor of ours must not become a pipe: the child puts others there. */
static int above_standard(int fd)
{
    if (fd > STDERR_FILENO)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    mem_cleanup_close(&fd);
    return moved;
}

static int make_pipe(int ends[2], struct error **err)
{
    if (pipe2(ends, O_CLOEXEC) == 0) {
        ends[0] = above_standard(ends[0]);
        ends[1] = above_standard(ends[1]);
        if (ends[0] >= 0 && ends[1] >= 0)
            return 0;
    }
    error_make_errno(err, errno, "cannot make a pipe");
    return -1;
}

static void close_end(int *fd)
{
    mem_cleanup_close(fd);
    *fd = -1;
}

static void close_pipes(struct spawn_pipes *pipes)
{
    int *ends[] = {pipes->input, pipes->output, pipes->error, pipes->report};
    for (size_t i = 0; i < array_length(ends); i++) {
        close_end(&ends[i][0]);
        close_end(&ends[i][1]);
    }
}

static int make_pipes(struct child *child, struct error **err)
{
    struct spawn_pipes *pipes = &child->pipes;
    if (make_pipe(pipes->report, err) < 0 || make_pipe(pipes->output, err) < 0 ||
        (child->options->input && make_pipe(pipes->input, err) < 0) ||
        (child->options->stderr_to == SPAWN_STDERR_CAPTURE && make_pipe(pipes->error, err) < 0))
        return -1;
    int ours[] = {pipes->input[1], pipes->output[0], pipes->error[0]};
    for (size_t i = 0; i < array_length(ours); i++)
        if (ours[i] >= 0)
            fcntl(ours[i], F_SETFL, O_NONBLOCK);
    return 0;
}

static void close_childs_ends(struct spawn_pipes *pipes)
{
    close_end(&pipes->input[0]);
    close_end(&pipes->output[1]);
    close_end(&pipes->error[1]);
    close_end(&pipes->report[1]);
}

/* ---- ending */

static void look(struct child *child, int flags)
{
    while (!child->over) {
        pid_t got = waitpid(child->pid, &child->status, flags);
        if (got < 0 && errno == EINTR)
            continue;
        /* ECHILD cannot be: SIGCHLD is not ignored, see start. */
        child->over = got == child->pid || (got < 0 && errno == ECHILD);
        return;
    }
}

/* The whole group, whose children may outlive their leader. */
static void end_group(struct child *child)
{
    long long deadline = clock_deadline_ms(GRACE_MS);
    kill(-child->pid, SIGTERM);
    for (look(child, WNOHANG); !child->over && !clock_passed(deadline); look(child, WNOHANG))
        poll(NULL, 0, LOOK_MS / 5);
    kill(-child->pid, SIGKILL);
    look(child, 0);
}

/* ---- talking */

/* A program that ends without reading its input is no reason for us to die of SIGPIPE. */
static ssize_t write_quietly(int fd, const char *bytes, size_t size)
{
    sigset_t pipe_only;
    sigset_t before;
    sigset_t pending;
    struct timespec at_once = {0};
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    sigprocmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t done = write(fd, bytes, size);
    int saved = errno;
    if (done < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe_only, NULL, &at_once);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return done;
}

static void send_input(struct child *child)
{
    const struct spawn_options *options = child->options;
    int *fd = &child->pipes.input[1];
    ssize_t done = write_quietly(*fd, (const char *)options->input + child->sent,
                                 options->input_size - child->sent);
    if (done > 0)
        child->sent += (size_t)done;
    /* EPIPE and the like: it does not want more. Its exit code tells whether that is bad. */
    bool failed = done < 0 && errno != EAGAIN && errno != EINTR;
    if (failed || child->sent == options->input_size)
        close_end(fd);
}

/* Returns false at the end of the stream, which is then closed. */
static bool receive(int *fd, struct buf *into)
{
    char chunk[CHUNK];
    ssize_t got = read(*fd, chunk, sizeof(chunk));
    if (got > 0)
        buf_add(into, chunk, (size_t)got);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        return got > 0;
    close_end(fd);
    return false;
}

/* Keeps the last LIMIT bytes: what a program says last is why it failed. */
static void keep_tail(struct buf *text, size_t limit, size_t slack)
{
    if (text->size <= limit + slack)
        return;
    memmove(text->data, text->data + text->size - limit, limit);
    text->size = limit;
    text->data[limit] = '\0';
}

static int receive_output(struct child *child, struct error **err)
{
    size_t limit = child->options->output_limit ? child->options->output_limit : OUTPUT_LIMIT;
    while (child->pipes.output[0] >= 0 && receive(&child->pipes.output[0], &child->result->output))
        if (child->result->output.size > limit) {
            error_make(err, ERROR_IO, "more than %zu bytes on standard output", limit);
            error_code(err, EFBIG);
            return -1;
        }
    return 0;
}

static void receive_error_text(struct child *child)
{
    size_t limit = child->options->error_limit ? child->options->error_limit : ERROR_LIMIT;
    struct buf *text = &child->result->error_text;
    while (child->pipes.error[0] >= 0 && receive(&child->pipes.error[0], text))
        keep_tail(text, limit, limit);
    keep_tail(text, limit, 0);
}

static int time_to_wait(const struct child *child)
{
    long long left = child->deadline ? clock_left_ms(child->deadline) : LOOK_MS;
    return (int)(left < LOOK_MS ? left : LOOK_MS);
}

static int wait_for_news(struct child *child, struct error **err)
{
    struct pollfd wanted[] = {
        {.fd = child->pipes.input[1], .events = POLLOUT},
        {.fd = child->pipes.output[0], .events = POLLIN},
        {.fd = child->pipes.error[0], .events = POLLIN},
        {.fd = interrupt_fd(), .events = POLLIN},
    };
    poll(wanted, array_length(wanted), time_to_wait(child));
    if (interrupt_check(err) < 0)
        return -1;
    if (child->deadline && clock_passed(child->deadline)) {
        error_make(err, ERROR_TIMEOUT, "not finished after %.1f s",
                   (double)child->options->timeout_ms / 1000);
        return -1;
    }
    return 0;
}

static int talk(struct child *child, struct error **err)
{
    while (!child->over) {
        if (wait_for_news(child, err) < 0)
            return -1;
        if (child->pipes.input[1] >= 0)
            send_input(child);
        /* Before reading: what it wrote before its end is then in the pipes. A grandchild that
         * keeps them open does not hold us up. */
        look(child, WNOHANG);
        receive_error_text(child);
        if (receive_output(child, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- running */

static int explain(struct report report, const struct spawn_options *options, struct error **err)
{
    if (report.stage == REPORT_EXEC && report.code == ENOENT) {
        error_make(err, ERROR_NOT_FOUND, "executable %s not found", options->argv->items[0]);
        error_code(err, ENOENT);
    } else if (report.stage == REPORT_EXEC) {
        error_make_errno(err, report.code, "cannot execute %s", options->argv->items[0]);
    } else if (report.stage == REPORT_DIRECTORY) {
        error_make_errno(err, report.code, "cannot run %s in directory %s",
                         options->argv->items[0], options->directory);
    } else {
        error_make_errno(err, report.code, "cannot prepare to run %s", options->argv->items[0]);
    }
    return -1;
}

/* A parent that ignores SIGCHLD never learns exit codes, and that is inherited. */
static void expect_children(void)
{
    struct sigaction action;
    if (sigaction(SIGCHLD, NULL, &action) < 0 || action.sa_handler != SIG_IGN)
        return;
    action.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &action, NULL);
}

static int start(struct child *child, struct error **err)
{
    const struct spawn_options *options = child->options;
    auto_free char *path = spawn_find(options->argv->items[0], err);
    auto_strv struct strv env = {0};
    if (!path || make_pipes(child, err) < 0)
        return -1;
    make_environment(options->extra_env, &env);
    struct spawn_image image = {path, options->argv->items, env.items, options->directory};
    char *no_env[] = {NULL};
    if (!image.env)
        image.env = no_env;
    expect_children();
    child->pid = child_start(&image, &child->pipes);
    if (child->pid < 0) {
        error_make_errno(err, errno, "cannot start %s", options->argv->items[0]);
        return -1;
    }
    close_childs_ends(&child->pipes);
    struct report report = report_read(child->pipes.report[0]);
    if (report.stage == REPORT_NONE)
        return 0;
    look(child, 0);
    return explain(report, options, err);
}

static int run(struct child *child, struct error **err)
{
    if (start(child, err) < 0)
        return -1;
    if (child->options->timeout_ms > 0)
        child->deadline = clock_deadline_ms(child->options->timeout_ms);
    if (talk(child, err) < 0) {
        end_group(child);
        error_wrap(err, "%s", child->options->argv->items[0]);
        return -1;
    }
    bool exited = WIFEXITED(child->status);
    child->result->exit_code = exited ? WEXITSTATUS(child->status) : -1;
    child->result->signal = exited ? 0 : WTERMSIG(child->status);
    return 0;
}

int spawn_run(const struct spawn_options *options, struct spawn_result *result, struct error **err)
{
    *result = (struct spawn_result){.exit_code = -1};
    struct child child = {
        .options = options,
        .result = result,
        .pipes = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}},
    };
    if (!options->argv->count) {
        error_make(err, ERROR_USAGE, "no program to run");
        return -1;
    }
    int done = run(&child, err);
    close_pipes(&child.pipes);
    if (done < 0)
        spawn_result_clear(result);
    return done;
}

void spawn_result_clear(struct spawn_result *result)
{
    /* Often a credential. */
    buf_wipe(&result->output);
    buf_wipe(&result->error_text);
    *result = (struct spawn_result){.exit_code = -1};
}

char *spawn_result_text(const struct spawn_result *result)
{
    if (!result->signal)
        return xasprintf("exit code %d", result->exit_code);
    const char *name = sigabbrev_np(result->signal);
    return xasprintf("signal %d (SIG%s)", result->signal, name ? name : "?");
}
