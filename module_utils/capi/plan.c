#include "capi/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/contract_priv.h"

/* What a repository offers to an installed provider. */
struct offer {
    const struct capi_entry *entry;       /* borrowed */
    const struct capi_metadata *metadata; /* of the highest version there is; borrowed */
    struct capi_version current;
    struct capi_version *higher; /* owned; those above the current one */
    size_t count;
};

struct offers {
    struct offer *items; /* owned */
    size_t count;
};

static void offers_clear(struct offers *offers)
{
    for (size_t i = 0; i < offers->count; i++) {
        struct offer *offer = &offers->items[i];
        for (size_t j = 0; j < offer->count; j++)
            capi_version_clear(&offer->higher[j]);
        free(offer->higher);
        capi_version_clear(&offer->current);
    }
    free(offers->items);
    *offers = (struct offers){0};
}
#define auto_offers cleanup_with(offers_clear)

/* ---- offers */

/* Fills HIGHER with the versions above the current one and returns the highest of all, owned. */
static char *sort_out(struct offer *offer, const struct strv *names)
{
    auto_capi_version struct capi_version highest = {0};
    offer->higher = xcalloc(names->count + 1, sizeof(*offer->higher));
    for (size_t i = 0; i < names->count; i++) {
        auto_capi_version struct capi_version version = {0};
        if (!capi_version_parse(names->items[i], &version))
            continue;
        bool higher = capi_version_compare(&version, &offer->current) > 0;
        if (i == 0 || capi_version_compare(&version, &highest) > 0) {
            capi_version_clear(&highest);
            highest = capi_version_dup(&version);
        }
        if (higher)
            offer->higher[offer->count++] = capi_version_dup(&version);
    }
    return capi_version_text(&highest);
}

static int check_series(const struct offer *offer, const struct capi_version *version,
                        const char *which, struct error **err)
{
    if (capi_metadata_find(offer->metadata, version))
        return 0;
    auto_free char *text = capi_version_text(version);
    auto_free char *instance = capi_entry_instance(offer->entry);
    error_make(err, ERROR_USAGE,
               "invalid provider metadata: version %s (%s) for the provider %s does not match any "
               "release series",
               text, which, instance);
    return -1;
}

static int fill_offer(struct offer *offer, struct capi_repositories *repositories,
                      struct error **err)
{
    const struct capi_entry *entry = offer->entry;
    auto_strv struct strv names = {0};
    auto_free char *instance = capi_entry_instance(entry);
    struct capi_repository *repository =
        capi_repositories_get(repositories, entry->type, entry->name, NULL, err);
    if (!repository || capi_repository_versions(repository, &names, err) < 0)
        return -1;
    if (!names.count) {
        error_make(err, ERROR_NOT_FOUND, "failed to get available versions for the %s provider",
                   instance);
        return -1;
    }
    if (capi_version_of(entry, "current", entry->version, &offer->current, err) < 0)
        return -1;
    auto_free char *highest = sort_out(offer, &names);
    offer->metadata = capi_repository_metadata(repository, highest, err);
    if (!offer->metadata || check_series(offer, &offer->current, "the current version", err) < 0)
        return -1;
    for (size_t i = 0; i < offer->count; i++)
        if (check_series(offer, &offer->higher[i], "one of the available versions", err) < 0)
            return -1;
    return 0;
}

static int collect(struct offers *offers, struct capi_repositories *repositories,
                   const struct capi_entries *installed, struct error **err)
{
    offers->items = xcalloc(installed->count + 1, sizeof(*offers->items));
    for (size_t i = 0; i < installed->count; i++) {
        struct offer *offer = &offers->items[offers->count++];
        offer->entry = &installed->items[i];
        if (fill_offer(offer, repositories, err) < 0)
            return -1;
    }
    return 0;
}

/* The highest release whose contract works with a core of CONTRACT, or NULL. */
static const struct capi_version *next_of(const struct offer *offer, const char *contract)
{
    const struct capi_version *next = NULL;
    for (size_t i = 0; i < offer->count; i++) {
        const struct capi_version *version = &offer->higher[i];
        const struct capi_series *series = capi_metadata_find(offer->metadata, version);
        if (!version->pre && series && capi_contract_compatible(contract, series->contract) &&
            (!next || capi_version_compare(version, next) > 0))
            next = version;
    }
    return next;
}

/* ---- plans */

static int compare_items(const void *a, const void *b)
{
    const struct capi_upgrade *first = a;
    const struct capi_upgrade *second = b;
    return capi_entry_compare(&first->current, &second->current);
}

