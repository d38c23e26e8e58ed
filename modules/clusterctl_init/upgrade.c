/* State upgraded, and what of latest_requested is an upgrade: see clusterctl_init/states.h. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/migrate.h"
#include "capi/scale.h"
#include "clusterctl_init/states.h"

/* ---- plan */

static int check_plan(struct cc *cc, struct capi_plan *plan, struct error **err)
{
    if (capi_plan_check_single(&cc->inventory.entries, err) < 0)
        return -1;
    return capi_plan_check_skew(plan, cc->generation, err);
}

/* One item of the plan: its files, in the namespace where it is. */
static int add_upgrade(struct cc *cc, const struct capi_upgrade *upgrade, struct error **err)
{
    const struct capi_entry *current = &upgrade->current;
    struct capi_repository *repository =
        capi_repositories_get(cc->repositories, current->type, current->name, upgrade->next, err);
    if (!repository)
        return -1;
    const struct capi_components_options options = {.version = upgrade->next,
                                                    .target_namespace = current->namespace_};
    struct capi_components components = {0};
    if (capi_components_load(repository, cc->repositories, &options, &components, err) < 0) {
        error_wrap(err, "failed to get provider components for the \"%s\" provider", current->name);
        return -1;
    }
    cc_note_components(cc, &components);
    bool same = str_equal(current->version, components.version);
    struct cc_item *item =
        cc_item_add(cc, current, same ? CC_REINSTALL : CC_UPGRADE, current->version);
    item->components = components;
    free(item->entry.version);
    item->entry.version = xstrdup(components.version);
    const struct capi_put_options put = cc_put_options(cc, &capi_put_provider_words);
    capi_install_init(&item->replacement, cc->client, cc->discovery, &put);
    return capi_install_add(&item->replacement, &item->components, cc->args.deployment_overrides,
                            err);
}

/* What is there in the wanted version is part of the result, too. */
static void add_current(struct cc *cc, const struct capi_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->items[i].next || str_equal(plan->items[i].next, plan->items[i].current.version))
            cc_item_add(cc, &plan->items[i].current, CC_LEAVE, plan->items[i].current.version);
}

/* A contract means all providers; its plan holds those that have a newer version. */
static void add_rest(struct cc *cc)
{
    for (size_t i = 0; i < cc->inventory.entries.count; i++) {
        const struct capi_entry *entry = &cc->inventory.entries.items[i];
        bool planned = false;
        for (size_t k = 0; k < cc->count && !planned; k++)
            planned = capi_entry_compare(&cc->items[k].entry, entry) == 0;
        if (!planned)
            cc_item_add(cc, entry, CC_LEAVE, entry->version);
    }
}

static int take_plan(struct cc *cc, struct capi_plan *plan, struct error **err)
{
    struct error *problem = NULL;
    if (check_plan(cc, plan, &problem) < 0)
        return cc_refuse(cc, &problem);
    if (!cc->args.force_reinstall) {
        add_current(cc, plan);
        capi_plan_drop_current(plan);
    }
    for (size_t i = 0; i < plan->count; i++)
        if (plan->items[i].next && add_upgrade(cc, &plan->items[i], err) < 0)
            return -1;
    if (cc->args.contract)
        add_rest(cc);
    return cc_read_listings(cc, err);
}

int cc_upgrade_plan_refs(struct cc *cc, const struct capi_refs *refs, struct error **err)
{
    auto_capi_plan struct capi_plan plan = {0};
    struct error *problem = NULL;
    if (capi_plan_custom(cc->repositories, &cc->inventory.entries, refs, &plan, &problem) < 0)
        return cc_refuse(cc, &problem);
    return take_plan(cc, &plan, err);
}

static int plan_by_contract(struct cc *cc, struct error **err)
{
    auto_capi_plans struct capi_plans plans = {0};
    auto_capi_plan struct capi_plan plan = {0};
    struct error *problem = NULL;
    if (capi_plan_all(cc->repositories, &cc->inventory.entries, &plans, &problem) < 0 ||
        capi_plan_contract(cc->repositories, &cc->inventory.entries, cc->args.contract, &plan,
                           &problem) < 0)
        return cc_refuse(cc, &problem);
    cc->plans = capi_plan_json(&plans, cc->generation);
    return take_plan(cc, &plan, err);
}

static int plan_by_refs(struct cc *cc, struct error **err)
{
    auto_capi_refs struct capi_refs refs = {0};
    for (int type = 0; type < CAPI_OTHER; type++)
        for (size_t i = 0; i < cc->args.refs[type].count; i++)
            if (capi_refs_add_upgrade(&refs, (enum capi_type)type, cc->args.refs[type].items[i],
                                      err) < 0)
                return -1;
    return cc_upgrade_plan_refs(cc, &refs, err);
}

