#include "ansible/am_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "ansible/am_args.h"
#include "ansible/am_crash.h"
#include "ansible/am_log.h"
#include "ansible/am_result.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"

/* One run of one module. */
struct run {
    const struct am_module *module;
    struct am_args args;
    struct am_context context;
    void *state;    /* of the module, NULL until it is open */
    json_t *result; /* an object */
};

/* ---- station args */

/* sudo may leave us where we cannot look: then go where we can. */
static void leave_unreadable_directory(const struct am_context *context)
{
    const char *const places[] = {context->tmpdir, getenv("HOME"), "/var/tmp", "/"};
    auto_free char *here = getcwd(NULL, 0);
    if (here && access(here, F_OK | R_OK) == 0)
        return;
    for (size_t i = 0; i < array_length(places); i++)
        if (places[i] && access(places[i], F_OK | R_OK) == 0 && chdir(places[i]) == 0)
            return;
}

static void register_secrets(struct run *run)
{
    if (run->module->secrets)
        run->module->secrets(run->args.params, run->context.secrets);
}

static int read_args(struct run *run, int argc, char **argv, struct error **err)
{
    if (am_args_load(argc, argv, &run->args, err) < 0)
        return -1;
    am_args_describe(&run->args, run->module->name, &run->context);
    register_secrets(run);
    int status = am_spec_validate(run->module->spec, run->args.params, &run->context, err);
    register_secrets(run); /* also of what the environment stood in for */
    return status;
}

static bool is_skipped(const struct run *run)
{
    return run->context.check_mode && !run->module->spec->supports_check_mode;
}

static void skip(struct run *run)
{
    auto_free char *text =
        xasprintf("remote module (%s) does not support check mode", run->context.module_name);
    json_object_set_new(run->result, "skipped", json_true());
    json_object_set_new(run->result, "msg", json_string(text));
}

/* The parameters as they may be shown, owned. */
static json_t *shown_params(const struct run *run)
{
    json_t *params = run->args.params ? json_deep_copy(run->args.params) : json_object();
    if (run->module->redact)
        run->module->redact(run->state, params);
    return params;
}

static void log_invocation(struct run *run)
{
    if (run->context.no_log)
        return;
    json_auto_t *params = shown_params(run);
    am_log_invocation(run->module->spec, params, &run->context);
}

/* ---- stations observe, plan, apply (or, in check mode, predict) */

static int run_station(struct run *run, int (*station)(void *, struct error **), const char *name,
                       struct error **err)
{
    if (interrupt_check(err) < 0)
        return -1;
    log_trace(1, "%s: %s", run->module->name, name);
    return station ? station(run->state, err) : 0;
}

static int run_stations(struct run *run, struct error **err)
{
    const struct am_module *module = run->module;
    if (run_station(run, module->observe, "observe", err) < 0 ||
        run_station(run, module->plan, "plan", err) < 0)
        return -1;
    if (run->context.check_mode)
        return run_station(run, module->predict, "predict", err);
    am_crash_working();
    return run_station(run, module->apply, "apply", err);
}

static int open_module(struct run *run, struct error **err)
{
    if (interrupt_check(err) < 0)
        return -1;
    run->state = run->module->open(run->args.params, &run->context, err);
    return run->state ? 0 : -1;
}

static int work(struct run *run, int argc, char **argv, struct error **err)
{
    if (read_args(run, argc, argv, err) < 0)
        return -1;
    if (is_skipped(run)) {
        skip(run);
        return 0;
    }
    log_invocation(run);
    leave_unreadable_directory(&run->context);
    return open_module(run, err) < 0 ? -1 : run_stations(run, err);
}

/* ---- station result */

static void add_warnings(struct run *run)
{
    json_t *warnings = json_object_get(run->result, "warnings");
    if (!json_is_array(warnings)) {
        /* A single text that the module put there is kept as the first of the list. */
        json_t *list = json_array();
        if (warnings)
            json_array_append(list, warnings);
        json_object_set_new(run->result, "warnings", list);
        warnings = list;
    }
    for (size_t i = 0; i < run->context.warnings.count; i++) {
        const char *text = run->context.warnings.items[i];
        json_array_append_new(warnings, json_string_nocheck(text));
    }
}

static void add_invocation(struct run *run)
{
    json_object_set_new(run->result, "invocation",
                        json_pack("{s:o}", "module_args", shown_params(run)));
}

static void fill_result(struct run *run, const struct error *failure)
{
    if (failure)
        am_result_fail(run->result, failure);
    if (run->state)
        run->module->result(run->state, failure, run->result);
    if (failure)
        json_object_set_new(run->result, "failed", json_true());
    add_warnings(run);
    add_invocation(run);
}

/* The text of the result, or of the reason why it cannot be written. False: of a failure. */
static bool print_result(const struct run *run, struct buf *text)
{
    auto_error struct error *err = NULL;
    json_auto_t *shown = am_result_shape(run->result, run->context.diff, run->context.secrets);
    bool good = !json_is_true(json_object_get(shown, "failed"));
    if (am_result_text(shown, text, &err) == 0)
        return good;
    json_auto_t *failure = json_object();
    error_wrap(&err, "the result cannot be printed");
    am_result_fail(failure, err);
    json_object_set(failure, "changed", json_object_get(shown, "changed"));
    error_clear(&err);
    json_auto_t *plain = am_result_shape(failure, false, run->context.secrets);
    if (am_result_text(plain, text, &err) < 0)
        log_trace(1, "even the failure cannot be printed");
    return false;
}

static int write_result(const struct run *run)
{
    auto_error struct error *err = NULL;
    struct buf text;
    buf_init(&text);
    bool good = print_result(run, &text);
    am_crash_disarm();
    if (am_result_send(STDOUT_FILENO, buf_str(&text), text.size, &err) < 0) {
        log_trace(1, "%s", err->message);
        good = false;
    }
    buf_clear(&text);
    return good ? 0 : 1;
}

/* ---- all of it */

static void run_clear(struct run *run)
{
    if (run->state && run->module->close)
        run->module->close(run->state);
    json_decref(run->result);
    am_args_clear(&run->args);
    strv_clear(&run->context.warnings);
    am_secrets_free(run->context.secrets);
}

/* A stream that is closed would become the first file or connection that is opened, and the result
 * would go there. Nothing can be written to what takes its place at standard output. */
static void hold_standard_streams(void)
{
    static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int fd = 0; fd < (int)array_length(modes); fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", modes[fd]) < 0)
            return; /* without /dev/null: as it was */
}

int am_run(const struct am_module *module, int argc, char **argv)
{
    hold_standard_streams();
    log_init();
    am_crash_guard(module->name);
    mem_use_for_json();
    interrupt_install();
    auto_error struct error *failure = NULL;
    struct run run = {
        .module = module,
        .context = {.module_name = module->name, .version = "0.0", .secrets = am_secrets_new()},
        .result = json_object(),
    };
    strv_init(&run.context.warnings);
    if (work(&run, argc, argv, &failure) < 0 && !failure)
        error_make(&failure, ERROR_INTERNAL, "%s failed without a reason", module->name);
    fill_result(&run, failure);
    am_log_warnings(&run.context);
    int status = write_result(&run);
    run_clear(&run);
    return status;
}
