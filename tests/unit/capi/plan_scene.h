/*
 * A cluster, the releases that could take its place, and plans as texts.
 */
#ifndef TESTS_CAPI_PLAN_SCENE_H
#define TESTS_CAPI_PLAN_SCENE_H

#include "capi/plan.h"
#include "unit/capi/world.h"

/* Repositories with several versions of core, kubeadm and openstack. */
static maybe_unused void open_releases(struct world *world, void **state, const char *contract)
{
    static const char *const cores[] = {"v1.9.6", "v1.10.10", "v1.11.6", "v1.12.3", "v1.12.4-rc.1"};
    static const char *const infras[] = {"v0.12.2", "v0.14.4", "v0.15.0"};
    for (size_t i = 0; i < array_length(cores); i++) {
        world_release(state, "cluster-api", cores[i], WORLD_CORE_SERIES, NULL, NULL);
        world_release(state, "bootstrap-kubeadm", cores[i], WORLD_CORE_SERIES, NULL, NULL);
    }
    for (size_t i = 0; i < array_length(infras); i++)
        world_release(state, "infrastructure-openstack", infras[i], WORLD_INFRA_SERIES, NULL, NULL);
    world_open(world, state, NULL, contract);
}

static maybe_unused void install(struct capi_entries *installed, const char *core,
                                 const char *infra)
{
    capi_entries_add(installed, CAPI_INFRASTRUCTURE, "openstack", "capo-system", infra);
    capi_entries_add(installed, CAPI_BOOTSTRAP, "kubeadm", "capi-kubeadm", core);
    capi_entries_add(installed, CAPI_CORE, "cluster-api", "capi-system", core);
}

/* "label: current->next" of each item. */
static maybe_unused char *plan_text(const struct capi_plan *plan)
{
    auto_strv struct strv items = {0};
    for (size_t i = 0; i < plan->count; i++) {
        const struct capi_upgrade *item = &plan->items[i];
        auto_free char *label = capi_entry_label(&item->current);
        strv_printf(&items, "%s: %s->%s", label, item->current.version,
                    item->next ? item->next : "none");
    }
    auto_free char *joined = strv_join(&items, ", ");
    return xasprintf("%s {%s}", plan->contract, joined);
}

static maybe_unused void assert_plan(const struct capi_plan *plan, const char *want)
{
    auto_free char *text = plan_text(plan);
    assert_string_equal(text, want);
}

/* Adds an item to PLAN, in namespace "n"; NEXT may be NULL. */
static maybe_unused void add_upgrade(struct capi_plan *plan, enum capi_type type, const char *name,
                                     const char *current, const char *next)
{
    auto_capi_entries struct capi_entries entries = {0};
    capi_entries_add(&entries, type, name, "n", current);
    plan->items = xreallocarray(plan->items, plan->count + 1, sizeof(*plan->items));
    plan->items[plan->count++] =
        (struct capi_upgrade){capi_entry_dup(&entries.items[0]), next ? xstrdup(next) : NULL};
}

#endif
