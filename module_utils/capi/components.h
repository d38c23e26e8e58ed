/*
 * The components of one provider: from the bytes of its file to the objects to create, through
 * variables, YAML, image overrides, namespace, labels and order.
 */
#ifndef CAPI_COMPONENTS_H
#define CAPI_COMPONENTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/provider.h"
#include "capi/repository.h"

struct capi_components {
    enum capi_type type;
    char *name;             /* owned: "openstack" */
    char *label;            /* owned: "infrastructure-openstack" */
    char *version;          /* owned: "v0.14.4", as used */
    char *target_namespace; /* owned */
    char *source;           /* owned; path or URL of the components file */
    json_t *objects;        /* owned array in the order of creation, labelled, folded */
    struct strv images;     /* sorted */
    struct strv variables;  /* listed in the file, sorted */
    struct strv missing;    /* required and unset; empty unless list_only */
};

struct capi_components_options {
    const char *version;          /* NULL: the repository's */
    const char *target_namespace; /* NULL or "": the Namespace object's name */
    bool list_only;               /* images are wanted: no variable is replaced, none is required */
};

/* WANTED, or where that is NULL the version that the provider's URL names, borrowed; NULL with an
 * ERROR_USAGE when there is none. */
const char *capi_components_version(const struct capi_repository *repository, const char *wanted,
                                    struct error **err) must_check;

/*
 * *out is written on success only. Errors as clusterctl words them, with their kinds:
 *   failed to read "<file>" from provider's repository "<label>": …
 *   failed to perform variable substitution: value for variables [A, B] is not set. …
 *     (detail missing_variables)
 *   failed to parse yaml: failed to unmarshal the 3rd yaml document: … (ERROR_PARSE; names file,
 *     document and line)
 *   failed to apply image overrides: …
 *   failed to detect default target namespace: …
 *   target namespace can't be defaulted. Please specify a target namespace
 *   failed to set the TargetNamespace on the components: …
 */
int capi_components_load(struct capi_repository *repository,
                         const struct capi_repositories *repositories,
                         const struct capi_components_options *options, struct capi_components *out,
                         struct error **err) must_check;
void capi_components_clear(struct capi_components *components);
#define auto_capi_components cleanup_with(capi_components_clear)

/* Opens the repository of REF and loads; errors get "failed to get provider components for the
 * \"<as typed>\" provider: …". TARGET_NAMESPACE may be NULL. */
int capi_components_load_ref(struct capi_repositories *repositories, const struct capi_ref *ref,
                             const char *target_namespace, bool list_only,
                             struct capi_components *out, struct error **err) must_check;

/*
 * The objects of a manifest as a new array, empty documents left out and definitions folded
 * (capi/fold.h); SOURCE names it in messages.
 * ERROR_PARSE "failed to unmarshal the 3rd yaml document: …".
 */
json_t *capi_manifest_read(const char *bytes, size_t size, const char *source, struct error **err)
    must_check;

/*
 * The objects of cert-manager's manifest for SETTINGS: images overridden, labelled and annotated
 * with its version, in the order of creation. Errors below "failed to get cert-manager components".
 */
json_t *capi_cert_manager_load(struct capi_repositories *repositories,
                               const struct capi_cert_manager *settings, struct error **err)
    must_check;

#endif
