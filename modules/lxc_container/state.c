#include "lxc_container/state.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/archive.h"
#include "lxc_container/snapshot.h"

void *ct_open(const json_t *params, struct am_context *context, struct error **err)
{
    struct ct *ct = xcalloc(1, sizeof(*ct));
    ct->context = context;
    ct->lock.fd = -1;
    ct->clone_lock.fd = -1;
    ct->capture.fd = -1;
    ct->capture.other = -1;
    if (ct_args_read(&ct->args, params, &context->warnings, err) < 0) {
        free(ct);
        return NULL;
    }
    return ct;
}

void ct_config_clear(struct ct_config *config)
{
    free(config->before);
    free(config->after);
    json_decref(config->changes);
    *config = (struct ct_config){0};
}

static void done_clear(struct ct_done *done)
{
    free(done->archive);
    free(done->systemd_state);
    free(done->template_output);
    json_decref(done->command);
}

void ct_close(void *state)
{
    struct ct *ct = state;
    if (!ct)
        return;
    if (ct->container)
        ct->lib.container_put(ct->container);
    capture_close(&ct->capture, &ct->lib);
    /* A lock file for each name that was ever asked about would pile up. */
    if (ct->class == CT_NOTHING)
        lock_remove(&ct->lock);
    lock_release(&ct->lock);
    lock_release(&ct->clone_lock);
    ct_config_clear(&ct->config);
    done_clear(&ct->done);
    free(ct->lxcpath);
    free(ct->directory);
    free(ct->config_path);
    free(ct->clone_path);
    ct_args_clear(&ct->args);
    free(ct);
}

bool ct_exists(const struct ct *ct)
{
    return ct->class == CT_DEFINED;
}

bool ct_remains(const struct ct *ct)
{
    if (ct->class == CT_LEFTOVER)
        return ct->args.goal == CT_ABSENT || ct->do_clear;
    return ct->class == CT_PARTIAL || ct->class == CT_BROKEN;
}

void ct_facts_for_plan(const struct ct *ct, struct plan_facts *facts)
{
    const struct ct_args *args = &ct->args;
    /* What is removed may be archived before, when it is there. */
    bool absent_is_not_wanted = args->goal != CT_ABSENT;
    *facts = (struct plan_facts){
        .goal = args->goal,
        .restart = args->restart,
        .exists = ct_exists(ct),
        .remains = ct_remains(ct),
        .run = ct->run,
        .config = ct->config.changed,
        .sources = ct->do_sources,
        .pending = ct->config.pending,
        .command = args->has_command && !ct->skip_command,
        .wait = args->wait.systemd || args->wait.network || args->wait.command,
        .snapshot = ct->do_snapshot,
        .snapshot_stopped = snapshot_needs_rest(&args->snapshot),
        .clone = ct->do_clone,
        .archive = args->archive.path && (absent_is_not_wanted || ct_exists(ct)),
        .archive_stopped = archive_is_block(ct),
    };
}

const char *ct_first_config(const struct ct *ct)
{
    if (ct->args.config_file)
        return ct->args.config_file;
    const char *standard = ct->lib.global_item("lxc.default_config");
    return standard && access(standard, R_OK) == 0 ? standard : NULL;
}

bool ct_reopen(struct ct *ct)
{
    if (ct->container)
        ct->lib.container_put(ct->container);
    ct->container = ct->lib.container_new(ct->args.name, ct->lxcpath);
    return ct->container != NULL;
}
