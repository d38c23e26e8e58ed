/*
 * A module that shows what the runtime does: it returns what it is told to. Run by Ansible in
 * tests/integration/ansible; never shipped.
 */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "ansible/am_diff.h"
#include "ansible/am_run.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"

struct probe {
    const json_t *params;       /* borrowed */
    struct am_context *context; /* borrowed */
    bool applied;
    bool predicted;
};

static const struct am_option login_options[] = {
    {.name = "user", .required = true},
    {.name = "secret", .no_log = true},
    {0},
};

static const struct am_option options[] = {
    {.name = "name", .aliases = AM_NAMES("title")},
    {.name = "secret", .no_log = true, .env = AM_NAMES("PROBE_SECRET")},
    {.name = "login", .type = AM_DICT, .options = login_options},
    {.name = "size",
     .type = AM_INT,
     .minimum = AM_LIMIT(1),
     .maximum = AM_LIMIT(9),
     .default_json = "5"},
    {.name = "change", .type = AM_BOOL, .default_json = "false"},
    {.name = "fail"},
    {.name = "crash",
     .choices = AM_NAMES("abort", "segment", "memory"),
     .env = AM_NAMES("PROBE_CRASH")},
    {.name = "warn", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR), .default_json = "[]"},
    {.name = "note", .type = AM_RAW},
    {.name = "extra", .type = AM_DICT},
    {.name = "before"},
    {.name = "after"},
    {.name = "sleep", .type = AM_INT, .default_json = "0"},
    {.name = "db_pass"},
    {0},
};

static const struct am_spec spec = {.options = options, .supports_check_mode = true};
static const struct am_spec spec_without_check_mode = {.options = options};

static const char *text(const struct probe *probe, const char *name)
{
    return json_string_value(json_object_get(probe->params, name));
}

static bool truth(const struct probe *probe, const char *name)
{
    return json_is_true(json_object_get(probe->params, name));
}

static void *probe_open(const json_t *params, struct am_context *context, struct error **err)
{
    (void)err;
    struct probe *probe = xcalloc(1, sizeof(*probe));
    probe->params = params;
    probe->context = context;
    return probe;
}

static void crash(const char *how)
{
    if (str_equal(how, "abort"))
        abort();
    if (str_equal(how, "segment"))
        raise(SIGSEGV);
    if (str_equal(how, "memory"))
        free(xreallocarray(NULL, SIZE_MAX, 2));
}

static int probe_observe(void *state, struct error **err)
{
    struct probe *probe = state;
    size_t i = 0;
    json_t *warning = NULL;
    json_array_foreach (json_object_get(probe->params, "warn"), i, warning)
        strv_add_once(&probe->context->warnings, json_string_value(warning));
    crash(text(probe, "crash"));
    long long deadline =
        clock_deadline_ms(1000 * json_integer_value(json_object_get(probe->params, "sleep")));
    while (!clock_passed(deadline)) {
        if (interrupt_check(err) < 0)
            return -1;
        clock_sleep_ms(clock_left_ms(deadline));
    }
    return 0;
}

static int probe_plan(void *state, struct error **err)
{
    (void)state;
    (void)err;
    return 0;
}

static int probe_apply(void *state, struct error **err)
{
    struct probe *probe = state;
    probe->applied = true;
    if (!text(probe, "fail"))
        return 0;
    error_make(err, ERROR_STATUS, "%s", text(probe, "fail"));
    error_code(err, 409);
    error_detail_take(err, "reason", json_string("Conflict"));
    return -1;
}

static int probe_predict(void *state, struct error **err)
{
    struct probe *probe = state;
    (void)err;
    probe->predicted = true;
    return 0;
}

static void probe_result(void *state, const struct error *failure, json_t *result)
{
    struct probe *probe = state;
    (void)failure;
    json_object_update(result, json_object_get(probe->params, "extra"));
    json_object_set_new(result, "changed", json_boolean(truth(probe, "change")));
    json_object_set_new(result, "applied", json_boolean(probe->applied));
    json_object_set_new(result, "predicted", json_boolean(probe->predicted));
    json_object_set_new(result, "user", json_integer(geteuid()));
    json_object_set(result, "note", json_object_get(probe->params, "note"));
    json_object_set(result, "size", json_object_get(probe->params, "size"));
    if (text(probe, "before") || text(probe, "after"))
        json_object_set_new(result, "diff",
                            am_diff_new(text(probe, "before"), text(probe, "after"), "old", "new"));
}

static void probe_close(void *state)
{
    free(state);
}

int main(int argc, char **argv)
{
    const struct am_module module = {
        .name = "am_probe",
        .spec = getenv("PROBE_NO_CHECK_MODE") ? &spec_without_check_mode : &spec,
        .open = probe_open,
        .observe = probe_observe,
        .plan = probe_plan,
        .apply = probe_apply,
        .predict = probe_predict,
        .result = probe_result,
        .close = probe_close,
    };
    return am_run(&module, argc, argv);
}
