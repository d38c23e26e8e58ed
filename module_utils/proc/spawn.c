#include "proc/spawn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signame.h"
#include "proc/report.h"
#include "proc/spawn_priv.h"

enum {
    GRACE_MS = 500, /* between SIGTERM and SIGKILL */
    STEP_MS = 10,
};

void child_look(struct spawn_child *child, int flags)
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
static void end_group(struct spawn_child *child)
{
    kill(-child->pid, SIGTERM);
    for (int waited = 0; waited < GRACE_MS && !child->over; waited += STEP_MS) {
        poll(NULL, 0, STEP_MS);
        child_look(child, WNOHANG);
    }
    kill(-child->pid, SIGKILL);
    child_look(child, 0);
}

static int explain(struct report report, const struct spawn_options *options, struct error **err)
{
    if (report.stage == REPORT_EXEC && report.code == ENOENT) {
        error_make(err, ERROR_NOT_FOUND, "executable %s not found", options->argv->items[0]);
        error_code(err, ENOENT);
    } else if (report.stage == REPORT_EXEC) {
        error_make_errno(err, report.code, "cannot execute %s", options->argv->items[0]);
    } else if (report.stage == REPORT_DIRECTORY) {
        error_make_errno(err, report.code, "cannot run %s in directory %s", options->argv->items[0],
                         options->directory);
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

static int start(struct spawn_child *child, struct error **err)
{
    const struct spawn_options *options = child->options;
    auto_free char *path = spawn_find(options->argv->items[0], err);
    auto_strv struct strv env = {0};
    if (!path || pipes_make(child, err) < 0)
        return -1;
    spawn_environment(options->extra_env, &env);
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
    pipes_close_childs(&child->pipes);
    struct report report = report_read(child->pipes.report[0]);
    if (report.stage == REPORT_NONE)
        return 0;
    child_look(child, 0);
    return explain(report, options, err);
}

static int run(struct spawn_child *child, struct error **err)
{
    if (start(child, err) < 0)
        return -1;
    if (child->options->timeout_ms > 0)
        child->deadline = clock_deadline_ms(child->options->timeout_ms);
    if (child_talk(child, err) < 0) {
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
    struct spawn_child child = {
        .options = options,
        .result = result,
        .pipes = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}},
    };
    if (!options->argv->count) {
        error_make(err, ERROR_USAGE, "no program to run");
        return -1;
    }
    int done = run(&child, err);
    pipes_close(&child.pipes);
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
    return xasprintf("signal %d (SIG%s)", result->signal, signame(result->signal));
}
