/*
 * The types of providers as a table, the names derived from them, and how users refer to providers.
 */
#ifndef CAPI_PROVIDER_H
#define CAPI_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"

enum capi_type {
    CAPI_CORE,
    CAPI_BOOTSTRAP,
    CAPI_CONTROL_PLANE,
    CAPI_INFRASTRUCTURE,
    CAPI_IPAM,
    CAPI_RUNTIME_EXTENSION,
    CAPI_ADDON,
    CAPI_OTHER, /* unknown type in an inventory; also cert-manager, which has none */
    CAPI_TYPES
};

struct capi_type_row {
    const char *name;   /* "InfrastructureProvider"; "" for CAPI_OTHER */
    int order;          /* 0 … 6, 99 */
    const char *prefix; /* of the label: "infrastructure-"; "" for core and other */
    const char *file;   /* standard components file: "infrastructure-components.yaml" */
    const char *option; /* of the module: "infrastructure_providers" */
    const char *flag;   /* of clusterctl: "--infrastructure" */
};

/* Static. */
const struct capi_type_row *capi_type_row(enum capi_type type);
/* CAPI_OTHER for an unknown or NULL name. Exact match. */
enum capi_type capi_type_find(const char *name);

/* "infrastructure-openstack": label, name of the Provider object and of the directory. Owned. */
char *capi_label(enum capi_type type, const char *name) must_check;

/* What somebody wrote: "openstack:v0.14.4", or for upgrades also "capo-system/openstack:v0.14.4".
 */
struct capi_ref {
    enum capi_type type;
    char *typed;      /* owned, as written */
    char *namespace_; /* owned or NULL */
    char *name;       /* owned, lower case */
    char *version;    /* owned, as written; NULL when none was given */
};

struct capi_refs {
    struct capi_ref *items; /* owned */
    size_t count;
};

/*
 * The form of init and delete: name[:version]. ERROR_USAGE:
 *   invalid provider name "a:b:c". Provider name should be in the form name[:version]
 *   … and name cannot be empty | and the name should be valid: <reason> | and version cannot be
 * empty
 */
int capi_ref_parse(struct capi_ref *ref, enum capi_type type, const char *text, struct error **err)
    must_check;

/*
 * The form of upgrade: provider:version or namespace/name:version (that one in lower case as a
 * whole). The version is always there afterwards; namespace_ is NULL in the first form.
 * ERROR_USAGE: invalid provider name "x". Provider name should be in the form
 * namespace/provider:version or provider:version invalid provider name "n/x". Provider name should
 * be in the form namespace/name:version and version cannot be empty
 */
int capi_ref_parse_upgrade(struct capi_ref *ref, enum capi_type type, const char *text,
                           struct error **err) must_check;

void capi_ref_clear(struct capi_ref *ref);
#define auto_capi_ref cleanup_with(capi_ref_clear)

/*
 * Parses TEXT with capi_ref_parse and adds it. "-" adds nothing, but for the core provider is an
 * ERROR_USAGE "the '-' value can not be used for the core provider".
 */
int capi_refs_add(struct capi_refs *refs, enum capi_type type, const char *text, struct error **err)
    must_check;
/* The same with capi_ref_parse_upgrade; "-" is an ordinary (wrong) text there. */
int capi_refs_add_upgrade(struct capi_refs *refs, enum capi_type type, const char *text,
                          struct error **err) must_check;
/* Adds one that is made already. */
void capi_refs_take(struct capi_refs *refs, struct capi_ref ref_take);
void capi_refs_clear(struct capi_refs *refs);
#define auto_capi_refs cleanup_with(capi_refs_clear)

/* NULL when TEXT is a DNS-1123 label (subdomain), else the reason, static, as Kubernetes words it.
 */
const char *capi_bad_label(const char *text);
const char *capi_bad_subdomain(const char *text);

#endif
