/*
 * What the module knows of each kind of resource: one row, in a file of its own (kind_*.c), with
 * the keys that an item of the kind may have and what becomes of them. The stations read these
 * tables; no station knows a kind by its name.
 */
#ifndef OPENSTACK_RESOURCES_KINDS_H
#define OPENSTACK_RESOURCES_KINDS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "ostack/catalog.h"

/* In the order in which they are made: what a kind refers to comes before it. */
enum kind_id {
    KIND_DOMAIN,
    KIND_PROJECT,
    KIND_ROLE,
    KIND_USER,
    KIND_ASSIGNMENT,
    KIND_SERVICE,
    KIND_ENDPOINT,
    KIND_IMAGE,
    KIND_FLAVOR,
    KIND_COUNT,
    KIND_NONE = KIND_COUNT,
};

struct resources; /* state.h */
struct resource;

enum field_use {
    FIELD_ADDRESS, /* part of what the object is found by */
    FIELD_VALUE,   /* compared, and changed where it differs */
    FIELD_FIXED,   /* compared; the service does not change it */
    FIELD_MAP,     /* an object of texts: the keys that are named are compared and changed */
    FIELD_CONTENT, /* a file; whether the service has it is found out by the kind */
    FIELD_SECRET,  /* a password: sent, never compared */
    FIELD_POLICY,  /* says how to go about it */
};

enum field_need { NEED_NOT, NEED_TO_CREATE, NEED_ALWAYS };

struct field {
    const char *option; /* the item's key; NULL ends a table */
    enum field_use use;
    enum field_need need;
    const char *attribute;    /* member of the service's object; NULL: it has none */
    const char *missing_json; /* what an attribute means that is missing or null; NULL: null */
    const char *initial_json; /* what a new object gets where the item is silent; NULL: nothing */
    bool refers;              /* the value names an object of the kind target */
    enum kind_id target;
    const char *domain_option; /* the key that says in which domain that object is; NULL: in none */
};

/* Rows that the tables of several kinds share, and the last one of each. */
#define FIELD_NAME                                                                                 \
    {                                                                                              \
        .option = "name", .use = FIELD_ADDRESS, .need = NEED_ALWAYS, .attribute = "name"           \
    }
#define FIELD_DOMAIN                                                                               \
    {                                                                                              \
        .option = "domain", .use = FIELD_ADDRESS, .attribute = "domain_id",                        \
        .initial_json = "\"Default\"", .refers = true, .target = KIND_DOMAIN                       \
    }
#define FIELD_DESCRIPTION                                                                          \
    {                                                                                              \
        .option = "description", .use = FIELD_VALUE, .attribute = "description",                   \
        .missing_json = "\"\""                                                                     \
    }
#define FIELD_ENABLED                                                                              \
    {                                                                                              \
        .option = "enabled", .use = FIELD_VALUE, .attribute = "enabled"                            \
    }
#define FIELD_END                                                                                  \
    {                                                                                              \
        0                                                                                          \
    }

struct kind {
    const char *name; /* as in the option kind */
    enum kind_id id;
    enum osk_service service;
    const char *collection; /* path behind the service's base URL */
    const char *listed_at;  /* path of the listing; NULL: the collection's */
    const char *member;     /* of a body: what is around the object; NULL: nothing */
    const char *members;    /* of a listing's answer */
    bool by_name;           /* the listing is asked for by name, and by domain where there is one */
    const char *equals;     /* what is put before the name in that question; NULL: nothing */
    bool in_domain;         /* the object is in a domain (options name and domain) */
    const char *also;       /* attribute by which a reference may name an object, beside its name */
    const char *fixed_policy; /* the key that says what to do when a fixed field differs */
    unsigned wave;            /* of reading: a listing may need what the waves before found */
    const struct field *fields;

    /* Hooks; NULL: what is usual. */

    /* Says what is wrong with an item as it was written, beyond what the fields say, and in which
     * *option (NULL: in none alone). */
    int (*check)(const json_t *options, const char **option, struct error **err);
    /* "magnum internal RegionOne": what is put behind the kind's name in messages. Owned. */
    char *(*label)(const json_t *options);
    /* The path of the listing that holds the item's object, owned; NULL: there can be none. */
    char *(*listing)(const struct resources *all, const struct resource *item);
    /* Whether OBJECT of the listing is the item's. There are two passes: what fits in the second
     * counts only when nothing fits in the first, and only for what is to be there. */
    bool (*fits)(const struct resources *all, const struct resource *item, const json_t *object,
                 unsigned pass);
    /* Learns more about what was found, or is to be made. */
    int (*observe)(const struct resources *all, struct resource *item, struct error **err);
    int (*create)(const struct resources *all, struct resource *item, struct error **err);
    int (*update)(const struct resources *all, struct resource *item, struct error **err);
    int (*remove)(const struct resources *all, struct resource *item, struct error **err);
    /* Puts another object in the place of one of which a fixed field differs. */
    int (*recreate)(const struct resources *all, struct resource *item, struct error **err);
};

enum { FIT_PASSES = 2 };

extern const struct kind kind_domain;
extern const struct kind kind_project;
extern const struct kind kind_role;
extern const struct kind kind_user;
extern const struct kind kind_assignment;
extern const struct kind kind_service;
extern const struct kind kind_endpoint;
extern const struct kind kind_image;
extern const struct kind kind_flavor;

/* The row of ID. */
const struct kind *kind_of(enum kind_id id);
/* The row of the kind NAME; NULL: there is none. */
const struct kind *kind_named(const char *name);
/* The field with the key OPTION; NULL: the kind has none. */
const struct field *kind_field(const struct kind *kind, const char *option);

#endif
