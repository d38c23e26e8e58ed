/*
 * The generations of clusterctl that can be imitated, as a table: what contract they speak, which
 * others they accept, which cert-manager they bring, how their messages read.
 */
#ifndef CAPI_GENERATION_H
#define CAPI_GENERATION_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"

struct capi_generation {
    const char *contract;      /* its own: "v1beta1", "v1beta2" */
    const char *release;       /* the clusterctl whose defaults and texts are used: "v1.14.0" */
    const char *accepted[3];   /* contracts of providers it works with, NULL-ended */
    const char *upgradable[3]; /* storage versions of clusters that it upgrades, NULL-ended */
    const char *cert_manager_version; /* "v1.21.1" */
    const char *cert_manager_url;
    const char *crd_generator; /* annotation of its inventory definition: "v0.21.0" */
    bool first;                /* 1.10: its texts, no metadata validation, no skew check,
                                  removes capi-webhook-system after upgrades */
};

/* The row of a contract, or NULL: there are "v1beta1" (1.10.10) and "v1beta2" (1.14.0). */
const struct capi_generation *capi_generation_find(const char *contract);
/* The newest. */
const struct capi_generation *capi_generation_default(void);

/* Whether providers of this contract may be installed at all. */
bool capi_generation_accepts(const struct capi_generation *generation, const char *contract);
/* "v1beta1, v1beta2": the accepted contracts for messages. Owned. */
char *capi_generation_accepted_text(const struct capi_generation *generation) must_check;

/* Whether a provider of contract PROVIDER works with a core of contract CORE. */
bool capi_contract_compatible(const char *core, const char *provider);
/* The contracts that work with a core of CORE, joined by ",". Owned. */
char *capi_contract_compatible_text(const char *core) must_check;

#endif
