/* Plans as data. See capi/plan.h. */
#include <string.h>

#include "base/mem.h"
#include "capi/plan.h"

static bool has_next(const struct capi_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->items[i].next)
            return true;
    return false;
}

static json_t *item_json(const struct capi_upgrade *item)
{
    auto_free char *label = capi_entry_label(&item->current);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?}", "name", item->current.name, "namespace",
                     item->current.namespace_, "type", item->current.type_text, "label", label,
                     "current_version", item->current.version, "next_version", item->next);
}

json_t *capi_plan_json(const struct capi_plans *plans, const struct capi_generation *generation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plans->count; i++) {
        const struct capi_plan *plan = &plans->items[i];
        json_t *providers = json_array();
        for (size_t j = 0; j < plan->count; j++)
            json_array_append_new(providers, item_json(&plan->items[j]));
        bool upgradable = has_next(plan) && strcmp(plan->contract, generation->contract) == 0;
        json_array_append_new(list,
                              json_pack("{s:s, s:b, s:o}", "contract", plan->contract, "upgradable",
                                        (int)upgradable, "providers", providers));
    }
    return list;
}
