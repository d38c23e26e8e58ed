#include "lxc_container/attach_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum {
    CANNOT_RUN = 126,
    NOT_FOUND = 127,
    LONGEST_ARGUMENT = 100000, /* the kernel's limit is 128 KiB */
    MANY_DESCRIPTORS = 65536,
};

/* ---- inside of the container, between fork and exec */

struct payload {
    const struct attach_request *request;
    int script; /* a file with the script, or -1 */
};

static void close_others(int keep)
{
#ifdef CLOSE_RANGE_CLOEXEC
    bool closed = syscall(SYS_close_range, 3U, ~0U, (unsigned)CLOSE_RANGE_CLOEXEC) == 0;
#else
    bool closed = false;
#endif
    for (int fd = 3; !closed && fd < MANY_DESCRIPTORS; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (keep >= 0)
        fcntl(keep, F_SETFD, 0);
}

static int complain(const char *what)
{
    int saved = errno;
    dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(saved));
    return saved == ENOENT ? NOT_FOUND : CANNOT_RUN;
}

static bool enter_directory(const char *directory)
{
    if (directory)
        return chdir(directory) == 0;
    return chdir("/root") == 0 || chdir("/") == 0;
}

static void run_shell(const struct payload *payload)
{
    const struct attach_request *request = payload->request;
    const char *shell = request->shell;
    char name[32];
    if (!shell)
        shell = access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh";
    snprintf(name, sizeof(name), "/proc/self/fd/%d", payload->script);
    if (payload->script >= 0)
        execlp(shell, shell, name, (char *)NULL);
    else
        execlp(shell, shell, "-c", request->script, (char *)NULL);
    _exit(complain(shell));
}

/* What it returns becomes the exit code. */
static int inside(void *argument)
{
    const struct payload *payload = argument;
    const struct attach_request *request = payload->request;
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    sigemptyset(&action.sa_mask);
    sigemptyset(&none);
    sigaction(SIGPIPE, &action, NULL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    close_others(payload->script);
    if (!enter_directory(request->directory)) {
        complain(request->directory ? request->directory : "/");
        return CANNOT_RUN;
    }
    if (!request->argv)
        run_shell(payload);
    execvp(request->argv->items[0], request->argv->items);
    return complain(request->argv->items[0]);
}

/* ---- in the module */

static int file_of(const char *text)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t left = text ? strlen(text) : 0;
    while (fd >= 0 && left) {
        ssize_t wrote = write(fd, text, left);
        if (wrote <= 0)
            break;
        text += wrote;
        left -= (size_t)wrote;
    }
    if (fd >= 0 && lseek(fd, 0, SEEK_SET) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void environment_of(const struct attach_request *request, struct strv *out)
{
    bool root = request->uid == (uid_t)-1 || request->uid == 0;
    if (root)
        strv_add(out, "HOME=/root");
    for (size_t i = 0; request->environment && i < request->environment->count; i++)
        strv_add(out, request->environment->items[i]);
}

static int start(struct ct *ct, struct payload *payload, const int fds[3], pid_t *pid)
{
    const struct attach_request *request = payload->request;
    auto_strv struct strv environment;
    strv_init(&environment);
    environment_of(request, &environment);
    static char *nothing[] = {NULL};
    static char root[] = "/";
    /* Anew for each call: liblxc writes into it. */
    lxc_attach_options_t options = {
        .attach_flags = LXC_ATTACH_DEFAULT,
        .namespaces = -1,
        .personality = LXC_ATTACH_DETECT_PERSONALITY,
        .initial_cwd = root,
        .uid = request->uid,
        .gid = request->gid,
        .env_policy = LXC_ATTACH_CLEAR_ENV,
        .extra_env_vars = environment.count ? environment.items : nothing,
        .stdin_fd = fds[0],
        .stdout_fd = fds[1],
        .stderr_fd = fds[2],
        .log_fd = -EBADF,
    };
    return ct->container->attach(ct->container, inside, payload, &options, pid);
}

static int fail(const struct ct *ct, struct error **err)
{
    error_make_errno(err, errno, "cannot prepare a command for %s", ct->args.name);
    return -1;
}

struct attach_request attach_script(const char *script)
{
    return (struct attach_request){.script = script, .uid = (uid_t)-1, .gid = (gid_t)-1};
}

int attach_run(struct ct *ct, const struct attach_request *request, struct attach_result *result,
               struct error **err)
{
    *result = (struct attach_result){0};
    auto_close int input =
        request->input ? file_of(request->input) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    bool is_long = !request->argv && strlen(request->script) > LONGEST_ARGUMENT;
    auto_close int script = is_long ? file_of(request->script) : -1;
    int out[2];
    int errors[2];
    if (input < 0 || (is_long && script < 0) || pipe2(out, O_CLOEXEC) < 0)
        return fail(ct, err);
    auto_close int out_read = out[0];
    auto_close int out_write = out[1];
    if (pipe2(errors, O_CLOEXEC) < 0)
        return fail(ct, err);
    auto_close int error_read = errors[0];
    auto_close int error_write = errors[1];
    off_t mark = capture_mark(&ct->capture);
    struct payload payload = {.request = request, .script = script};
    const int fds[] = {input, out_write, error_write};
    struct attach_child child = {.pid = -1};
    if (start(ct, &payload, fds, &child.pid) < 0) {
        capture_fail(&ct->capture, mark, err, "cannot run a command in the container %s",
                     ct->args.name);
        return -1;
    }
    close(steal_fd(&out_write));
    close(steal_fd(&error_write));
    child.output = steal_fd(&out_read);
    child.error = steal_fd(&error_read);
    return attach_talk(&child, request->timeout_ms, result, err);
}

void attach_result_clear(struct attach_result *result)
{
    buf_clear(&result->output);
    buf_clear(&result->error_text);
}
