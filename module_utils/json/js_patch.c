#include "json/js_patch.h"

#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "json/js_equal.h"
#include "json/js_get.h"

/* One operation while it is carried out. REASON is owned and set by whatever fails. */
struct op {
    const json_t *op;
    const char *path;
    const char *from; /* NULL unless move or copy */
    char *reason;
};

static int refuse(struct op *op, const char *format, ...) printf_like(2, 3);

static int refuse(struct op *op, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    op->reason = xvasprintf(format, arguments);
    va_end(arguments);
    return -1;
}

/* "~1" is "/" and "~0" is "~"; any other "~" stays, as in the Go library. In place. */
static void unescape(char *token)
{
    char *out = token;
    for (const char *in = token; *in; in++) {
        if (*in == '~' && (in[1] == '0' || in[1] == '1'))
            *out++ = *++in == '0' ? '~' : '/';
        else
            *out++ = *in;
    }
    *out = '\0';
}

static void split_pointer(const char *pointer, struct strv *tokens)
{
    if (*pointer == '\0')
        return;
    strv_split(tokens, pointer + 1, '/');
    for (size_t i = 0; i < tokens->count; i++)
        unescape(tokens->items[i]);
}

/* The place in LIST that TOKEN means; COUNT is one more than the highest place allowed. */
static int list_place(const char *token, size_t count, size_t *place, struct op *op)
{
    long long index = 0;
    if (!str_to_int(token, INT_MIN, INT_MAX, &index))
        return refuse(op, "\"%s\" is no list index", token);
    long long low = -(long long)count;
    if (index < low || index >= (long long)count)
        return refuse(op, "list index %lld is out of range", index);
    *place = (size_t)(index < 0 ? index + (long long)count : index);
    return 0;
}

/* The member TOKEN of CONTAINER, borrowed, or NULL with a reason. */
static json_t *member(json_t *container, const char *token, struct op *op)
{
    size_t place = 0;
    if (json_is_array(container)) {
        if (list_place(token, json_array_size(container), &place, op) < 0)
            return NULL;
        return json_array_get(container, place);
    }
    if (!json_is_object(container)) {
        refuse(op, "\"%s\" is looked for in a %s", token, js_type_name(container));
        return NULL;
    }
    json_t *found = json_object_get(container, token);
    if (!found)
        refuse(op, "there is no \"%s\"", token);
    return found;
}

/* The value that the last of TOKENS is a member of, borrowed, or NULL with a reason. */
static json_t *container_of(json_t *doc, const struct strv *tokens, struct op *op)
{
    json_t *at = doc;
    for (size_t i = 0; at && i + 1 < tokens->count; i++)
        at = member(at, tokens->items[i], op);
    return at;
}

static int insert(json_t *list, const char *token, json_t *value, struct op *op)
{
    size_t place = json_array_size(list);
    if (strcmp(token, "-") != 0 && list_place(token, place + 1, &place, op) < 0)
        return -1;
    return json_array_insert(list, place, value);
}

/* The value that holds the place POINTER means, with the place's name in *last (owned). */
static json_t *find_place(json_t *doc, const char *pointer, char **last, struct op *op)
{
    auto_strv struct strv tokens = {0};
    split_pointer(pointer, &tokens);
    if (tokens.count == 0) {
        refuse(op, "the whole document can only be replaced or tested");
        return NULL;
    }
    json_t *container = container_of(doc, &tokens, op);
    if (!container)
        return NULL;
    *last = xstrdup(tokens.items[tokens.count - 1]);
    if (json_is_object(container) || json_is_array(container))
        return container;
    refuse(op, "\"%s\" is looked for in a %s", *last, js_type_name(container));
    return NULL;
}

static int add_value(json_t *doc, const char *pointer, json_t *value, struct op *op)
{
    auto_free char *last = NULL;
    json_t *container = find_place(doc, pointer, &last, op);
    if (!container)
        return -1;
    return json_is_array(container) ? insert(container, last, value, op)
                                    : json_object_set(container, last, value);
}

static int remove_value(json_t *doc, const char *pointer, struct op *op)
{
    auto_free char *last = NULL;
    json_t *container = find_place(doc, pointer, &last, op);
    if (!container || !member(container, last, op))
        return -1;
    if (json_is_object(container))
        return json_object_del(container, last);
    size_t place = 0;
    if (list_place(last, json_array_size(container), &place, op) < 0)
        return -1;
    return json_array_remove(container, place);
}

/*
 * The value at POINTER as a new reference, or NULL with a reason. As in the Go library an absent
 * member of an object counts as null here; an absent list index does not.
 */
static json_t *read_value(json_t *doc, const char *pointer, struct op *op)
{
    if (*pointer == '\0')
        return json_incref(doc);
    auto_free char *last = NULL;
    json_t *container = find_place(doc, pointer, &last, op);
    if (!container)
        return NULL;
    if (json_is_object(container) && !json_object_get(container, last))
        return json_null();
    return json_incref(member(container, last, op));
}

