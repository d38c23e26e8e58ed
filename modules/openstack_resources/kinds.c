#include "openstack_resources/kinds.h"

#include <string.h>

#include "base/compiler.h"

static const struct kind *const kinds[] = {
    [KIND_DOMAIN] = &kind_domain,
    [KIND_PROJECT] = &kind_project,
    [KIND_ROLE] = &kind_role,
    [KIND_USER] = &kind_user,
    [KIND_ASSIGNMENT] = &kind_assignment,
    [KIND_SERVICE] = &kind_service,
    [KIND_ENDPOINT] = &kind_endpoint,
    [KIND_FLAVOR] = &kind_flavor,
    [KIND_IMAGE] = &kind_image,
};

_Static_assert(array_length(kinds) == KIND_COUNT, "every kind has a row");

const struct kind *kind_of(enum kind_id id)
{
    return kinds[id];
}

const struct kind *kind_named(const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

const struct field *kind_field(const struct kind *kind, const char *option)
{
    for (const struct field *field = kind->fields; field->option; field++)
        if (strcmp(field->option, option) == 0)
            return field;
    return NULL;
}
