#include "ansible/am_args.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "ansible/am_coerce.h"
#include "ansible/am_input.h"
#include "ansible/am_where.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"

#define PREFIX "_ansible_"

/* Manifests of several megabytes are legal. */
enum { LARGEST = 64 * 1024 * 1024 };

void am_args_clear(struct am_args *args)
{
    json_decref(args->params);
    json_decref(args->internal);
    *args = (struct am_args){0};
}

/* ---- parsing */

/* The word around the byte where jansson stopped: its own message may quote a secret. */
static bool stopped_at_constant(const char *text, size_t length, size_t position)
{
    static const char letters[] = "-+abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t start = position < length ? position : length;
    while (start > 0 && strchr(letters, text[start - 1]))
        start--;
    const char *word = text + start + (text[start] == '-');
    return str_starts_with(word, "NaN") || str_starts_with(word, "Infinity");
}

/* jansson's reason in the words of somebody who writes playbooks, owned. */
static char *reason_of(const json_error_t *error, const char *text, size_t length)
{
    static const struct {
        enum json_error_code code;
        const char *reason;
    } reasons[] = {
        {json_error_numeric_overflow, "the number is too big; quote it to keep it as text"},
        {json_error_null_character, "a NUL character (\\u0000) is not allowed"},
        {json_error_null_byte_in_key, "a NUL character (\\u0000) is not allowed"},
        {json_error_invalid_utf8, "the text is not valid UTF-8"},
        {json_error_premature_end_of_input, "the input ends too early"},
        {json_error_stack_overflow, "lists and dictionaries are nested too deeply"},
    };
    for (size_t i = 0; i < array_length(reasons); i++)
        if (reasons[i].code == json_error_code(error))
            return xstrdup(reasons[i].reason);
    if (stopped_at_constant(text, length, (size_t)error->position))
        return xstrdup("NaN and Infinity are not allowed; quote the value to keep it as text");
    if (str_starts_with(error->text, "invalid Unicode"))
        return xstrdup("the text is not valid UTF-8 (a lone surrogate)");
    const char *near = strstr(error->text, " near ");
    return xmemdup(error->text, near ? (size_t)(near - error->text) : strlen(error->text));
}

static void explain(const json_error_t *error, const char *text, size_t length, struct error **err)
{
    size_t position = error->position > 0 ? (size_t)error->position - 1 : 0;
    auto_free char *reason = reason_of(error, text, length);
    auto_free char *path = am_where_path(text, position < length ? position : length);
    auto_free char *option = *path ? xasprintf(", option '%s'", path) : xstrdup("");
    error_make(
        err, ERROR_PARSE,
        "Error: Module unable to decode stdin/parameters as valid JSON. Unable to parse what "
        "parameters were passed: line %d, column %d%s: %s",
        error->line, error->column, option, reason);
}

static void split(json_t *all, struct am_args *args)
{
    const char *key = NULL;
    json_t *value = NULL;
    args->params = json_object();
    args->internal = json_object();
    json_object_foreach (all, key, value)
        json_object_set(str_starts_with(key, PREFIX) ? args->internal : args->params, key, value);
}

int am_args_parse(const char *text, size_t length, struct am_args *args, struct error **err)
{
    json_error_t error;
    json_auto_t *all = json_loadb(text, length, JSON_DECODE_ANY, &error);
    if (!all) {
        explain(&error, text, length, err);
        return -1;
    }
    if (!json_is_object(all)) {
        error_make(err, ERROR_PARSE,
                   "Error: Module unable to decode stdin/parameters as valid JSON. Unable to parse "
                   "what parameters were passed: a JSON object is needed");
        return -1;
    }
    split(all, args);
    return 0;
}

/* ---- reading */

static int read_input(int argc, char **argv, struct buf *text, struct error **err)
{
    if (argc > 1)
        return file_read_stream(argv[1], LARGEST, text, err);
    if (!isatty(STDIN_FILENO))
        return am_input_stream(STDIN_FILENO, LARGEST, text, err);
    error_make(err, ERROR_USAGE,
               "This is an Ansible module. Give it the path of a file with its arguments as a JSON "
               "object, or write the object to its standard input.");
    return -1;
}

int am_args_load(int argc, char **argv, struct am_args *args, struct error **err)
{
    struct buf text;
    buf_init(&text);
    int status = read_input(argc, argv, &text, err);
    if (status == 0) {
        const char *json = buf_str(&text);
        if (str_starts_with(json, "#!"))
            json += strcspn(json, "\n");
        status = am_args_parse(json, text.size - (size_t)(json - buf_str(&text)), args, err);
    }
    buf_wipe(&text);
    return status;
}

/* ---- what Ansible says */

static bool truth(const json_t *internal, const char *key)
{
    bool value = false;
    if (!am_coerce_truth(json_object_get(internal, key), &value))
        return false;
    return value;
}

static const char *text(const json_t *internal, const char *key)
{
    const char *value = json_string_value(json_object_get(internal, key));
    return str_empty(value) ? NULL : value;
}

static int number(const json_t *internal, const char *key)
{
    json_t *value = json_object_get(internal, key);
    json_auto_t *whole = value ? am_coerce(AM_INT, value, NULL) : NULL;
    json_int_t result = json_integer_value(whole);
    return result > 0 && result < INT_MAX ? (int)result : 0;
}

void am_args_describe(const struct am_args *args, const char *module, struct am_context *context)
{
    const json_t *internal = args->internal;
    const char *name = text(internal, PREFIX "module_name");
    const char *version = text(internal, PREFIX "version");
    context->check_mode = truth(internal, PREFIX "check_mode");
    context->diff = truth(internal, PREFIX "diff");
    context->no_log = truth(internal, PREFIX "no_log");
    context->ignore_unknown_options = truth(internal, PREFIX "ignore_unknown_opts");
    context->verbosity = number(internal, PREFIX "verbosity");
    context->module_name = name ? name : module;
    context->version = version ? version : "0.0";
    context->tmpdir = text(internal, PREFIX "tmpdir");
    context->syslog_facility = text(internal, PREFIX "syslog_facility");
    context->target_log_info = text(internal, PREFIX "target_log_info");
}
