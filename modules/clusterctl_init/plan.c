#include "clusterctl_init/plan.h"

#include "base/str.h"
#include "json/js_get.h"

static bool is_label_of_task(const struct cc *cc, const char *label)
{
    for (size_t i = 0; i < cc->count; i++)
        if (str_equal(cc->items[i].label, label))
            return true;
    return false;
}

/* An override for a provider that the task does not name would be passed over silently. */
static void warn_of_overrides(struct cc *cc)
{
    size_t index = 0;
    json_t *override = NULL;
    json_array_foreach (js_iterable(cc->args.deployment_overrides), index, override) {
        size_t at = 0;
        json_t *label = NULL;
        json_array_foreach (json_object_get(override, "providers"), at, label)
            if (!is_label_of_task(cc, json_string_value(label)))
                strv_printf(&cc->context->warnings,
                            "deployment_overrides, entry %zu: the task does not name a provider %s",
                            index + 1, json_string_value(label));
    }
}

int cc_plan(void *state, struct error **err)
{
    struct cc *cc = state;
    (void)err;
    if (!cc->refusal)
        warn_of_overrides(cc);
    return 0;
}
