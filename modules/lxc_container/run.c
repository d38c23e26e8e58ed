#include "lxc_container/run.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/guard.h"
#include "lxc_container/monitor.h"

enum { SHORT_MS = 60000, GRACE_MS = 5000 };

/* ---- in the child */

/* Its own log, when it has one and the task names none: ours would take its place for as long as
 * it runs. */
static char *own_log(const struct ct *ct)
{
    char *file = ct->args.log_file ? NULL : lib_item(ct->container, "lxc.log.file");
    if (!str_empty(file))
        return file;
    free(file);
    return NULL;
}

static bool start(struct ct *ct, const void *payload)
{
    (void)payload;
    auto_free char *file = own_log(ct);
    auto_free char *level = lib_item(ct->container, "lxc.log.level");
    const struct capture_options log = {.name = ct->args.name,
                                        .lxcpath = ct->lxcpath,
                                        .file = file,
                                        .level = str_empty(level) ? "ERROR" : level};
    if (file)
        capture_divert(&ct->lib, &log);
    return ct->container->start(ct->container, 0, NULL);
}

static bool kill_it(struct ct *ct, const void *payload)
{
    (void)payload;
    return ct->container->stop(ct->container);
}

static bool shut_down(struct ct *ct, const void *payload)
{
    (void)payload;
    /* A wait may end early; waiting on alone would keep the pipes of a killed task open. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return ct->container->shutdown(ct->container, (int)(ct->args.stop_timeout_ms / 1000));
}

static bool freeze(struct ct *ct, const void *payload)
{
    (void)payload;
    return ct->container->freeze(ct->container);
}

static bool thaw(struct ct *ct, const void *payload)
{
    (void)payload;
    return ct->container->unfreeze(ct->container);
}

/* ---- in the module */

static int change(struct ct *ct, bool (*work)(struct ct *, const void *), long long timeout_ms,
                  const char *verb, struct error **err)
{
    auto_free char *what = xasprintf("%s the container %s", verb, ct->args.name);
    const struct guard guard = {.work = work, .timeout_ms = timeout_ms};
    if (guard_run(ct, &guard, what, err) < 0)
        return -1;
    ct->done.changed = true;
    return 0;
}

static bool is(const struct ct *ct, enum ct_run wanted)
{
    enum ct_run run = CT_RUNS;
    const char *word = ct->container->state(ct->container);
    return word && states_read(word, &run) && run == wanted;
}

int run_start(struct ct *ct, struct error **err)
{
    auto_free char *rootfs = lib_item(ct->container, "lxc.rootfs.path");
    if (str_empty(rootfs)) {
        error_make(err, ERROR_USAGE,
                   "the container %s has no lxc.rootfs.path and would run on the root file system "
                   "of the host: it is not started",
                   ct->args.name);
        return -1;
    }
    /* 0 would mean no limit to the guard. */
    long long timeout = ct->args.start_timeout_ms ? ct->args.start_timeout_ms : 1;
    auto_free char *log = own_log(ct);
    capture_also(&ct->capture, log);
    auto_error struct error *failure = NULL;
    if (change(ct, start, timeout, "start", &failure) < 0) {
        if (failure->kind != ERROR_IO)
            monitor_kill(ct->lxcpath, ct->args.name);
        error_move_take(err, steal_ptr(failure));
        return -1;
    }
    ct->done.started = true;
    ct->run = CT_RUN_RUNNING;
    return 0;
}

int run_kill(struct ct *ct, struct error **err)
{
    if (change(ct, kill_it, SHORT_MS, "kill", err) < 0)
        return -1;
    ct->done.stopped = true;
    ct->run = CT_RUN_STOPPED;
    return 0;
}

int run_stop(struct ct *ct, struct error **err)
{
    if (ct->args.stop_timeout_ms == 0)
        return run_kill(ct, err);
    auto_error struct error *late = NULL;
    /* liblxc may wait twice as long as it is told. */
    long long timeout = 2 * ct->args.stop_timeout_ms + GRACE_MS;
    int result = change(ct, shut_down, timeout, "shut down", &late);
    if (result < 0 && late->kind == ERROR_INTERRUPTED) {
        error_move_take(err, steal_ptr(late));
        return -1;
    }
    if (result < 0 && !is(ct, CT_RUN_STOPPED)) {
        if (ct->args.force_stop)
            return run_kill(ct, err);
        error_make(err, ERROR_TIMEOUT,
                   "the container %s did not shut down within %lld s and still runs; "
                   "force_stop: true kills it",
                   ct->args.name, ct->args.stop_timeout_ms / 1000);
        return -1;
    }
    ct->done.changed = true;
    ct->done.stopped = true;
    ct->run = CT_RUN_STOPPED;
    return 0;
}

int run_freeze(struct ct *ct, struct error **err)
{
    if (change(ct, freeze, SHORT_MS, "freeze", err) < 0)
        return -1;
    ct->run = CT_RUN_FROZEN;
    return 0;
}

int run_thaw(struct ct *ct, struct error **err)
{
    if (change(ct, thaw, SHORT_MS, "thaw", err) < 0)
        return -1;
    ct->run = CT_RUN_RUNNING;
    return 0;
}
