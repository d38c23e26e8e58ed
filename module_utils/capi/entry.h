/*
 * One installed provider, as the inventory of a management cluster records it, and lists of them.
 * Reads and writes no cluster.
 */
#ifndef CAPI_ENTRY_H
#define CAPI_ENTRY_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "capi/provider.h"

struct capi_entry {
    enum capi_type type;
    char *type_text;  /* owned, as recorded: "InfrastructureProvider" */
    char *name;       /* owned: "openstack" */
    char *namespace_; /* owned */
    char *version;    /* owned, as recorded: "v0.14.4" */
};

struct capi_entries {
    struct capi_entry *items; /* owned */
    size_t count;
};

/*
 * Adds the entry of a Provider object (apiVersion clusterctl.cluster.x-k8s.io/v1alpha3). Members
 * that are absent count as "". ERROR_PARSE when VALUE is no object with metadata.
 */
int capi_entries_add_object(struct capi_entries *entries, const json_t *value, struct error **err)
    must_check;
void capi_entries_add(struct capi_entries *entries, enum capi_type type, const char *name,
                      const char *namespace_, const char *version);
void capi_entries_clear(struct capi_entries *entries);
#define auto_capi_entries cleanup_with(capi_entries_clear)

void capi_entry_clear(struct capi_entry *entry);
struct capi_entry capi_entry_dup(const struct capi_entry *entry) must_check;

/* The Provider object of an entry, with its labels. New. */
json_t *capi_entry_object(const struct capi_entry *entry) must_check;

/* "infrastructure-openstack" and "capo-system/infrastructure-openstack". Owned. */
char *capi_entry_label(const struct capi_entry *entry) must_check;
char *capi_entry_instance(const struct capi_entry *entry) must_check;

/* The first entry of TYPE and NAME, in NAMESPACE or, when that is NULL, in any; or NULL. */
const struct capi_entry *capi_entries_find(const struct capi_entries *entries, enum capi_type type,
                                           const char *name, const char *namespace_);
/* The number of distinct names among the core providers: 1 means the cluster is initialised. */
size_t capi_entries_core_names(const struct capi_entries *entries);
/* The number of core entries. */
size_t capi_entries_cores(const struct capi_entries *entries);
/* By order of type, then name, then namespace. */
int capi_entry_compare(const struct capi_entry *a, const struct capi_entry *b);

#endif
