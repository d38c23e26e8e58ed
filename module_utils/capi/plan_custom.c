/* Upgrades to versions that somebody chose, and what is checked of any plan. See capi/plan.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/contract_priv.h"
#include "capi/plan.h"

enum { SKEW_MOST = 3 };

static const char multiple_url[] =
    "https://cluster-api.sigs.k8s.io/developer/core/support-multiple-instances";

/* "unable to perform upgrade" and what 1.10 said instead. */
static const char *unable(const struct capi_generation *generation)
{
    return generation->first ? "unable to complete that upgrade" : "unable to perform upgrade";
}

/* The contract of ENTRY's provider at VERSION, borrowed, or NULL. */
static const char *contract_of(struct capi_repositories *repositories,
                               const struct capi_entry *entry, const char *version,
                               struct error **err)
{
    const struct capi_metadata *metadata = NULL;
    bool missing = false;
    const char *contract = capi_contract_at(repositories, entry, version, &missing, &metadata, err);
    if (missing) {
        auto_free char *instance = capi_entry_instance(entry);
        error_make(err, ERROR_USAGE,
                   "invalid target version: version %s for the provider %s does not match any "
                   "release series",
                   version, instance);
    }
    return contract;
}

/* The version that REFS want for ENTRY, or NULL when it is not listed. */
static const char *wanted_version(const struct capi_refs *refs,
                                  const struct capi_entries *installed,
                                  const struct capi_entry *entry)
{
    for (size_t i = 0; i < refs->count; i++) {
        const struct capi_ref *ref = &refs->items[i];
        if (capi_entries_find(installed, ref->type, ref->name, ref->namespace_) == entry)
            return ref->version;
    }
    return NULL;
}

/* The one core provider: there is exactly one. */
static const struct capi_entry *core_of(const struct capi_entries *installed)
{
    size_t i = 0;
    while (i + 1 < installed->count && installed->items[i].type != CAPI_CORE)
        i++;
    return &installed->items[i];
}

/* The contract that the core provider will speak, borrowed; it has to be the own one. */
static const char *target_contract(struct capi_repositories *repositories,
                                   const struct capi_entries *installed,
                                   const struct capi_refs *refs, struct error **err)
{
    const struct capi_generation *generation = capi_repositories_generation(repositories);
    const struct capi_entry *core = core_of(installed);
    const char *wanted = wanted_version(refs, installed, core);
    const char *contract = contract_of(repositories, core, wanted ? wanted : core->version, err);
    if (!contract || strcmp(contract, generation->contract) == 0)
        return contract;
    error_make(err, ERROR_USAGE,
               "current version of clusterctl could only upgrade %s%s contract%s, requested %s",
               generation->first ? "to " : "the core provider to ", generation->contract,
               generation->first ? "" : " version", contract);
    return NULL;
}

static int check_item(struct capi_repositories *repositories, const struct capi_entry *entry,
                      const char *version, const char *target, struct error **err)
{
    const struct capi_generation *generation = capi_repositories_generation(repositories);
    auto_free char *instance = capi_entry_instance(entry);
    auto_free char *compatible = capi_contract_compatible_text(target);
    const char *contract = contract_of(repositories, entry, version, err);
    if (!contract)
        return -1;
    if (capi_contract_compatible(target, contract))
        return 0;
    if (generation->first)
        error_make(err, ERROR_USAGE,
                   "%s: the target version for the provider %s supports the %s API Version of "
                   "Cluster API (contract), while the management cluster is using %s",
                   unable(generation), instance, contract, target);
    else
        error_make(err, ERROR_USAGE,
                   "%s: the target version for the provider %s implements the %s contract version, "
                   "while the core provider supports %s contract versions",
                   unable(generation), instance, contract, compatible);
    return -1;
}

/* A provider that stays as it is must work with the core provider to come. */
static int check_unlisted(struct capi_repositories *repositories, const struct capi_entry *entry,
                          const char *target, struct error **err)
{
    const struct capi_generation *generation = capi_repositories_generation(repositories);
    auto_free char *instance = capi_entry_instance(entry);
    auto_free char *compatible = capi_contract_compatible_text(target);
    const char *contract = contract_of(repositories, entry, entry->version, err);
    if (!contract)
        return -1;
    if (capi_contract_compatible(target, contract))
        return 0;
    if (generation->first)
        error_make(err, ERROR_USAGE,
                   "%s: the provider %s supports the %s API Version of Cluster API (contract), "
                   "while the management cluster is being updated to %s. Please include the %s "
                   "provider in the upgrade",
                   unable(generation), instance, contract, target, instance);
    else
        error_make(err, ERROR_USAGE,
                   "%s: the provider %s implements the %s contract version, while the core "
                   "provider is getting updated to a version that supports %s contract versions. "
                   "Please include the %s provider in the upgrade",
                   unable(generation), instance, contract, compatible, instance);
    return -1;
}

