#include "lxc_container/states.h"

#include "base/compiler.h"
#include "base/str.h"

static const enum ct_verb paths[CT_RUNS][CT_RUNS][3] = {
    [CT_RUN_STOPPED] = {[CT_RUN_STOPPED] = {CT_END},
                        [CT_RUN_RUNNING] = {CT_DO_START},
                        [CT_RUN_FROZEN] = {CT_DO_START, CT_DO_FREEZE}},
    [CT_RUN_RUNNING] = {[CT_RUN_STOPPED] = {CT_DO_STOP},
                        [CT_RUN_RUNNING] = {CT_END},
                        [CT_RUN_FROZEN] = {CT_DO_FREEZE}},
    /* A frozen init does not see the signal to shut down. */
    [CT_RUN_FROZEN] = {[CT_RUN_STOPPED] = {CT_DO_THAW, CT_DO_STOP},
                       [CT_RUN_RUNNING] = {CT_DO_THAW},
                       [CT_RUN_FROZEN] = {CT_END}},
};

static const char *const names[CT_RUNS] = {"stopped", "running", "frozen"};

const enum ct_verb *states_path(enum ct_run from, enum ct_run to)
{
    return paths[from][to];
}

bool states_read(const char *word, enum ct_run *run)
{
    for (int i = 0; i < CT_RUNS; i++) {
        if (!str_equal_nocase(word, names[i]))
            continue;
        *run = (enum ct_run)i;
        return true;
    }
    return false;
}

const char *states_name(enum ct_run run)
{
    return names[run];
}