static void add_item(struct capi_plan *plan, const struct capi_entry *current, char *next_take)
{
    plan->items = xreallocarray(plan->items, plan->count + 1, sizeof(*plan->items));
    plan->items[plan->count++] =
        (struct capi_upgrade){.current = capi_entry_dup(current), .next = next_take};
}

static void sort_items(struct capi_plan *plan)
{
    if (plan->count)
        qsort(plan->items, plan->count, sizeof(*plan->items), compare_items);
}

static struct capi_plan plan_of(const struct offers *offers, const char *contract)
{
    struct capi_plan plan = {.contract = xstrdup(contract)};
    for (size_t i = 0; i < offers->count; i++) {
        const struct capi_version *next = next_of(&offers->items[i], contract);
        add_item(&plan, offers->items[i].entry, next ? capi_version_text(next) : NULL);
    }
    sort_items(&plan);
    return plan;
}

/* The one core provider: there is exactly one. */
static const struct offer *core_of(const struct offers *offers)
{
    size_t i = 0;
    while (i + 1 < offers->count && offers->items[i].entry->type != CAPI_CORE)
        i++;
    return &offers->items[i];
}

/* The contracts of the core provider's series from the current one on, sorted. */
static void add_contracts(const struct offer *core, struct strv *contracts)
{
    for (size_t i = 0; i < core->metadata->count; i++) {
        const struct capi_series *series = &core->metadata->series[i];
        if (series->major > core->current.major ||
            (series->major == core->current.major && series->minor >= core->current.minor))
            strv_add_once(contracts, series->contract);
    }
    strv_sort(contracts);
}

static bool is_complete(const struct capi_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->items[i].next)
            return false;
    return true;
}

int capi_plan_all(struct capi_repositories *repositories, const struct capi_entries *installed,
                  struct capi_plans *plans, struct error **err)
{
    auto_offers struct offers offers = {0};
    auto_strv struct strv contracts = {0};
    if (!installed->count)
        return 0;
    if (capi_check_one_core(capi_entries_cores(installed),
                            capi_repositories_generation(repositories), err) < 0 ||
        collect(&offers, repositories, installed, err) < 0)
        return -1;
    const struct offer *core = core_of(&offers);
    const char *current = capi_metadata_find(core->metadata, &core->current)->contract;
    add_contracts(core, &contracts);
    for (size_t i = 0; i < contracts.count; i++) {
        struct capi_plan plan = plan_of(&offers, contracts.items[i]);
        if (!is_complete(&plan) && strcmp(contracts.items[i], current) != 0) {
            capi_plan_clear(&plan);
            continue;
        }
        plans->items = xreallocarray(plans->items, plans->count + 1, sizeof(*plans->items));
        plans->items[plans->count++] = plan;
    }
    return 0;
}

/* Takes out the items that KEEP does not want. */
static void filter(struct capi_plan *plan, bool (*keep)(const struct capi_upgrade *item))
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (keep(&plan->items[i])) {
            plan->items[kept++] = plan->items[i];
            continue;
        }
        capi_entry_clear(&plan->items[i].current);
        free(plan->items[i].next);
    }
    plan->count = kept;
}

static bool has_next(const struct capi_upgrade *item)
{
    return item->next != NULL;
}

static bool differs(const struct capi_upgrade *item)
{
    return !str_equal(item->next, item->current.version);
}

int capi_plan_contract(struct capi_repositories *repositories, const struct capi_entries *installed,
                       const char *contract, struct capi_plan *plan, struct error **err)
{
    const struct capi_generation *generation = capi_repositories_generation(repositories);
    auto_offers struct offers offers = {0};
    if (!str_equal(contract, generation->contract)) {
        error_make(err, ERROR_USAGE,
                   "current version of clusterctl could only upgrade to %s contract, requested %s",
                   generation->contract, contract);
        return -1;
    }
    if (capi_check_one_core(capi_entries_cores(installed), generation, err) < 0 ||
        collect(&offers, repositories, installed, err) < 0)
        return -1;
    *plan = plan_of(&offers, contract);
    filter(plan, has_next);
    return 0;
}

void capi_plan_drop_current(struct capi_plan *plan)
{
    filter(plan, differs);
}

void capi_plan_clear(struct capi_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        capi_entry_clear(&plan->items[i].current);
        free(plan->items[i].next);
    }
    free(plan->items);
    free(plan->contract);
    *plan = (struct capi_plan){0};
}

void capi_plans_clear(struct capi_plans *plans)
{
    for (size_t i = 0; i < plans->count; i++)
        capi_plan_clear(&plans->items[i]);
    free(plans->items);
    *plans = (struct capi_plans){0};
}
