#include "capi/validate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/contract_priv.h"
#include "capi/crd_name.h"

/* ---- what plans need too */

int capi_version_of(const struct capi_entry *entry, const char *which, const char *text,
                    struct capi_version *out, struct error **err)
{
    if (capi_version_parse(text, out))
        return 0;
    auto_free char *instance = capi_entry_instance(entry);
    error_make(err, ERROR_USAGE,
               "failed to parse %s version for the %s provider: could not parse \"%s\" as version",
               which, instance, text);
    return -1;
}

const char *capi_contract_at(struct capi_repositories *repositories, const struct capi_entry *entry,
                             const char *version, bool *series_missing,
                             const struct capi_metadata **metadata, struct error **err)
{
    auto_capi_version struct capi_version parsed = {0};
    *series_missing = false;
    if (capi_version_of(entry, "current", version, &parsed, err) < 0)
        return NULL;
    struct capi_repository *repository =
        capi_repositories_get(repositories, entry->type, entry->name, version, err);
    *metadata = repository ? capi_repository_metadata(repository, version, err) : NULL;
    if (!*metadata)
        return NULL;
    const struct capi_series *series = capi_metadata_find(*metadata, &parsed);
    *series_missing = series == NULL;
    return series ? series->contract : NULL;
}

int capi_check_one_core(size_t count, const struct capi_generation *generation, struct error **err)
{
    if (count == 1)
        return 0;
    error_make(err, ERROR_USAGE, "invalid management cluster: there %s core provider, found %zu",
               generation->first ? "should a" : "must be one", count);
    return -1;
}

/* ---- validation */

/* The namespaces where the provider of COMPONENTS is installed, ", " between them; NULL: none. */
static char *namespaces_of(const struct capi_entries *installed,
                           const struct capi_components *components)
{
    auto_strv struct strv namespaces = {0};
    for (size_t i = 0; i < installed->count; i++) {
        const struct capi_entry *entry = &installed->items[i];
        if (entry->type == components->type && strcmp(entry->name, components->name) == 0)
            strv_add_once(&namespaces, entry->namespace_);
    }
    return namespaces.count ? strv_join(&namespaces, ", ") : NULL;
}

static int check_instances(const struct capi_entries *installed,
                           const struct capi_components *queue, size_t count, struct error **err)
{
    for (size_t i = 0; i < count; i++) {
        auto_free char *namespaces = namespaces_of(installed, &queue[i]);
        if (!namespaces)
            continue;
        error_make(err, ERROR_USAGE,
                   "installing provider \"%s\" can lead to a non functioning management cluster: "
                   "there is already an instance of the \"%s\" provider installed in the \"%s\" "
                   "namespace",
                   queue[i].label, queue[i].label, namespaces);
        return -1;
    }
    return 0;
}

static void no_series(const struct capi_entry *entry, const struct capi_metadata *metadata,
                      const struct capi_generation *generation, struct error **err)
{
    auto_free char *instance = capi_entry_instance(entry);
    auto_free char *list = capi_metadata_list(metadata);
    error_make(err, ERROR_USAGE,
               "invalid provider metadata: version %s for the provider %s does not match any "
               "release series",
               entry->version, instance);
    if (!generation->first)
        error_append(err,
                     ". Available series: [%s]. This usually means the release tag lacks an "
                     "updated metadata.yaml or the repository URL is stale.",
                     list);
}

static void not_accepted(const char *label, const char *contract,
                         const struct capi_generation *generation, struct error **err)
{
    auto_free char *accepted = capi_generation_accepted_text(generation);
    if (generation->first)
        error_make(err, ERROR_USAGE,
                   "current version of clusterctl is only compatible with %s providers, detected "
                   "%s for provider %s",
                   accepted, contract, label);
    else
        error_make(err, ERROR_USAGE,
                   "current version of clusterctl is only compatible with providers implementing "
                   "the %s contract versions, detected contract version %s for provider %s",
                   accepted, contract, label);
}

