#include "lxc_container/command.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/signame.h"
#include "base/str.h"
#include "json/js_list.h"
#include "lxc_container/attach.h"

/* ---- creates and removes */

/* The root of the container as the host sees it, owned; NULL when it cannot be told. */
static char *root_of(const struct ct *ct)
{
    if (ct->run != CT_RUN_STOPPED) {
        pid_t init = ct->container->init_pid(ct->container);
        return init > 0 ? xasprintf("/proc/%d/root", (int)init) : NULL;
    }
    char *path = lib_item(ct->container, "lxc.rootfs.path");
    if (path && path[0] == '/' && !strchr(path, ':'))
        return path;
    mem_cleanup_free(&path);
    return NULL;
}

/* 1, 0, or -1: cannot be told. Links in the container lead to places in the container. */
static int is_inside(const char *root, const char *path)
{
    auto_close int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    if (top < 0)
        return -1;
    auto_close int fd = (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
    if (fd >= 0)
        return 1;
    return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
}

/* Why it need not be run, owned; NULL: it has to be. */
static char *why_not(const struct ct *ct)
{
    const struct ct_command *command = &ct->args.command;
    auto_free char *root = command->creates || command->removes ? root_of(ct) : NULL;
    if (root && command->creates && is_inside(root, command->creates) == 1)
        return xasprintf("%s exists", command->creates);
    if (root && command->removes && is_inside(root, command->removes) == 0)
        return xasprintf("%s does not exist", command->removes);
    return NULL;
}

static json_t *skipped(const char *why)
{
    return json_pack("{sb, si, ss, ss, so}", "skipped", 1, "rc", 0, "stdout", "", "stderr", "",
                     "msg", json_sprintf("not run, since %s", why));
}

int command_observe(struct ct *ct, struct error **err)
{
    (void)err;
    auto_free char *why = ct->args.has_command && ct_exists(ct) ? why_not(ct) : NULL;
    if (!why)
        return 0;
    ct->skip_command = true;
    ct->done.command = skipped(why);
    return 0;
}

/* ---- the result, in the words of Ansible's own module command */

static json_t *lines_of(const char *text)
{
    auto_strv struct strv lines;
    strv_init(&lines);
    json_t *list = json_array();
    if (*text)
        strv_split(&lines, text, '\n');
    for (size_t i = 0; i < lines.count; i++) {
        size_t length = strlen(lines.items[i]);
        if (length && lines.items[i][length - 1] == '\r')
            lines.items[i][length - 1] = '\0';
        json_array_append_new(list, json_string(lines.items[i]));
    }
    return list;
}

static void add_stream(json_t *result, const char *name, const struct buf *bytes)
{
    auto_free char *text = str_to_utf8(buf_str(bytes), bytes->size);
    size_t length = strlen(text);
    while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        text[--length] = '\0';
    auto_free char *lines = xasprintf("%s_lines", name);
    json_object_set_new(result, name, json_string(text));
    json_object_set_new(result, lines, lines_of(text));
}

static json_t *text_of(const struct timeval *when)
{
    char day[32];
    struct tm parts;
    localtime_r(&when->tv_sec, &parts);
    strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &parts);
    return json_sprintf("%s.%06ld", day, (long)when->tv_usec);
}

static json_t *text_between(const struct timeval *start, const struct timeval *end)
{
    struct timeval delta;
    timersub(end, start, &delta);
    long seconds = (long)delta.tv_sec;
    return json_sprintf("%ld:%02ld:%02ld.%06ld", seconds / 3600, seconds / 60 % 60, seconds % 60,
                        (long)delta.tv_usec);
}

static json_t *shown_command(const struct ct_command *command)
{
    if (command->script)
        return json_string(command->script);
    return js_strv(&command->argv);
}

/* The controller hides results of no_log tasks, but those of async ones lie on the target. */
static void hide(json_t *result)
{
    static const char *const texts[] = {"cmd", "stdout", "stderr"};
    static const char *const lists[] = {"stdout_lines", "stderr_lines"};
    for (size_t i = 0; i < array_length(texts); i++)
        json_object_set_new(result, texts[i], json_string("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"));
    for (size_t i = 0; i < array_length(lists); i++)
        json_object_set_new(result, lists[i], json_array());
}

static json_t *result_of(const struct ct_command *command, const struct attach_result *ran,
                         const struct timeval *start, const struct timeval *end)
{
    json_t *result = json_object();
    json_object_set_new(result, "cmd", shown_command(command));
    json_object_set_new(result, "rc", json_integer(ran->rc));
    json_object_set_new(result, "signal", json_integer(ran->signal));
    json_object_set_new(result, "timed_out", json_boolean(ran->timed_out));
    add_stream(result, "stdout", &ran->output);
    add_stream(result, "stderr", &ran->error_text);
    json_object_set_new(result, "start", text_of(start));
    json_object_set_new(result, "end", text_of(end));
    json_object_set_new(result, "delta", text_between(start, end));
    return result;
}

/* ---- running */

static bool is_ok(const struct ct_command *command, int rc)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (command->ok_rcs, index, item)
        if (json_integer_value(item) == rc)
            return true;
    return false;
}

static int judge(const struct ct_command *command, const struct attach_result *ran,
                 struct error **err)
{
    if (ran->timed_out) {
        error_make(err, ERROR_TIMEOUT, "container_command did not end within %lld s and was killed",
                   command->timeout_ms / 1000);
        return -1;
    }
    if (!command->check_rc || is_ok(command, ran->rc))
        return 0;
    if (ran->signal)
        error_make(err, ERROR_STATUS, "container_command was ended by signal %d (SIG%s)",
                   ran->signal, signame(ran->signal));
    else
        error_make(err, ERROR_STATUS, "container_command failed with exit code %d", ran->rc);
    error_detail_take(err, "rc", json_integer(ran->rc));
    return -1;
}

/* What a program says last is most likely why it failed. */
static void append_last_line(const struct attach_result *ran, struct error **err)
{
    auto_free char *text = str_to_utf8(buf_str(&ran->error_text), ran->error_text.size);
    str_trim(text);
    const char *line = strrchr(text, '\n');
    if (*text && !ran->timed_out)
        error_append(err, ": %s", line ? line + 1 : text);
}

int command_run(struct ct *ct, struct error **err)
{
    const struct ct_command *command = &ct->args.command;
    auto_free char *why = why_not(ct);
    if (why) {
        ct->done.command = skipped(why);
        return 0;
    }
    const struct attach_request request = {
        .argv = command->argv.count ? &command->argv : NULL,
        .script = command->script,
        .shell = command->executable,
        .directory = command->chdir,
        .environment = &command->environment,
        .uid = command->uid,
        .gid = command->gid,
        .input = command->stdin_text,
        .timeout_ms = command->timeout_ms,
    };
    struct timeval start;
    struct timeval end;
    auto_attach_result struct attach_result ran = {0};
    gettimeofday(&start, NULL);
    if (attach_run(ct, &request, &ran, err) < 0)
        return -1;
    gettimeofday(&end, NULL);
    ct->done.changed = true;
    ct->done.command = result_of(command, &ran, &start, &end);
    int verdict = judge(command, &ran, err);
    if (verdict < 0 && !ct->context->no_log)
        append_last_line(&ran, err);
    if (ct->context->no_log)
        hide(ct->done.command);
    return verdict;
}