/* The operation's value, copied; an absent one is null, as in the Go library. */
static json_t *op_value(const struct op *op)
{
    const json_t *value = json_object_get(op->op, "value");
    return value ? json_deep_copy(value) : json_null();
}

static int do_add(json_t **doc, struct op *op)
{
    json_auto_t *value = op_value(op);
    return add_value(*doc, op->path, value, op);
}

static int do_remove(json_t **doc, struct op *op)
{
    return remove_value(*doc, op->path, op);
}

static int replace_document(json_t **doc, json_t *value, struct op *op)
{
    if (!json_is_object(value) && !json_is_array(value))
        return refuse(op, "the document can only become an object or a list");
    json_decref(*doc);
    *doc = json_incref(value);
    return 0;
}

/* As in the Go library the member of an object need not exist; only what holds it must. */
static int do_replace(json_t **doc, struct op *op)
{
    json_auto_t *value = op_value(op);
    if (*op->path == '\0')
        return replace_document(doc, value, op);
    auto_free char *last = NULL;
    json_t *container = find_place(*doc, op->path, &last, op);
    if (!container)
        return -1;
    if (json_is_object(container))
        return json_object_set(container, last, value);
    size_t place = 0;
    if (list_place(last, json_array_size(container), &place, op) < 0)
        return -1;
    return json_array_set(container, place, value);
}

static int do_move(json_t **doc, struct op *op)
{
    json_auto_t *value = read_value(*doc, op->from, op);
    if (!value || remove_value(*doc, op->from, op) < 0)
        return -1;
    return add_value(*doc, op->path, value, op);
}

static int do_copy(json_t **doc, struct op *op)
{
    json_auto_t *value = read_value(*doc, op->from, op);
    json_auto_t *copy = json_deep_copy(value);
    return copy ? add_value(*doc, op->path, copy, op) : -1;
}

static int do_test(json_t **doc, struct op *op)
{
    json_auto_t *value = read_value(*doc, op->path, op);
    json_auto_t *wanted = op_value(op);
    if (!value)
        return -1;
    return js_equal(value, wanted) ? 0 : refuse(op, "the test failed: another value is there");
}

static const struct verb {
    const char *name;
    bool has_from;
    int (*run)(json_t **doc, struct op *op);
} verbs[] = {
    {"add", false, do_add},       {"copy", true, do_copy},        {"move", true, do_move},
    {"remove", false, do_remove}, {"replace", false, do_replace}, {"test", false, do_test},
};

static const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; name && i < array_length(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static bool is_pointer(const char *text)
{
    return text && (*text == '\0' || *text == '/');
}

/* Reads what the operation is; NULL with a reason when it is malformed. */
static const struct verb *op_read(const json_t *value, struct op *op)
{
    *op = (struct op){.op = value, .path = js_str(value, "path", NULL)};
    const struct verb *verb = verb_find(js_str(value, "op", NULL));
    if (!verb) {
        refuse(op, "\"op\" must be one of add, copy, move, remove, replace, test");
        return NULL;
    }
    if (!is_pointer(op->path)) {
        refuse(op, "\"path\" must be a text that starts with \"/\" or is empty");
        return NULL;
    }
    if (verb->has_from && !is_pointer(op->from = js_str(value, "from", NULL))) {
        refuse(op, "\"from\" must be a text that starts with \"/\" or is empty");
        return NULL;
    }
    return verb;
}

static int op_run(json_t **doc, const json_t *value, size_t index, struct error **err)
{
    struct op op;
    const struct verb *verb = op_read(value, &op);
    auto_free char *reason = NULL;
    if (!verb) {
        reason = op.reason;
        error_make(err, ERROR_USAGE, "operation %zu: %s", index, reason);
        return -1;
    }
    int result = verb->run(doc, &op);
    reason = op.reason;
    if (result < 0) {
        error_make(err, ERROR_STATUS, "operation %zu (%s %s): %s", index, verb->name, op.path,
                   reason ? reason : "it cannot be carried out");
        error_code(err, 422);
    }
    return result;
}

json_t *js_patch_apply(const json_t *doc, const json_t *ops, size_t *failed_op, struct error **err)
{
    if (!json_is_array(ops)) {
        error_make(err, ERROR_USAGE, "a JSON patch must be a list, got %s", js_type_name(ops));
        return NULL;
    }
    json_auto_t *result = json_deep_copy(doc);
    for (size_t i = 0; i < json_array_size(ops); i++) {
        if (op_run(&result, json_array_get(ops, i), i, err) == 0)
            continue;
        if (failed_op)
            *failed_op = i;
        return NULL;
    }
    return steal_ptr(result);
}
