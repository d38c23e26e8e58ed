/* The options that say what is waited for. See args.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "k8s_apply/args_priv.h"

/* True, False and Unknown; YAML makes booleans of the first two. */
static const char *condition_status(const json_t *value)
{
    if (!value || json_is_null(value) || json_is_true(value))
        return "True";
    if (json_is_false(value))
        return "False";
    static const char *const names[] = {"True", "False", "Unknown"};
    for (size_t i = 0; i < array_length(names); i++)
        if (str_equal(json_string_value(value), names[i]))
            return names[i];
    return NULL;
}

static int read_condition(struct k8s_args *args, const json_t *item, struct error **err)
{
    static const char *const known[] = {"type", "status", "reason"};
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach ((json_t *)(uintptr_t)item, key, member) {
        bool is_known = false;
        for (size_t i = 0; i < array_length(known); i++)
            is_known = is_known || str_equal(key, known[i]);
        if (!is_known) {
            error_make(err, ERROR_USAGE,
                       "wait_condition: unknown key %s; known are type, status and reason", key);
            return -1;
        }
    }
    const char *type = js_str(item, "type", NULL);
    const char *status = condition_status(json_object_get(item, "status"));
    if (!json_is_object(item) || !status) {
        error_make(
            err, ERROR_USAGE,
            "wait_condition must be an object, or a list of objects, with type, status (True, "
            "False or Unknown) and optionally reason");
        return -1;
    }
    if (!type)
        return 0; /* as in kubernetes.core: without a type it asks for nothing */
    struct kube_criteria *criteria = &args->criteria;
    args->conditions =
        xreallocarray(args->conditions, criteria->condition_count + 1, sizeof(*args->conditions));
    args->conditions[criteria->condition_count++] = (struct kube_condition){
        .type = type, .status = status, .reason = js_str(item, "reason", NULL)};
    criteria->conditions = args->conditions;
    return 0;
}

static int read_conditions(struct k8s_args *args, const json_t *params, struct error **err)
{
    json_t *value = am_value(params, "wait_condition");
    if (!value)
        return 0;
    if (!json_is_array(value))
        return read_condition(args, value, err);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (value, index, item)
        if (read_condition(args, item, err) < 0)
            return -1;
    return 0;
}

/* The '=' that parts path and value: outside of brackets and braces, where filters have theirs. */
static const char *find_value(const char *expression)
{
    int depth = 0;
    for (const char *at = expression; *at; at++) {
        if (*at == '[' || *at == '{')
            depth++;
        else if (*at == ']' || *at == '}')
            depth--;
        else if (*at == '=' && depth == 0)
            return at;
    }
    return NULL;
}

static int read_query(struct k8s_args *args, const json_t *params, struct error **err)
{
    const char *expression = am_text(params, "wait_jsonpath");
    if (!expression)
        return 0;
    const char *equals = find_value(expression);
    auto_free char *path =
        equals ? xmemdup(expression, (size_t)(equals - expression)) : xstrdup(expression);
    args->expected = equals ? xstrdup(equals + 1) : NULL;
    args->query = js_query_parse(path, err);
    if (!args->query) {
        error_wrap(err, "wait_jsonpath");
        return -1;
    }
    args->criteria.query = args->query;
    args->criteria.expected = args->expected;
    return 0;
}

int args_read_wait(struct k8s_args *args, const json_t *params, struct error **err)
{
    args->wait = am_flag(params, "wait");
    args->wait_timeout_ms = am_seconds_ms(params, "wait_timeout");
    args->wait_sleep_ms = am_seconds_ms(params, "wait_sleep");
    /* 0 would be a busy loop. */
    if (args->wait_sleep_ms < 250)
        args->wait_sleep_ms = 250;
    if (read_conditions(args, params, err) < 0)
        return -1;
    return read_query(args, params, err);
}
