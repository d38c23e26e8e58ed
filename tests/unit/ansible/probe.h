/*
 * A module whose stations do what the case says, run in a child process. Its option "word", if its
 * spec has one, is a secret.
 */
#ifndef UNIT_ANSIBLE_PROBE_H
#define UNIT_ANSIBLE_PROBE_H

#include <signal.h>

#include "ansible/am_run.h"
#include "base/str.h"
#include "unit/ansible/child.h"

struct script {
    const char *fail_in; /* the station that fails: "open", "observe", "plan", "apply", "predict" */
    const char *signal_in; /* the station that asks the process to stop */
    enum error_kind kind;
    bool silent;                  /* it fails without a reason */
    bool deep;                    /* the result is nested too deeply to be printed */
    bool one_warning;             /* the module returns its warning as a text instead of a list */
    bool look_only;               /* the module has no apply and no predict */
    void (*tell)(json_t *result); /* adds what the case wants to know; or NULL */
    const char *args;             /* the JSON that the module gets */
    const char *input;            /* "file" or "stdin" */
};

static struct script script;
static struct strv calls;
static struct am_context *given;

static int station(const char *name, struct error **err)
{
    strv_add(&calls, name);
    if (str_equal(script.signal_in, name))
        raise(SIGTERM);
    if (!str_equal(script.fail_in, name))
        return 0;
    if (!script.silent) {
        error_make(err, script.kind, "%s broke on hush", name);
        error_code(err, 42);
        error_detail_take(err, "reason", json_string("because of hush"));
        error_detail_take(err, "failed", json_false());
    }
    return -1;
}

static void *probe_open(const json_t *params, struct am_context *context, struct error **err)
{
    static int state;
    assert_true(json_is_object(params));
    given = context;
    return station("open", err) < 0 ? NULL : &state;
}

static int probe_observe(void *state, struct error **err)
{
    (void)state;
    strv_add(&given->warnings, "seen");
    strv_add_once(&given->warnings, "seen");
    return station("observe", err);
}

static int probe_plan(void *state, struct error **err)
{
    (void)state;
    return station("plan", err);
}

static int probe_apply(void *state, struct error **err)
{
    (void)state;
    return station("apply", err);
}

static int probe_predict(void *state, struct error **err)
{
    (void)state;
    return station("predict", err);
}

static void probe_result(void *state, const struct error *failure, json_t *result)
{
    (void)state;
    auto_free char *joined = strv_join(&calls, " ");
    json_object_set_new(result, "calls", json_string(joined));
    json_object_set_new(result, "saw_failure", json_boolean(failure != NULL));
    if (script.tell)
        script.tell(result);
    if (script.one_warning)
        json_object_set_new(result, "warnings", json_string("own"));
    else
        json_object_set_new(result, "warnings", json_pack("[s]", "own"));
    if (!failure)
        json_object_set_new(result, "changed", json_true());
    else
        json_object_set_new(result, "failed", json_false()); /* nobody gets away with it */
    json_object_set_new(result, "diff", json_pack("{s:s,s:s}", "before", "hush\n", "after", "b\n"));
    if (script.deep) {
        json_t *inner = json_object();
        for (int i = 0; i < 1500; i++)
            inner = json_pack("{s:o}", "a", inner);
        json_object_set_new(result, "deep", inner);
    }
}

static void probe_secrets(const json_t *params, struct am_secrets *secrets)
{
    am_secrets_add(secrets, json_string_value(json_object_get(params, "word")));
}

static void probe_redact(void *state, json_t *params)
{
    json_object_set_new(params, "redacted", state ? json_string("open") : json_string("closed"));
}

static void probe_close(void *state)
{
    (void)state;
    strv_add(&calls, "close");
}

static inline int run(const struct am_spec *spec)
{
    char path[] = "/tmp/test_am_run_XXXXXX";
    int fd = mkstemp(path);
    char *argv[] = {(char[]){"probe"}, path, NULL};
    if (fd < 0 || write(fd, script.args, strlen(script.args)) < 0)
        return 99;
    if (str_equal(script.input, "stdin")) {
        lseek(fd, 0, SEEK_SET);
        dup2(fd, STDIN_FILENO);
        argv[1] = NULL;
    }
    struct am_module module = {.name = "probe",
                               .spec = spec,
                               .secrets = probe_secrets,
                               .open = probe_open,
                               .observe = probe_observe,
                               .plan = probe_plan,
                               .apply = probe_apply,
                               .predict = probe_predict,
                               .result = probe_result,
                               .redact = probe_redact,
                               .close = probe_close};
    if (script.look_only) {
        module.apply = NULL;
        module.predict = NULL;
    }
    int status = am_run(&module, argv[1] ? 2 : 1, argv);
    close(fd);
    unlink(path);
    return status;
}

static inline maybe_unused int run_module(void *spec)
{
    return run(spec);
}

/* The object that the module printed, owned, and its exit status. */
static inline maybe_unused json_t *run_script(const struct am_spec *spec, int wanted_status)
{
    union {
        const struct am_spec *from;
        void *to;
    } argument = {.from = spec};
    struct child_outcome outcome = run_in_child(run_module, argument.to);
    assert_true(WIFEXITED(outcome.status));
    assert_int_equal(WEXITSTATUS(outcome.status), wanted_status);
    const char *text = buf_str(&outcome.output);
    assert_int_equal(text[0], '\n');
    assert_int_equal(text[1], '{');
    assert_ptr_equal(strchr(text + 1, '\n'), text + outcome.output.size - 1);
    json_t *result = json_loadb(text, outcome.output.size, 0, NULL);
    assert_non_null(result);
    buf_clear(&outcome.output);
    return result;
}

static inline maybe_unused int reset(void **state)
{
    (void)state;
    script = (struct script){.kind = ERROR_IO, .input = "file", .args = "{\"name\": \"x\"}"};
    return 0;
}

#endif
