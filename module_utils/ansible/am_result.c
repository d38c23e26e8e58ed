#include "ansible/am_result.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ansible/am_coerce.h"
#include "ansible/am_repr.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "json/js_write.h"

/* ---- failures */

static void set_missing(json_t *result, const char *key, json_t *value_take)
{
    if (json_object_get(result, key))
        json_decref(value_take);
    else
        json_object_set_new(result, key, value_take);
}

static json_t *text_value(const char *text)
{
    auto_free char *valid = str_to_utf8(text, strlen(text));
    return json_string(valid);
}

void am_result_fail(json_t *result, const struct error *error)
{
    bool answer = error->kind == ERROR_STATUS || error->kind == ERROR_CONFLICT;
    if (error->detail)
        json_object_update(result, error->detail);
    json_object_set_new(result, "failed", json_true());
    json_object_set_new(result, "msg", text_value(error->message));
    if (error->code && answer)
        set_missing(result, "status", json_integer(error->code));
    if (error->code && error->kind == ERROR_IO)
        set_missing(result, "errno", json_integer(error->code));
    if (error->kind == ERROR_INTERNAL)
        set_missing(result, "exception", text_value(error->message));
}

/* ---- shape */

/* Names that mean something else to ansible-core when they stand in a result. */
static const char *const foreign_keys[] = {
    "add_group",          "add_host", "ansible_job_id", "ansible_loop_var",
    "ansible_stats",      "attempts", "censored",       "finished",
    "failed_when_result", "include",  "include_args",   "item",
    "results_file",       "retries",  "started",        "unreachable",
};

static void drop_foreign_keys(json_t *result)
{
    const char *key = NULL;
    void *next = NULL;
    json_t *value = NULL;
    for (size_t i = 0; i < array_length(foreign_keys); i++)
        json_object_del(result, foreign_keys[i]);
    json_object_foreach_safe (result, next, key, value) {
        if (str_starts_with(key, "_ansible_"))
            json_object_del(result, key);
    }
    json_t *results = json_incref(json_object_get(result, "results"));
    if (!results)
        return;
    /* A list of anything but objects ends the whole ansible-playbook process. */
    json_object_del(result, "results");
    json_object_set_new(result, "ansible_module_results", results);
}

static void make_boolean(json_t *result, const char *key)
{
    const json_t *value = json_object_get(result, key);
    bool truth = value && !json_is_null(value);
    if (!value || json_is_boolean(value))
        return;
    if (!am_coerce_truth(value, &truth))
        log_trace(1, "the result's %s is neither true nor false", key);
    json_object_set_new(result, key, json_boolean(truth));
}

static void make_string(json_t *result, const char *key)
{
    const json_t *value = json_object_get(result, key);
    if (!value || json_is_string(value))
        return;
    auto_free char *text = am_str(value);
    json_object_set_new(result, key, json_string(text));
}

static void add_warning(json_t *list, const json_t *warning)
{
    size_t i = 0;
    const json_t *known = NULL;
    auto_free char *text = am_str(warning);
    if (json_is_null(warning) || !*text)
        return;
    json_array_foreach (list, i, known) {
        if (str_equal(json_string_value(known), text))
            return;
    }
    json_array_append_new(list, json_string_nocheck(text));
}

/* A plain string would be shown as one warning for each letter. */
static void shape_warnings(json_t *result)
{
    size_t i = 0;
    const json_t *item = NULL;
    const json_t *warnings = json_object_get(result, "warnings");
    if (!warnings)
        return;
    json_t *list = json_array();
    if (!json_is_array(warnings))
        add_warning(list, warnings);
    json_array_foreach (warnings, i, item)
        add_warning(list, item);
    if (json_array_size(list)) {
        json_object_set_new(result, "warnings", list);
    } else {
        json_decref(list);
        json_object_del(result, "warnings");
    }
}

static bool is_deprecation(const json_t *item)
{
    static const char *const keys[] = {"version", "date", "collection_name"};
    size_t known = json_is_string(json_object_get(item, "msg"));
    for (size_t i = 0; known && i < array_length(keys); i++)
        known += json_object_get(item, keys[i]) != NULL;
    return known && known == json_object_size(item);
}

/* Anything else makes ansible-core up to 2.18 lose the output of the task. */
static void shape_deprecations(json_t *result)
{
    size_t i = 0;
    const json_t *item = NULL;
    const json_t *list = json_object_get(result, "deprecations");
    bool good = json_array_size(list) > 0;
    json_array_foreach (list, i, item)
        good = good && is_deprecation(item);
    if (!good)
        json_object_del(result, "deprecations");
}

