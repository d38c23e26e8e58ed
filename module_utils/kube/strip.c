#include "kube/strip.h"

#include "base/compiler.h"
#include "json/js_equal.h"
#include "json/js_get.h"

enum use {
    FOR_WRITE = 1,
    FOR_COMPARE = 2,
    FOR_DIFF = 4,
    FOR_ALL = FOR_WRITE | FOR_COMPARE | FOR_DIFF,
};

struct field {
    const char *name;
    unsigned uses; /* enum use, added up */
};

/* An apply body with managedFields is refused, with any of the others it is at best ignored. */
static const struct field metadata_fields[] = {
    {"creationTimestamp", FOR_WRITE | FOR_DIFF},
    {"generation", FOR_ALL},
    {"managedFields", FOR_ALL},
    {"resourceVersion", FOR_COMPARE | FOR_DIFF},
    {"selfLink", FOR_WRITE | FOR_DIFF},
    {"uid", FOR_DIFF},
};

static void strip_fields(json_t *object, const struct field *fields, size_t count, enum use use)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].uses & use)
            json_object_del(object, fields[i].name);
}

static void strip(json_t *value, enum use use, bool plain_status)
{
    if (!plain_status)
        json_object_del(value, "status");
    strip_fields(js_get(value, "metadata", NULL), metadata_fields, array_length(metadata_fields),
                 use);
}

void kube_strip_for_write(json_t *value, bool plain_status)
{
    strip(value, FOR_WRITE, plain_status);
}

void kube_strip_for_compare(json_t *value, bool plain_status)
{
    strip(value, FOR_COMPARE, plain_status);
}

bool kube_strip_equal(const json_t *one, const json_t *other, bool plain_status)
{
    json_auto_t *first = json_deep_copy(one);
    json_auto_t *second = json_deep_copy(other);
    kube_strip_for_compare(first, plain_status);
    kube_strip_for_compare(second, plain_status);
    return js_equal(first, second);
}

void kube_strip_for_diff(json_t *value, bool plain_status)
{
    strip(value, FOR_DIFF, plain_status);
}
