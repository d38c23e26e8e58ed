#include "lxc_container/plan.h"

#include "lxc_container/state.h"

static void add(struct plan *plan, enum ct_verb verb)
{
    if (plan->count < PLAN_MOST)
        plan->steps[plan->count++] = verb;
}

static void go(struct plan *plan, enum ct_run *now, enum ct_run to)
{
    for (const enum ct_verb *verb = states_path(*now, to); *verb != CT_END; verb++)
        add(plan, *verb);
    *now = to;
}

static enum ct_run final_of(const struct plan_facts *facts, enum ct_run now)
{
    switch (facts->goal) {
    case CT_STARTED:
    case CT_RESTARTED:
        return CT_RUN_RUNNING;
    case CT_FROZEN:
        return CT_RUN_FROZEN;
    case CT_STOPPED:
    case CT_ABSENT:
        return CT_RUN_STOPPED;
    case CT_CLONE:
    case CT_PRESENT:
    case CT_GOALS:
        break;
    }
    return now;
}

static bool restarts(const struct plan_facts *facts, enum ct_run now, enum ct_run final)
{
    if (now == CT_RUN_STOPPED || final == CT_RUN_STOPPED)
        return false;
    if (facts->goal == CT_RESTARTED)
        return true;
    if (facts->goal != CT_STARTED && facts->goal != CT_FROZEN)
        return false;
    return facts->restart == CT_RESTART_ALWAYS ||
           (facts->restart == CT_RESTART_IF_NEEDED && facts->pending);
}

/* The state in which copies are made: snapshots and clones want it stopped, an archive at rest. */
static enum ct_run rest_of(const struct plan_facts *facts, enum ct_run final)
{
    if ((facts->snapshot && facts->snapshot_stopped) || facts->clone ||
        (facts->archive && facts->archive_stopped))
        return CT_RUN_STOPPED;
    return facts->archive && final == CT_RUN_RUNNING ? CT_RUN_FROZEN : final;
}

static void plan_copies(struct plan *plan, const struct plan_facts *facts, enum ct_run *now)
{
    go(plan, now, rest_of(facts, plan->final));
    if (facts->snapshot)
        add(plan, CT_DO_SNAPSHOT);
    if (facts->clone)
        add(plan, CT_DO_CLONE);
    if (facts->archive)
        add(plan, CT_DO_ARCHIVE);
}

static void plan_run(struct plan *plan, const struct plan_facts *facts, enum ct_run *now)
{
    plan->restarts = restarts(facts, *now, plan->final);
    if (plan->restarts)
        go(plan, now, CT_RUN_STOPPED);
    bool stays = plan->final == CT_RUN_RUNNING && rest_of(facts, plan->final) != CT_RUN_STOPPED;
    bool waits = facts->wait && (facts->command || stays);
    if (facts->command || waits)
        go(plan, now, CT_RUN_RUNNING);
    if (waits)
        add(plan, CT_DO_WAIT);
    if (facts->command)
        add(plan, CT_DO_COMMAND);
}

/* What was waited for does not hold after another start. */
static bool has_waited(const struct plan *plan)
{
    for (size_t i = plan->count; i-- > 0;)
        if (plan->steps[i] == CT_DO_WAIT || plan->steps[i] == CT_DO_START)
            return plan->steps[i] == CT_DO_WAIT;
    return false;
}

static void plan_end(struct plan *plan, const struct plan_facts *facts, enum ct_run *now)
{
    go(plan, now, plan->final);
    if (facts->wait && plan->final == CT_RUN_RUNNING && !has_waited(plan))
        add(plan, CT_DO_WAIT);
}

void plan_make(const struct plan_facts *facts, struct plan *plan)
{
    *plan = (struct plan){.gone = facts->goal == CT_ABSENT};
    enum ct_run now = facts->exists ? facts->run : CT_RUN_STOPPED;
    plan->final = final_of(facts, now);
    if (facts->remains)
        add(plan, CT_DO_FORCE_REMOVE);
    if (plan->gone && !facts->exists)
        return;
    if (!facts->exists)
        add(plan, CT_DO_CREATE);
    if (facts->sources && !plan->gone)
        add(plan, CT_DO_SOURCES);
    if (facts->config && !plan->gone)
        add(plan, CT_DO_CONFIG);
    bool ran = now != CT_RUN_STOPPED;
    plan_run(plan, facts, &now);
    plan_copies(plan, facts, &now);
    if (plan->gone)
        add(plan, CT_DO_DESTROY);
    else
        plan_end(plan, facts, &now);
    plan->restart_required =
        facts->pending && ran && plan->final != CT_RUN_STOPPED && !plan_has(plan, CT_DO_START);
}

bool plan_has(const struct plan *plan, enum ct_verb verb)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i] == verb)
            return true;
    return false;
}

bool plan_changes(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i] != CT_DO_WAIT)
            return true;
    return false;
}

int ct_plan(void *state, struct error **err)
{
    (void)err;
    struct ct *ct = state;
    struct plan_facts facts;
    ct_facts_for_plan(ct, &facts);
    plan_make(&facts, &ct->plan);
    return 0;
}