static void not_installed(const struct capi_ref *ref, const struct capi_generation *generation,
                          struct error **err)
{
    auto_free char *label = capi_label(ref->type, ref->name);
    error_make(err, ERROR_USAGE, "%s: the provider %s/%s in not part of the management cluster",
               unable(generation), ref->namespace_ ? ref->namespace_ : "", label);
}

static void add_item(struct capi_plan *plan, const struct capi_entry *entry, const char *version)
{
    plan->items = xreallocarray(plan->items, plan->count + 1, sizeof(*plan->items));
    plan->items[plan->count++] =
        (struct capi_upgrade){.current = capi_entry_dup(entry), .next = xstrdup(version)};
}

static int add_listed(struct capi_repositories *repositories, const struct capi_entries *installed,
                      const struct capi_refs *refs, struct capi_plan *plan, struct error **err)
{
    for (size_t i = 0; i < refs->count; i++) {
        const struct capi_ref *ref = &refs->items[i];
        const struct capi_entry *entry =
            capi_entries_find(installed, ref->type, ref->name, ref->namespace_);
        if (!entry) {
            not_installed(ref, capi_repositories_generation(repositories), err);
            return -1;
        }
        if (check_item(repositories, entry, ref->version, plan->contract, err) < 0)
            return -1;
        add_item(plan, entry, ref->version);
    }
    return 0;
}

static int compare_items(const void *a, const void *b)
{
    const struct capi_upgrade *first = a;
    const struct capi_upgrade *second = b;
    return capi_entry_compare(&first->current, &second->current);
}

static int make(struct capi_repositories *repositories, const struct capi_entries *installed,
                const struct capi_refs *refs, struct capi_plan *plan, struct error **err)
{
    if (capi_check_one_core(capi_entries_cores(installed),
                            capi_repositories_generation(repositories), err) < 0)
        return -1;
    const char *target = target_contract(repositories, installed, refs, err);
    if (!target)
        return -1;
    plan->contract = xstrdup(target);
    if (add_listed(repositories, installed, refs, plan, err) < 0)
        return -1;
    for (size_t i = 0; i < installed->count; i++) {
        const struct capi_entry *entry = &installed->items[i];
        if (!wanted_version(refs, installed, entry) &&
            check_unlisted(repositories, entry, plan->contract, err) < 0)
            return -1;
    }
    if (plan->count)
        qsort(plan->items, plan->count, sizeof(*plan->items), compare_items);
    return 0;
}

int capi_plan_custom(struct capi_repositories *repositories, const struct capi_entries *installed,
                     const struct capi_refs *refs, struct capi_plan *plan, struct error **err)
{
    auto_capi_plan struct capi_plan made = {0};
    if (make(repositories, installed, refs, &made, err) < 0)
        return -1;
    *plan = made;
    made = (struct capi_plan){0};
    return 0;
}

/* ---- checks of any plan */

int capi_plan_check_single(const struct capi_entries *installed, struct error **err)
{
    for (size_t i = 0; i < installed->count; i++) {
        const struct capi_entry *entry = &installed->items[i];
        auto_strv struct strv same = {0};
        for (size_t j = 0; j < installed->count; j++)
            if (installed->items[j].type == entry->type &&
                strcmp(installed->items[j].name, entry->name) == 0)
                strv_add_take(&same, capi_entry_instance(&installed->items[j]));
        if (same.count < 2)
            continue;
        auto_free char *label = capi_entry_label(entry);
        auto_free char *instances = strv_join(&same, " ");
        error_make(err, ERROR_USAGE,
                   "detected multiple instances of the same provider, but clusterctl does not "
                   "support this use case. See %s for more details: multiple instance of provider "
                   "type \"%s\" found: [%s]",
                   multiple_url, label, instances);
        return -1;
    }
    return 0;
}

/* The providers that are released together with Cluster API. */
static bool is_ours(const struct capi_entry *entry)
{
    return entry->type == CAPI_CORE ||
           ((entry->type == CAPI_BOOTSTRAP || entry->type == CAPI_CONTROL_PLANE) &&
            strcmp(entry->name, "kubeadm") == 0);
}

int capi_plan_check_skew(const struct capi_plan *plan, const struct capi_generation *generation,
                         struct error **err)
{
    const struct capi_version first = {.major = 1, .minor = 10};
    for (size_t i = 0; i < plan->count && !generation->first; i++) {
        const struct capi_upgrade *item = &plan->items[i];
        auto_capi_version struct capi_version current = {0};
        auto_capi_version struct capi_version next = {0};
        if (!is_ours(&item->current) || !item->next)
            continue;
        if (capi_version_of(&item->current, "current", item->current.version, &current, err) < 0 ||
            capi_version_of(&item->current, "next", item->next, &next, err) < 0)
            return -1;
        if (capi_version_compare(&current, &first) < 0 || next.minor <= current.minor + SKEW_MOST)
            continue;
        auto_free char *instance = capi_entry_instance(&item->current);
        error_make(err, ERROR_USAGE, "upgrade for %s provider can't skip more than %d versions",
                   instance, SKEW_MOST);
        return -1;
    }
    return 0;
}
