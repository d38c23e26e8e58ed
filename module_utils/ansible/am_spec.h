/*
 * The table of a module's options and the checks that Ansible's own AnsibleModule does on it:
 * the same order of work, the same coercion, the same messages. Where releases of ansible-core
 * differ, 2.19 is followed. Knows nothing of files, check mode or results.
 */
#ifndef ANSIBLE_AM_SPEC_H
#define ANSIBLE_AM_SPEC_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

enum am_type {
    AM_STR, /* the default, as in Ansible */
    AM_PATH,
    AM_BOOL,
    AM_INT,
    AM_FLOAT,
    AM_LIST,
    AM_DICT,
    AM_RAW,
    AM_JSONARG,
    AM_BYTES,
    AM_BITS,
};

/* A list of names that ends with NULL. */
typedef const char *const *am_names;

struct am_context; /* ansible/am_run.h */
struct am_spec;

struct am_option {
    const char *name; /* NULL ends a table */
    enum am_type type;
    const enum am_type *elements; /* of AM_LIST; NULL: not checked. Use AM_ELEMENTS(AM_STR) */
    bool required;
    bool no_log;              /* values are secrets */
    bool no_log_false;        /* the name looks like a password but is none: it is logged */
    const char *default_json; /* JSON text; NULL: null. Not together with required */
    am_names aliases;
    am_names choices;                /* compared as text, numbers by value; for AM_LIST each item */
    am_names env;                    /* environment variables that stand in, first set wins */
    const struct am_option *options; /* sub-options of AM_DICT or AM_LIST of AM_DICT */
    const struct am_spec *dependencies; /* among the sub-options; its .options are not used */
    bool apply_defaults;                /* an absent AM_DICT becomes {} and is then filled */
    bool numbered; /* messages say which item of the list, "o[3]", which Ansible's do not */
    const long long *minimum; /* of AM_INT, of the length of AM_STR; NULL: none */
    const long long *maximum;
};

/* Values for .elements, .minimum and .maximum in a static table. */
#define AM_ELEMENTS(TYPE) (&(const enum am_type){TYPE})
#define AM_LIMIT(NUMBER)  (&(const long long){NUMBER})
#define AM_NAMES(...)     ((const char *const[]){__VA_ARGS__, NULL})

struct am_required_if {
    const char *option; /* NULL ends a table */
    const char *value;  /* JSON text of the value */
    am_names needs;
    bool any; /* one of them is enough */
};

struct am_required_by {
    const char *option; /* NULL ends a table */
    am_names needs;
};

struct am_spec {
    const struct am_option *options;
    const am_names *mutually_exclusive; /* each ends with NULL, so does the array */
    const am_names *required_together;
    const am_names *required_one_of;
    const struct am_required_if *required_if;
    const struct am_required_by *required_by;
    bool supports_check_mode;
};

/*
 * Validates and completes PARAMS, an object, in place: environment fallbacks, aliases (the alias
 * stays in the object), defaults, types, choices, limits, dependencies, sub-options. Every option
 * of the table is present afterwards, null where nothing was given. "Present" in a dependency
 * means that the key is there, even with null, or has a default.
 *
 * Of CONTEXT it reads module_name, for the message about unsupported parameters, which is the last
 * error, and ignore_unknown_options, which leaves it out. Values of no_log options go into
 * secrets, raw and converted, and into warnings goes "Both option X and its alias Y are set.". The
 * first error is an ERROR_USAGE with Ansible's text; PARAMS is then partly converted.
 */
int am_spec_validate(const struct am_spec *spec, json_t *params, struct am_context *context,
                     struct error **err) must_check;

#endif
