/*
 * Validates what a test describes: reads a JSON list of cases from standard input, prints the
 * list of their outcomes. A case is
 *
 *   {"spec": {"options": {NAME: OPTION, ...}, RULES}, "params": {...}, "module": "NAME",
 *    "ignore_unknown": false, "scrub": any value}
 *
 * where OPTION and RULES have the keys of Ansible's argument_spec (a fallback is "env": [NAME],
 * choices and required_if values are JSON), and an outcome is {"params", "warnings", "scrubbed"}
 * with "error" when the check failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_coerce.h"
#include "ansible/am_repr.h"
#include "ansible/am_run.h"
#include "base/mem.h"
#include "base/str.h"

/* Everything that a table points to; freed together. */
struct pool {
    void **items;
    size_t count;
};

static void *keep(struct pool *pool, void *pointer_take)
{
    pool->items = xreallocarray(pool->items, pool->count + 1, sizeof(void *));
    pool->items[pool->count++] = pointer_take;
    return pointer_take;
}

static void pool_clear(struct pool *pool)
{
    while (pool->count)
        free(pool->items[--pool->count]);
    free(pool->items);
}

static am_names names_of(struct pool *pool, const json_t *list)
{
    size_t count = json_array_size(list);
    if (!list)
        return NULL;
    const char **names = keep(pool, xcalloc(count + 1, sizeof(char *)));
    for (size_t i = 0; i < count; i++)
        names[i] = keep(pool, am_str(json_array_get(list, i)));
    return names;
}

static const am_names *groups_of(struct pool *pool, const json_t *list)
{
    size_t count = json_array_size(list);
    if (!list)
        return NULL;
    am_names *groups = keep(pool, xcalloc(count + 1, sizeof(am_names)));
    for (size_t i = 0; i < count; i++)
        groups[i] = names_of(pool, json_array_get(list, i));
    return groups;
}

static char *json_text(struct pool *pool, const json_t *value)
{
    return value ? keep(pool, json_dumps(value, JSON_ENCODE_ANY)) : NULL;
}

static enum am_type type_of(const json_t *name)
{
    for (int type = AM_STR; type <= AM_BITS; type++)
        if (str_equal(am_type_word((enum am_type)type), json_string_value(name)))
            return (enum am_type)type;
    return str_equal(json_string_value(name), "json") ? AM_JSONARG : AM_STR;
}

static void fill_rules(struct pool *pool, const json_t *from, struct am_spec *spec)
{
    size_t i = 0;
    const char *key = NULL;
    json_t *row = NULL;
    json_t *ifs = json_object_get(from, "required_if");
    json_t *bys = json_object_get(from, "required_by");
    struct am_required_if *if_rows =
        keep(pool, xcalloc(json_array_size(ifs) + 1, sizeof(struct am_required_if)));
    struct am_required_by *by_rows =
        keep(pool, xcalloc(json_object_size(bys) + 1, sizeof(struct am_required_by)));
    json_array_foreach (ifs, i, row) {
        if_rows[i].option = json_string_value(json_array_get(row, 0));
        if_rows[i].value = json_text(pool, json_array_get(row, 1));
        if_rows[i].needs = names_of(pool, json_array_get(row, 2));
        if_rows[i].any = json_is_true(json_array_get(row, 3));
    }
    json_object_foreach (bys, key, row) {
        by_rows->option = key;
        by_rows->needs = names_of(pool, row);
        by_rows++;
    }
    spec->mutually_exclusive = groups_of(pool, json_object_get(from, "mutually_exclusive"));
    spec->required_together = groups_of(pool, json_object_get(from, "required_together"));
    spec->required_one_of = groups_of(pool, json_object_get(from, "required_one_of"));
    spec->required_if = if_rows;
    spec->required_by = by_rows - json_object_size(bys);
}

static const struct am_option *options_of(struct pool *pool, json_t *table);

static void fill_option(struct pool *pool, json_t *from, struct am_option *option)
{
    json_t *fallback = json_object_get(from, "default");
    json_t *elements = json_object_get(from, "elements");
    enum am_type *element = keep(pool, xmalloc(sizeof(*element)));
    struct am_spec *rules = keep(pool, xcalloc(1, sizeof(*rules)));
    *element = type_of(elements);
    fill_rules(pool, from, rules);
    option->type = type_of(json_object_get(from, "type"));
    option->elements = elements ? element : NULL;
    option->required = json_is_true(json_object_get(from, "required"));
    option->no_log = json_is_true(json_object_get(from, "no_log"));
    option->default_json = json_is_null(fallback) ? NULL : json_text(pool, fallback);
    option->aliases = names_of(pool, json_object_get(from, "aliases"));
    option->choices = names_of(pool, json_object_get(from, "choices"));
    option->env = names_of(pool, json_object_get(from, "env"));
    option->options = options_of(pool, json_object_get(from, "options"));
    option->dependencies = rules;
    option->apply_defaults = json_is_true(json_object_get(from, "apply_defaults"));
}

static const struct am_option *options_of(struct pool *pool, json_t *table)
{
    const char *key = NULL;
    json_t *row = NULL;
    if (!table)
        return NULL;
    struct am_option *options =
        keep(pool, xcalloc(json_object_size(table) + 1, sizeof(struct am_option)));
    struct am_option *option = options;
    json_object_foreach (table, key, row) {
        option->name = key;
        fill_option(pool, row, option++);
    }
    return options;
}

static json_t *list_of(const struct strv *texts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < texts->count; i++)
        json_array_append_new(list, json_string(texts->items[i]));
    return list;
}

static json_t *run_case(json_t *the_case)
{
    struct pool pool = {0};
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    auto_error struct error *err = NULL;
    struct am_spec spec = {0};
    json_t *described = json_object_get(the_case, "spec");
    json_t *params = json_object_get(the_case, "params");
    json_t *scrub = json_object_get(the_case, "scrub");
    json_t *outcome = json_object();
    fill_rules(&pool, described, &spec);
    spec.options = options_of(&pool, json_object_get(described, "options"));
    struct am_context context = {
        .module_name = json_string_value(json_object_get(the_case, "module")),
        .ignore_unknown_options = json_is_true(json_object_get(the_case, "ignore_unknown")),
        .secrets = secrets,
    };
    if (am_spec_validate(&spec, params, &context, &err) < 0)
        json_object_set_new(outcome, "error", json_string(err->message));
    json_object_set(outcome, "params", params);
    json_object_set_new(outcome, "warnings", list_of(&context.warnings));
    strv_clear(&context.warnings);
    if (scrub)
        json_object_set_new(outcome, "scrubbed", am_secrets_scrub(secrets, scrub));
    pool_clear(&pool);
    return outcome;
}

int main(void)
{
    size_t i = 0;
    json_t *the_case = NULL;
    json_error_t error;
    json_auto_t *cases = json_loadf(stdin, 0, &error);
    json_auto_t *outcomes = json_array();
    if (!json_is_array(cases)) {
        fprintf(stderr, "no list of cases: line %d: %s\n", error.line, error.text);
        return 1;
    }
    json_array_foreach (cases, i, the_case)
        json_array_append_new(outcomes, run_case(the_case));
    /* Not our writer: the test wants to see whether a number is real. */
    return json_dumpf(outcomes, stdout, JSON_ENSURE_ASCII) < 0;
}
