/* Prints the option table MODULE_SPEC, declared in MODULE_ARGS, as JSON, for the lint that
 * compares it with the documentation. */
#include <jansson.h>
#include <stdio.h>

#include "ansible/am_spec.h"
#include MODULE_ARGS

static const char *const type_names[] = {
    [AM_STR] = "str",         [AM_PATH] = "path",   [AM_BOOL] = "bool", [AM_INT] = "int",
    [AM_FLOAT] = "float",     [AM_LIST] = "list",   [AM_DICT] = "dict", [AM_RAW] = "raw",
    [AM_JSONARG] = "jsonarg", [AM_BYTES] = "bytes", [AM_BITS] = "bits",
};

static json_t *names(am_names list)
{
    json_t *array = json_array();
    for (; list != NULL && *list != NULL; list++)
        json_array_append_new(array, json_string(*list));
    return array;
}

static json_t *options_json(const struct am_option *option);

static json_t *option_json(const struct am_option *option)
{
    json_t *row = json_object();
    json_object_set_new(row, "type", json_string(type_names[option->type]));
    if (option->elements != NULL)
        json_object_set_new(row, "elements", json_string(type_names[*option->elements]));
    json_object_set_new(row, "required", json_boolean(option->required));
    const char *text = option->default_json != NULL ? option->default_json : "null";
    json_object_set_new(row, "default", json_loads(text, JSON_DECODE_ANY, NULL));
    json_object_set_new(row, "aliases", names(option->aliases));
    json_object_set_new(row, "choices", names(option->choices));
    json_object_set_new(row, "env", names(option->env));
    json_object_set_new(row, "suboptions", options_json(option->options));
    return row;
}

static json_t *options_json(const struct am_option *option)
{
    json_t *rows = json_object();
    for (; option != NULL && option->name != NULL; option++)
        json_object_set_new(rows, option->name, option_json(option));
    return rows;
}

static json_t *groups_json(const am_names *groups)
{
    json_t *array = json_array();
    for (; groups != NULL && *groups != NULL; groups++)
        json_array_append_new(array, names(*groups));
    return array;
}

int main(void)
{
    json_t *spec = json_object();
    json_object_set_new(spec, "options", options_json(MODULE_SPEC.options));
    json_object_set_new(spec, "mutually_exclusive", groups_json(MODULE_SPEC.mutually_exclusive));
    int status = json_dumpf(spec, stdout, JSON_SORT_KEYS | JSON_INDENT(1));
    json_decref(spec);
    return status == 0 ? 0 : 1;
}
