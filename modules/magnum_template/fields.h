/*
 * The attributes of a cluster template, one row each: what the option is called, what Magnum and
 * the result call it, how two values compare, what Magnum lets change. Knows no server.
 */
#ifndef MAGNUM_TEMPLATE_FIELDS_H
#define MAGNUM_TEMPLATE_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"

/* How the value of a field is read, compared and written. */
enum field_kind {
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_FLAG,
    FIELD_LIST,   /* comma-separated, in order */
    FIELD_TAGS,   /* comma-separated, a set */
    FIELD_LABELS, /* an object of texts */
    FIELD_IGNORED,
};

/* What a value names in another service; FIELD_NAMES_NOTHING: itself. */
enum field_names {
    FIELD_NAMES_NOTHING,
    FIELD_NAMES_IMAGE,
    FIELD_NAMES_FLAVOR,
    FIELD_NAMES_NETWORK,
    FIELD_NAMES_SUBNET,
    FIELD_NAMES_KEYPAIR,
};

/* How the field may change while clusters use the template: only alone, and only so. */
enum field_in_use { IN_USE_NEVER, IN_USE_ANY, IN_USE_TO_TRUE, IN_USE_TO_VALUE };

struct field {
    const char *option;
    const char *attribute; /* in requests and answers of Magnum */
    const char *result;    /* in the module's result */
    enum field_kind kind;
    enum field_names names;
    enum field_in_use in_use;
    bool mandatory;    /* Magnum refuses to remove it */
    bool when_missing; /* FIELD_FLAG: what Magnum takes for null */
};

extern const struct field magnum_fields[];
extern const size_t magnum_field_count;

/* The row of an option, of an attribute; NULL: there is none. */
const struct field *field_of_option(const char *option);
const struct field *field_of_attribute(const char *attribute);

/*
 * The option's VALUE as Magnum takes it, owned: text, integer, boolean, or for labels an object
 * whose members keep the type that the user gave. JSON null: the attribute is to be removed (an
 * empty text). NULL with an ERROR_USAGE that names option, value and what is allowed.
 */
json_t *field_read(const struct field *field, json_t *value, struct error **err) must_check;

/* Whether the server's HAS already is what is WANTED (of field_read; not labels). */
bool field_equal(const struct field *field, const json_t *wanted, const json_t *has);

/* VALUE of the server as the result shows it: flags as booleans, the rest as it is. Owned. */
json_t *field_shown(const struct field *field, const json_t *value) must_check;

#endif