int cc_upgrade_observe(struct cc *cc, struct error **err)
{
    if (capi_inventory_check_contract(&cc->inventory, cc->generation, true, true, err) < 0 ||
        cc_cert_manager_observe(cc, true, err) < 0)
        return -1;
    if ((cc->args.contract ? plan_by_contract(cc, err) : plan_by_refs(cc, err)) < 0)
        return -1;
    if (cc->refusal)
        return 0;
    return cc_extra_observe(cc, err) < 0 ? -1 : cc_override_observe(cc, err);
}

/* ---- apply */

static bool is_replaced(const struct cc_item *item)
{
    return item->verb == CC_UPGRADE || item->verb == CC_REINSTALL;
}

bool cc_upgrades_any(const struct cc *cc)
{
    for (size_t i = 0; i < cc->count; i++)
        if (is_replaced(&cc->items[i]))
            return true;
    return false;
}

static int migrate_all(struct cc *cc, struct error **err)
{
    for (size_t i = 0; cc->args.crd_storage_migration && i < cc->count; i++)
        if (is_replaced(&cc->items[i]) && capi_migrate(cc->client, cc->items[i].components.objects,
                                                       &cc->log, &cc->migrated, err) < 0)
            return -1;
    return 0;
}

static int scale_down_all(struct cc *cc, struct error **err)
{
    auto_free const struct capi_entry **entries =
        xcalloc(cc->count + 1, sizeof(const struct capi_entry *));
    size_t count = 0;
    for (size_t i = 0; i < cc->count; i++) {
        struct cc_item *item = &cc->items[i];
        if (!is_replaced(item))
            continue;
        auto_free char *reference = cc_item_reference(item);
        strv_printf(&cc->log, "Scaling down Provider=%s providerVersion=\"%s\"", reference,
                    item->previous);
        entries[count++] = &item->entry;
        item->begun = true;
    }
    bool patient = cc->args.write_attempts > 1;
    return count ? capi_scale_down(cc->client, entries, count, patient, &cc->scaled, err) : 0;
}

/* In a prediction the objects that go are still there. */
static void assume_gone(struct capi_puts *puts, const struct kube_object *const *objects,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        capi_puts_assume_gone(puts, objects[i]);
}

static int replace(struct cc *cc, struct cc_item *item, struct error **err)
{
    const struct capi_remove_rule rule = {.namespace_ = item->entry.namespace_};
    const struct capi_remove_options options = {.attempts = cc->args.write_attempts,
                                                .retry_refused = cc->args.retry_refused};
    auto_free char *reference = cc_item_reference(item);
    size_t count = 0;
    auto_free const struct kube_object **objects = cc_select(item, &rule, &count);
    strv_printf(&cc->log, "Deleting Provider=%s providerVersion=\"%s\"", reference, item->previous);
    if (capi_remove(cc->client, objects, count, &options, cc->deleted, err) < 0)
        return -1;
    strv_printf(&cc->log, "Installing provider=\"%s\" version=\"%s\" targetNamespace=\"%s\"",
                item->label, item->entry.version, item->entry.namespace_);
    if (kube_client_is_dry_run(cc->client)) {
        if (capi_install_observe(&item->replacement, err) < 0)
            return -1;
        assume_gone(&item->replacement.objects, objects, count);
    }
    if (capi_install_run(&item->replacement, err) < 0)
        return -1;
    item->done = true;
    return 0;
}

/* What 1.10 and before left behind. */
static int remove_old_namespace(struct cc *cc, struct error **err)
{
    if (!cc->generation->first || kube_client_is_dry_run(cc->client))
        return 0;
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "DELETE", xstrdup("/api/v1/namespaces/capi-webhook-system"));
    if (kube_client_call(cc->client, &call, err) < 0)
        return -1;
    if (call.error && kube_call_status(&call) != 404) {
        kube_call_error_move(&call, err);
        error_wrap(err, "failed to delete namespace capi-webhook-system");
        return -1;
    }
    return 0;
}

int cc_upgrade_apply(struct cc *cc, struct error **err)
{
    bool any = cc_upgrades_any(cc);
    if (cc->args.state == CC_UPGRADED || any)
        strv_add(&cc->log, "Performing upgrade...");
    if (!any)
        return 0;
    if (migrate_all(cc, err) < 0 || scale_down_all(cc, err) < 0)
        return -1;
    for (size_t i = 0; i < cc->count; i++)
        if (is_replaced(&cc->items[i]) && replace(cc, &cc->items[i], err) < 0)
            return -1;
    return remove_old_namespace(cc, err);
}
