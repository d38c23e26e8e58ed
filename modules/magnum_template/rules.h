/*
 * The tables of labels behind labels.h. Read from magnum-cluster-api 0.38.1.
 */
#ifndef MAGNUM_TEMPLATE_RULES_H
#define MAGNUM_TEMPLATE_RULES_H

#include <stdbool.h>
#include <stddef.h>

enum label_type {
    LABEL_TEXT,
    LABEL_FLAG,
    LABEL_WORD, /* the word true or false: one half of the driver takes nothing else */
    LABEL_INTEGER,
    LABEL_CIDR,
    LABEL_VERSION,
    LABEL_CHOICE,
    LABEL_CHOICES, /* comma-separated */
};

struct label_rule {
    const char *name;
    enum label_type type;
    const char *const *allowed; /* of choices; ends with NULL */
    const char *otherwise;      /* what the driver does with another value; NULL: it fails */
};

/* Sorted by name. */
extern const struct label_rule label_rules[];
extern const size_t label_rule_count;

/* What a name that is documented but not read should be; NULL for other names. */
const char *label_documented_as(const char *name);
/* Whether only Magnum's own Heat driver read the label. */
bool label_is_of_heat(const char *name);

#endif