static void shape_side(json_t *entry, const char *side)
{
    json_t *value = json_object_get(entry, side);
    if (json_is_array(value))
        json_object_set_new(entry, side, json_pack("{s:O}", "items", value));
}

/* A list as before or after breaks the callback that prints it. */
static void shape_diff(json_t *result, bool wanted)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_t *diff = json_object_get(result, "diff");
    if (!wanted || !json_is_true(json_object_get(result, "changed")) ||
        (!json_object_size(diff) && !json_array_size(diff))) {
        json_object_del(result, "diff");
        return;
    }
    if (json_is_object(diff)) {
        shape_side(diff, "before");
        shape_side(diff, "after");
    }
    json_array_foreach (diff, i, entry) {
        shape_side(entry, "before");
        shape_side(entry, "after");
    }
}

/* A status that is not 0 would turn a success into a failure. */
static void shape_rc(json_t *result)
{
    const json_t *rc = json_object_get(result, "rc");
    bool zero = json_is_integer(rc) && json_integer_value(rc) == 0;
    if (rc && !zero && !json_is_true(json_object_get(result, "failed")))
        json_object_del(result, "rc");
}

/*
 * From 2.19 on ansible-core takes any object with this key for one of its own types and fails the
 * task over it; a ConfigMap may well hold such a key.
 */
static void rename_type_key(json_t *object)
{
    json_t *value = json_incref(json_object_get(object, "__ansible_type"));
    if (!value)
        return;
    json_object_del(object, "__ansible_type");
    json_object_set_new(object, "__ansible_type__", value);
}

/* In place, at every level: strings that are no UTF-8, and the key above. */
static void repair(json_t *value)
{
    size_t i = 0;
    const char *key = NULL;
    json_t *item = NULL;
    const char *text = json_string_value(value);
    if (text && !str_is_utf8(text, json_string_length(value))) {
        auto_free char *valid = str_to_utf8(text, json_string_length(value));
        json_string_set(value, valid);
    }
    rename_type_key(value);
    json_object_foreach (value, key, item)
        repair(item);
    json_array_foreach (value, i, item)
        repair(item);
}

/*
 * What a failure says is read by people; a value of a megabyte that it repeats is in "invocation"
 * as well. After the masking: half a secret would not be recognised.
 */
static void shorten_message(json_t *result)
{
    enum { LIMIT = 16000, HEAD = 6000, TAIL = 2000 };
    json_t *message = json_object_get(result, "msg");
    const char *text = json_string_value(message);
    size_t size = json_string_length(message);
    if (!text || size <= LIMIT || !json_is_true(json_object_get(result, "failed")))
        return;
    size_t head = HEAD;
    size_t tail = size - TAIL;
    while (utf8_is_continuation(text[head]))
        head--;
    while (utf8_is_continuation(text[tail]))
        tail++;
    auto_free char *shorter =
        xasprintf("%.*s... (%zu bytes left out) ...%s", (int)head, text, tail - head, text + tail);
    json_string_set(message, shorter);
}

json_t *am_result_shape(json_t *result, bool diff, const struct am_secrets *secrets)
{
    drop_foreign_keys(result);
    set_missing(result, "changed", json_false());
    make_boolean(result, "changed");
    make_boolean(result, "failed");
    make_boolean(result, "skipped");
    make_string(result, "msg");
    make_string(result, "stdout");
    make_string(result, "stderr");
    make_string(result, "exception");
    shape_warnings(result);
    shape_deprecations(result);
    shape_diff(result, diff);
    shape_rc(result);
    if (!json_is_object(json_object_get(result, "ansible_facts")))
        json_object_del(result, "ansible_facts");
    repair(result);
    result = am_secrets_scrub(secrets, result);
    shorten_message(result);
    return result;
}

/* ---- bytes */

int am_result_text(const json_t *result, struct buf *text, struct error **err)
{
    size_t start = text->size;
    /* The newline in front ends whatever a login shell may have left unfinished. */
    buf_add_char(text, '\n');
    if (js_write(text, result, JS_WRITE_ASCII, err) < 0) {
        text->size = start;
        return -1;
    }
    buf_add_char(text, '\n');
    return 0;
}

static int write_all(int fd, const char *bytes, size_t length, struct error **err)
{
    while (length) {
        ssize_t count = write(fd, bytes, length);
        if (count >= 0) {
            bytes += count;
            length -= (size_t)count;
        } else if (errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            error_make_errno(err, errno, "cannot write the result");
            return -1;
        }
    }
    return 0;
}

int am_result_send(int fd, const char *bytes, size_t length, struct error **err)
{
    /* For the time of the write only: a child process must not inherit an ignored SIGPIPE. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, &before);
    int status = write_all(fd, bytes, length, err);
    sigaction(SIGPIPE, &before, NULL);
    return status;
}
