#include "lxc_container/apply.h"

#include "base/mem.h"
#include "fs/dir.h"
#include "lxc_container/archive.h"
#include "lxc_container/clone.h"
#include "lxc_container/command.h"
#include "lxc_container/create.h"
#include "lxc_container/destroy.h"
#include "lxc_container/edit.h"
#include "lxc_container/run.h"
#include "lxc_container/snapshot.h"
#include "lxc_container/wait.h"

static int make_sources(struct ct *ct, struct error **err)
{
    for (size_t i = 0; i < ct->args.sources.count; i++)
        if (dir_make(ct->args.sources.items[i], 0755, err) < 0)
            return -1;
    ct->done.changed = true;
    return 0;
}

static int write_config(struct ct *ct, struct error **err)
{
    if (edit_write(ct, err) < 0)
        return -1;
    ct->done.changed = true;
    ct->done.config = true;
    off_t mark = capture_mark(&ct->capture);
    if (ct_reopen(ct))
        return 0;
    capture_fail(&ct->capture, mark, err, "liblxc cannot read %s any more", ct->config_path);
    return -1;
}

static int wait_until_ready(struct ct *ct, struct error **err)
{
    return wait_run(ct, err);
}

/* What was planned for a new container looked at the file that it starts from, not at what the
 * template makes of it. */
static int create(struct ct *ct, struct error **err)
{
    if (create_run(ct, err) < 0)
        return -1;
    if (ct->config.changed && !plan_has(&ct->plan, CT_DO_CONFIG))
        return write_config(ct, err);
    return 0;
}

static int write_changed_config(struct ct *ct, struct error **err)
{
    return ct->config.changed ? write_config(ct, err) : 0;
}

typedef int step_function(struct ct *ct, struct error **err);

static step_function *const steps[CT_VERBS] = {
    [CT_DO_FORCE_REMOVE] = create_make_room,
    [CT_DO_CREATE] = create,
    [CT_DO_SOURCES] = make_sources,
    [CT_DO_CONFIG] = write_changed_config,
    [CT_DO_START] = run_start,
    [CT_DO_STOP] = run_stop,
    [CT_DO_FREEZE] = run_freeze,
    [CT_DO_THAW] = run_thaw,
    [CT_DO_WAIT] = wait_until_ready,
    [CT_DO_COMMAND] = command_run,
    [CT_DO_SNAPSHOT] = snapshot_run,
    [CT_DO_CLONE] = clone_run,
    [CT_DO_ARCHIVE] = archive_run,
    [CT_DO_DESTROY] = destroy_run,
};

/* After these the container is not where it was: the way back is gone also when they fail. */
static bool leads_away(enum ct_verb verb)
{
    return verb == CT_DO_COMMAND || verb == CT_DO_SNAPSHOT || verb == CT_DO_CLONE ||
           verb == CT_DO_ARCHIVE;
}

/* A container that goes at the end stays when its copy could not be made: back to what it was. */
static void go_back(struct ct *ct)
{
    enum ct_run to = ct->plan.gone ? ct->run_before : ct->plan.final;
    ct->returning = true;
    for (const enum ct_verb *verb = states_path(ct->run, to); *verb != CT_END; verb++)
        if (steps[*verb](ct, NULL) < 0)
            return;
}

int ct_apply(void *state, struct error **err)
{
    struct ct *ct = state;
    for (size_t i = 0; i < ct->plan.count; i++) {
        enum ct_verb verb = ct->plan.steps[i];
        if (steps[verb](ct, err) == 0)
            continue;
        if (leads_away(verb))
            go_back(ct);
        return -1;
    }
    return 0;
}

int ct_predict(void *state, struct error **err)
{
    (void)err;
    struct ct *ct = state;
    const struct plan *plan = &ct->plan;
    struct ct_done *done = &ct->done;
    done->changed = plan_changes(plan);
    done->created = plan_has(plan, CT_DO_CREATE);
    done->started = plan_has(plan, CT_DO_START);
    done->stopped = plan_has(plan, CT_DO_STOP);
    done->config = plan_has(plan, CT_DO_CONFIG);
    done->cloned = plan_has(plan, CT_DO_CLONE);
    done->destroyed = plan_has(plan, CT_DO_DESTROY);
    ct->run = plan->final;
    return 0;
}
