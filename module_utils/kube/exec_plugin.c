#include "kube/exec_plugin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hide.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/kubeconfig_priv.h"
#include "proc/spawn.h"

enum {
    OUTPUT_LIMIT = 4 * 1024 * 1024,
    SHOWN_LINES = 5,    /* so many last lines of stderr go into an error … */
    SHOWN_BYTES = 1000, /* … and at most so many bytes */
};

/* ---- texts for messages */

/* Control characters could hide text on a terminal; kubectl masks them as well. */
static char *printable(const char *text)
{
    struct buf out = {0};
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c < 0x20 && !strchr("\t\n\v\f\r", c)) || c == 0x7f)
            buf_printf(&out, "U+%04X", (unsigned)c);
        else
            buf_add_char(&out, *text);
    }
    return buf_steal(&out);
}

/* The last lines of what a plugin wrote to stderr, on one line; "" when there are none. */
static char *last_lines(const struct buf *text, const struct strv *secrets)
{
    auto_free char *utf8 = str_to_utf8(buf_str(text), text->size);
    auto_free char *clean = printable(utf8);
    auto_free char *safe = hide_words(str_trim(clean), secrets);
    auto_strv struct strv lines = {0};
    auto_strv struct strv kept = {0};
    strv_split(&lines, safe, '\n');
    for (size_t i = lines.count > SHOWN_LINES ? lines.count - SHOWN_LINES : 0; i < lines.count; i++)
        strv_add(&kept, str_trim(lines.items[i]));
    auto_free char *joined = strv_join(&kept, " | ");
    size_t length = strlen(joined);
    const char *shown = length > SHOWN_BYTES ? joined + length - SHOWN_BYTES : joined;
    return str_to_utf8(shown, strlen(shown));
}

/* ---- the program and what it is given */

/* Adds TEXT, which may be NULL or empty, to the end of *err's message. */
static void append(struct error **err, const char *text)
{
    if (str_empty(text) || !err || !*err)
        return;
    auto_free char *clean = printable(text);
    auto_free char *message = (*err)->message;
    (*err)->message = xasprintf("%s: %s", message, clean);
}

char *exec_plugin_find(const char *command, const char *directory, const char *install_hint,
                       struct error **err)
{
    if (strchr(command, '/'))
        return kube_path_resolve(directory, command);
    char *program = spawn_find(command, NULL);
    if (program)
        return program;
    error_make(err, ERROR_AUTH, "exec: executable %s not found", command);
    append(err, install_hint);
    return NULL;
}

/* A variable that is set twice keeps its last value. */
static void set_variable(struct strv *environment, const char *name, const char *value)
{
    size_t length = strlen(name);
    char *assignment = xasprintf("%s=%s", name, value);
    for (size_t i = 0; i < environment->count; i++) {
        if (strncmp(environment->items[i], name, length) == 0 &&
            environment->items[i][length] == '=') {
            free(environment->items[i]);
            environment->items[i] = assignment;
            return;
        }
    }
    strv_add_take(environment, assignment);
}

static void make_environment(const json_t *exec, const char *request, struct strv *environment)
{
    const json_t *variables = js_get(exec, "env", NULL);
    for (size_t i = 0; i < json_array_size(variables); i++) {
        const json_t *variable = json_array_get(variables, i);
        const char *name = js_str(variable, "name", NULL);
        const char *value = js_str(variable, "value", NULL);
        if (name)
            set_variable(environment, name, value ? value : "");
    }
    set_variable(environment, "KUBERNETES_EXEC_INFO", request);
}

static void make_arguments(const char *program, const json_t *exec, struct strv *arguments)
{
    const json_t *list = js_get(exec, "args", NULL);
    strv_add(arguments, program);
    for (size_t i = 0; i < json_array_size(list); i++)
        strv_add(arguments, json_string_value(json_array_get(list, i)));
}

/* ---- running it */

/* A plugin that cannot be run is a matter of credentials, unless a signal told us to stop. */
static void move_spawn_error(struct error *error_take, const json_t *exec, struct error **err)
{
    bool missing = error_take->code == ENOENT;
    if (error_take->kind != ERROR_INTERRUPTED)
        error_take->kind = ERROR_AUTH;
    error_move_take(err, error_take);
    error_wrap(err, "exec");
    if (missing)
        append(err, js_str(exec, "installHint", NULL));
}

static int run(const struct kube_config *config, const char *program, const char *request,
               long long timeout_ms, struct spawn_result *result, struct error **err)
{
    auto_strv struct strv environment = {0};
    auto_strv struct strv arguments = {0};
    struct error *error = NULL;
    make_environment(config->exec, request, &environment);
    make_arguments(program, config->exec, &arguments);
    const struct spawn_options options = {
        .argv = &arguments,
        .extra_env = &environment,
        .stderr_to = SPAWN_STDERR_CAPTURE,
        .output_limit = OUTPUT_LIMIT,
        .timeout_ms = (long)timeout_ms,
    };
    log_trace(1, "exec plugin %s", program);
    if (spawn_run(&options, result, &error) == 0)
        return 0;
    move_spawn_error(error, config->exec, err);
    return -1;
}

static void add_secrets(const struct exec_credential *credential, struct kube_config *config)
{
    hide_add(&config->secrets, credential->token);
    hide_add(&config->secrets, credential->key);
}

static int judge(const struct spawn_result *result, struct kube_config *config, const char *program,
                 struct exec_credential *out, struct error **err)
{
    auto_error struct error *error = NULL;
    int status = exec_plugin_answer(buf_str(&result->output), result->output.size,
                                    js_str(config->exec, "apiVersion", NULL), out, &error);
    /* A plugin that fails may have printed a credential before: it stays a secret. */
    add_secrets(out, config);
    if (result->exit_code == 0 && status == 0)
        return 0;
    exec_credential_clear(out);
    if (result->exit_code == 0) {
        error_move_take(err, steal_ptr(error));
    } else {
        auto_free char *how = spawn_result_text(result);
        error_make(err, ERROR_AUTH, "exec: executable %s failed with %s", program, how);
    }
    auto_free char *said = last_lines(&result->error_text, &config->secrets);
    append(err, said);
    return -1;
}

int exec_plugin_run(struct kube_config *config, long long timeout_ms, struct exec_credential *out,
                    struct error **err)
{
    const json_t *exec = config->exec;
    auto_spawn_result struct spawn_result result = {0};
    memset(out, 0, sizeof(*out));
    if (str_equal(js_str(exec, "interactiveMode", NULL), "Always")) {
        error_make(err, ERROR_AUTH,
                   "exec plugin cannot support interactive mode: standard input is not a terminal");
        return -1;
    }
    auto_free char *program = exec_plugin_find(js_str(exec, "command", NULL), config->exec_dir,
                                               js_str(exec, "installHint", NULL), err);
    auto_free char *request = program ? exec_plugin_request(config, err) : NULL;
    if (!request || run(config, program, request, timeout_ms, &result, err))
        return -1;
    int status = judge(&result, config, program, out, err);
    if (result.output.data)
        mem_wipe(result.output.data, result.output.size);
    return status;
}
