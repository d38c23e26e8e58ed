#include "backup/file_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/digest.h"

#define SUFFIX ".yaml"

/* What stays of a name that is too long, in bytes and in digits of its digest. */
enum { CUT = 200, DIGITS = 16 };

static bool fits(const char *name, const json_t *taken)
{
    return strlen(name) <= BACKUP_NAME_MAX && !json_object_get(taken, name);
}

static char *shortened(const char *stem)
{
    auto_free char *digest = sha256_hex(stem, strlen(stem));
    return xasprintf("%.*s_%.*s" SUFFIX, CUT, stem, DIGITS, digest);
}

static char *choose(const struct capi_node *node, const json_t *taken)
{
    auto_free char *stem = xasprintf("%s_%s_%s", node->kind, node->namespace_, node->name);
    char *name = xasprintf("%s" SUFFIX, stem);
    if (fits(name, taken))
        return name;
    free(name);
    auto_free char *with_group = xasprintf("%s_%s", stem, node->group);
    name = xasprintf("%s" SUFFIX, with_group);
    if (fits(name, taken))
        return name;
    free(name);
    return shortened(with_group);
}

char *backup_file_name(const struct capi_node *node, json_t *taken)
{
    char *name = choose(node, taken);
    json_object_set_new(taken, name, json_true());
    return name;
}
