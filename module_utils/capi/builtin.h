/*
 * The providers that clusterctl knows without being told, as data.
 */
#ifndef CAPI_BUILTIN_H
#define CAPI_BUILTIN_H

#include <stddef.h>

#include "capi/provider.h"

struct capi_builtin {
    enum capi_type type;
    const char *name;
    const char *repository; /* "kubernetes-sigs/cluster-api" */
    const char *file;       /* NULL: the standard file of the type */
};

/* The table, sorted by order of type and name. Static. */
const struct capi_builtin *capi_builtins(size_t *count);

/* "https://github.com/kubernetes-sigs/cluster-api/releases/latest/core-components.yaml", owned. */
char *capi_builtin_url(const struct capi_builtin *builtin) must_check;

#endif
