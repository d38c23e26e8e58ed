#include "lxc_container/result.h"

#include "ansible/am_diff.h"
#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/facts.h"

/* ---- what was done */

static bool is_restart(const struct ct *ct)
{
    return ct->plan.restarts && ct->done.started && ct->done.stopped;
}

/* A failure before the restart leaves the running container as it was. */
static bool requires_restart(const struct ct *ct)
{
    if (!plan_has(&ct->plan, CT_DO_START))
        return ct->plan.restart_required;
    return ct->config.pending && !ct->done.started && ct->run != CT_RUN_STOPPED;
}

static void add_done(const struct ct *ct, json_t *facts)
{
    const struct ct_done *done = &ct->done;
    const struct {
        const char *key;
        bool value;
    } flags[] = {
        {"created", done->created},       {"started", done->started},
        {"stopped", done->stopped},       {"restarted", is_restart(ct)},
        {"config_changed", done->config}, {"restart_required", requires_restart(ct)},
    };
    for (size_t i = 0; i < array_length(flags); i++)
        json_object_set_new(facts, flags[i].key, json_boolean(flags[i].value));
    json_t *changes = done->config ? json_incref(ct->config.changes) : json_array();
    json_object_set_new(facts, "config_changes", changes);
    if (done->clone_known)
        json_object_set_new(facts, "cloned", json_boolean(done->cloned));
    if (done->archive)
        json_object_set_new(facts, "archive", json_string(done->archive));
    if (done->systemd_state)
        json_object_set_new(facts, "systemd_state", json_string(done->systemd_state));
}

static json_t *container_of(struct ct *ct)
{
    json_t *facts = json_object();
    json_object_set_new(facts, "name", json_string(ct->args.name));
    json_object_set_new(facts, "lxc_path", json_string(ct->lxcpath));
    json_object_set_new(facts, "config_file", json_string(ct->config_path));
    facts_add(ct, facts);
    add_done(ct, facts);
    return facts;
}

/* ---- diff */

static const char *state_before(const struct ct *ct)
{
    if (ct->done.created || (!ct_exists(ct) && !ct->done.destroyed))
        return "absent";
    return states_name(ct->run_before);
}

static const char *state_after(const struct ct *ct)
{
    if (ct->done.destroyed || (!ct_exists(ct) && !ct->done.created))
        return "absent";
    return states_name(ct->run);
}

static void add_diff(const struct ct *ct, json_t *result)
{
    json_t *diffs = json_array();
    if (ct->done.config && ct->config.before)
        json_array_append_new(diffs,
                              am_diff_new(ct->done.created ? NULL : ct->config.before,
                                          ct->config.after, ct->config_path, ct->config_path));
    const char *before = state_before(ct);
    const char *after = state_after(ct);
    if (!str_equal(before, after)) {
        auto_free char *was = xasprintf("state: %s\n", before);
        auto_free char *is = xasprintf("state: %s\n", after);
        json_array_append_new(diffs, am_diff_new(was, is, ct->args.name, ct->args.name));
    }
    json_object_set_new(result, "diff", diffs);
}

/* ---- all of it */

void ct_result(void *state, const struct error *failure, json_t *result)
{
    struct ct *ct = state;
    json_object_set_new(result, "changed", json_boolean(ct->done.changed));
    if (ct->lib.version)
        json_object_set_new(result, "lxc_version", json_string(ct->lib.version()));
    if (ct->done.command)
        json_object_set(result, "command", ct->done.command);
    if (ct->done.template_output && failure)
        json_object_set_new(result, "template_output", json_string(ct->done.template_output));
    if (!ct->looked)
        return;
    json_object_set_new(result, "lxc_container", container_of(ct));
    if (ct->context->diff && !ct->context->no_log)
        add_diff(ct, result);
}