/* The contract of an installed or queued provider, borrowed; NULL when clusterctl cannot use it. */
static const char *contract_of(struct capi_repositories *repositories,
                               const struct capi_entry *entry, struct error **err)
{
    const struct capi_generation *generation = capi_repositories_generation(repositories);
    const struct capi_metadata *metadata = NULL;
    auto_free char *label = capi_entry_label(entry);
    bool missing = false;
    /* Before what is wrapped below: a wrong version is not the repository's fault. */
    if (capi_version_of(entry, "current", entry->version, NULL, err) < 0)
        return NULL;
    const char *contract =
        capi_contract_at(repositories, entry, entry->version, &missing, &metadata, err);
    if (missing) {
        no_series(entry, metadata, generation, err);
    } else if (!contract && !generation->first) {
        error_wrap(err,
                   "failed to fetch metadata for provider \"%s\" (version %s). Check that the "
                   "release tag exists and the repository URL is correct — the project may have "
                   "moved or the tag may be missing metadata.yaml",
                   label, entry->version);
    } else if (contract && !capi_generation_accepts(generation, contract)) {
        not_accepted(label, contract, generation, err);
        return NULL;
    }
    return contract;
}

static int check_contract(struct capi_repositories *repositories, const struct capi_entry *entry,
                          const char *core_contract, struct error **err)
{
    auto_free char *label = capi_entry_label(entry);
    auto_free char *compatible = capi_contract_compatible_text(core_contract);
    const char *contract = contract_of(repositories, entry, err);
    if (!contract)
        return -1;
    if (capi_contract_compatible(core_contract, contract))
        return 0;
    if (capi_repositories_generation(repositories)->first)
        error_make(err, ERROR_USAGE,
                   "installing provider \"%s\" can lead to a non functioning management cluster: "
                   "the target version for the provider supports the %s API Version of Cluster API "
                   "(contract), while the management cluster is using %s",
                   label, contract, core_contract);
    else
        error_make(err, ERROR_USAGE,
                   "installing provider \"%s\" could lead to a non functioning management cluster: "
                   "the target version for the provider implements the %s contract version, while "
                   "the core provider is compatible with %s contract versions",
                   label, contract, compatible);
    return -1;
}

/* INSTALLED and QUEUE as one list. */
static void add_all(struct capi_entries *all, const struct capi_entries *installed,
                    const struct capi_components *queue, size_t count)
{
    for (size_t i = 0; i < installed->count; i++) {
        const struct capi_entry *entry = &installed->items[i];
        capi_entries_add(all, entry->type, entry->name, entry->namespace_, entry->version);
    }
    for (size_t i = 0; i < count; i++)
        capi_entries_add(all, queue[i].type, queue[i].name, queue[i].target_namespace,
                         queue[i].version);
}

static const struct capi_entry *core_of(const struct capi_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].type == CAPI_CORE)
            return &entries->items[i];
    return NULL;
}

static int check_contracts(struct capi_repositories *repositories,
                           const struct capi_entries *installed,
                           const struct capi_components *queue, size_t count, struct error **err)
{
    auto_capi_entries struct capi_entries all = {0};
    add_all(&all, installed, queue, count);
    if (capi_check_one_core(capi_entries_cores(&all), capi_repositories_generation(repositories),
                            err) < 0)
        return -1;
    const struct capi_entry *core = core_of(&all); /* there is one, as was just checked */
    const char *core_contract = core ? contract_of(repositories, core, err) : NULL;
    if (!core_contract)
        return -1;
    for (size_t i = installed->count; i < all.count; i++)
        if (check_contract(repositories, &all.items[i], core_contract, err) < 0)
            return -1;
    return 0;
}

int capi_validate_install(struct capi_repositories *repositories,
                          const struct capi_entries *installed, const struct capi_components *queue,
                          size_t count, struct error **err)
{
    if (check_instances(installed, queue, count, err) < 0 ||
        check_contracts(repositories, installed, queue, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (capi_crd_names_check(queue[i].objects, err) < 0)
            return -1;
    return 0;
}
