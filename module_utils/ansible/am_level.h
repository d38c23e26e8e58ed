/*
 * Private to the validation of options: one level of the table together with the parameters it
 * is checked against, and the steps that am_spec.c runs on it in order.
 *
 * Every step returns 0, or -1 with the ERROR_USAGE that Ansible would report.
 */
#ifndef ANSIBLE_AM_LEVEL_H
#define ANSIBLE_AM_LEVEL_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_secrets.h"
#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"

/* What is collected over all levels. */
struct am_walk {
    struct am_secrets *secrets; /* borrowed */
    struct strv *warnings;      /* borrowed */
    struct strv unknown;        /* dotted names of parameters that no table has */
    char *supported;            /* owned: what the level of the first unknown one would take */
};

struct am_level {
    const struct am_option *options;
    const struct am_spec *rules; /* dependencies among them; never NULL */
    json_t *params;              /* an object, borrowed, changed in place */
    struct am_walk *walk;
    const struct am_level *parent; /* NULL at the top */
    const char *name;              /* the option that holds this level; NULL at the top */
    long index;                    /* of the item in a list, else -1 */
    bool numbered;                 /* messages name the index */
};

/* ---- am_level.c: asking */

bool am_level_has(const struct am_level *level, const char *name);
/* "o -> p" of the options that lead here, owned; "" at the top. */
char *am_level_path(const struct am_level *level) must_check;
/* The option that leads to LEVEL, with the index where messages name it. Owned. */
char *am_level_name(const struct am_level *level) must_check;
/* Makes an ERROR_USAGE from the text, with " found in o -> p" behind it below the top. */
void am_level_error(const struct am_level *level, struct error **err, const char *format, ...)
    printf_like(3, 4);
bool am_option_has_suboptions(const struct am_option *option);
/* The value of a JSON text that stands in a table. Owned. */
json_t *am_table_value(const char *json) must_check;

/* ---- am_fill.c: values for what was not given by name */

void am_fill_fallbacks(const struct am_level *level);
int am_fill_aliases(const struct am_level *level, struct error **err) must_check;
void am_fill_defaults(const struct am_level *level);
void am_fill_nulls(const struct am_level *level);

/* ---- am_hide.c: secrets inside the raw values, sub-options included */

int am_hide_values(const struct am_level *level, struct error **err) must_check;

/* ---- am_convert.c: types and elements */

int am_convert_types(const struct am_level *level, struct error **err) must_check;

/* ---- am_restrict.c: choices and limits */

int am_restrict_choices(const struct am_level *level, struct error **err) must_check;
int am_restrict_limits(const struct am_level *level, struct error **err) must_check;

/* ---- am_require.c: which options need or exclude each other */

int am_require_exclusive(const struct am_level *level, struct error **err) must_check;
int am_require_required(const struct am_level *level, struct error **err) must_check;
int am_require_dependencies(const struct am_level *level, struct error **err) must_check;

/* ---- am_unknown.c: parameters that no table has */

void am_unknown_collect(const struct am_level *level);
int am_unknown_check(const struct am_walk *walk, const char *module_name, struct error **err)
    must_check;

#endif
