/* What a failed task had done, and what its next run will do: see clusterctl_init/result.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "clusterctl_init/result.h"

static size_t written(const struct capi_puts *puts, size_t group, bool any_group)
{
    size_t count = 0;
    for (size_t i = 0; i < puts->count; i++)
        if ((any_group || puts->items[i].group == group) &&
            (puts->items[i].action == CAPI_CREATED || puts->items[i].action == CAPI_PATCHED))
            count++;
    return count;
}

/* Objects written for ITEM, which is the POSITION-th of those that are installed. */
static size_t written_for(const struct cc *cc, const struct cc_item *item, size_t position)
{
    if (item->verb == CC_INSTALL)
        return written(&cc->install.objects, position, false);
    return written(&item->replacement.objects, 0, true);
}

static void tell_item(const struct cc *cc, const struct cc_item *item, size_t position,
                      json_t *list)
{
    size_t count = written_for(cc, item, position);
    if (item->done && item->verb == CC_DELETE)
        json_array_append_new(list, json_sprintf("%s: %s is deleted", item->label, item->previous));
    else if (item->done && item->verb != CC_LEAVE)
        json_array_append_new(list, json_sprintf("%s: %s is installed and recorded", item->label,
                                                 item->entry.version));
    else if (count)
        json_array_append_new(
            list, json_sprintf("%s: %zu objects of %s are written, it is not recorded as installed",
                               item->label, count, item->entry.version));
    else if (item->begun && (item->verb == CC_UPGRADE || item->verb == CC_REINSTALL))
        json_array_append_new(list, json_sprintf("%s: the controllers of %s are scaled down",
                                                 item->label, item->previous));
}

static json_t *done_of(const struct cc *cc)
{
    json_t *list = json_array();
    if (cc->defined)
        json_array_append_new(list, json_string("the definition of the inventory is created"));
    if (cc->cert_manager.done)
        json_array_append_new(
            list, json_sprintf("cert-manager %s is installed", cc->cert_manager.settings.version));
    if (written(&cc->extra.puts, 0, true))
        json_array_append_new(list, json_sprintf("%zu objects of extra_manifests are written",
                                                 written(&cc->extra.puts, 0, true)));
    if (json_array_size(cc->deleted))
        json_array_append_new(
            list, json_sprintf("%zu objects are deleted", json_array_size(cc->deleted)));
    size_t position = 0;
    for (size_t i = 0; i < cc->count; i++) {
        tell_item(cc, &cc->items[i], position, list);
        position += cc->items[i].verb == CC_INSTALL;
    }
    return list;
}

/* ---- the next run */

/* clusterctl adds kubeadm only while there is no core provider. */
static bool is_forgotten(const struct cc *cc, const struct cc_item *item)
{
    bool core_recorded = false;
    for (size_t i = 0; i < cc->count; i++)
        core_recorded =
            core_recorded || (cc->items[i].entry.type == CAPI_CORE && cc->items[i].done);
    return item->verb == CC_INSTALL && !item->done && core_recorded &&
           item->entry.type < CAPI_OTHER && !cc->args.refs[item->entry.type].count;
}

static void plan_item(const struct cc *cc, const struct cc_item *item, struct strv *parts)
{
    const char *version = item->entry.version;
    if (item->done)
        strv_printf(parts, "leaves %s alone", item->label);
    else if (is_forgotten(cc, item))
        strv_printf(parts,
                    "does not add %s, because a core provider is recorded now: name it in %s",
                    item->label, capi_type_row(item->entry.type)->option);
    else if (item->verb == CC_INSTALL)
        strv_printf(parts, "installs %s %s", item->label, version);
    else if (item->verb == CC_UPGRADE)
        strv_printf(parts, "upgrades %s from %s to %s", item->label, item->previous, version);
    else if (item->verb == CC_REINSTALL)
        strv_printf(parts, "installs %s %s anew", item->label, version);
    else if (item->verb == CC_DELETE)
        strv_printf(parts, "deletes %s", item->label);
}

void cc_story(const struct cc *cc, json_t *result)
{
    json_t *done = done_of(cc);
    json_object_set_new(result, "done", done);
    if (!json_array_size(done))
        return;
    auto_strv struct strv parts;
    strv_init(&parts);
    for (size_t i = 0; i < cc->count; i++)
        plan_item(cc, &cc->items[i], &parts);
    auto_free char *text = strv_join(&parts, ", ");
    if (parts.count)
        json_object_set_new(result, "next_run", json_sprintf("The next run %s.", text));
}
