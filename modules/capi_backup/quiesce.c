#include "capi_backup/quiesce.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "fs/dir.h"

enum { POLL_MS = 200 };

void quiesce_init(struct quiesce *quiesce, struct cb *cb, const struct capi_kinds *kinds,
                  const char *run_id)
{
    *quiesce = (struct quiesce){.cb = cb, .lock = -1};
    capi_pause_init(&quiesce->pause, cb->client, kinds, cb->args.state_dir, run_id);
}

void quiesce_clear(struct quiesce *quiesce)
{
    capi_pause_clear(&quiesce->pause);
    strv_clear(&quiesce->resumed);
    if (quiesce->lock >= 0)
        close(quiesce->lock);
    quiesce->lock = -1;
}

/* ---- the lock */

/* A dry run only looks at it: it makes no file, and shares the lock with others that look. */
static bool only_looks(const struct quiesce *quiesce)
{
    return kube_client_is_dry_run(quiesce->pause.client);
}

static int open_lock(const struct quiesce *quiesce)
{
    auto_free char *path = xasprintf("%s/lock", quiesce->cb->args.state_dir);
    int flags = only_looks(quiesce) ? O_RDONLY : O_RDWR | O_CREAT;
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool take_lock(const struct quiesce *quiesce, int fd)
{
    return flock(fd, (only_looks(quiesce) ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0;
}

/* True when it was free and is ours now. */
static bool try_lock(struct quiesce *quiesce)
{
    /* Whether it is free was looked at before. */
    if (only_looks(quiesce))
        return true;
    auto_close int fd = open_lock(quiesce);
    if (fd < 0 || !take_lock(quiesce, fd))
        return false;
    quiesce->lock = steal_fd(&fd);
    return true;
}

static int await_lock(const struct quiesce *quiesce, int fd, struct error **err)
{
    const struct cb_args *args = &quiesce->cb->args;
    long long deadline = clock_deadline_ms(args->lock_timeout_ms);
    while (!take_lock(quiesce, fd)) {
        if (interrupt_check(err) < 0)
            return -1;
        if (clock_passed(deadline)) {
            error_make(err, ERROR_TIMEOUT,
                       "state_dir: %s/lock is held by another run that pauses clusters, for more "
                       "than lock_timeout: %lld s",
                       args->state_dir, args->lock_timeout_ms / 1000);
            return -1;
        }
        clock_sleep_ms(POLL_MS);
    }
    return 0;
}

int quiesce_lock(struct quiesce *quiesce, struct error **err)
{
    const char *directory = quiesce->cb->args.state_dir;
    if (!only_looks(quiesce) && dir_make(directory, 0750, err) < 0) {
        error_wrap(err, "state_dir");
        return -1;
    }
    auto_close int fd = open_lock(quiesce);
    if (fd < 0 && errno == ENOENT && only_looks(quiesce))
        return 0;
    if (fd < 0) {
        error_make_errno(err, errno, "state_dir: %s/lock", directory);
        return -1;
    }
    if (await_lock(quiesce, fd, err) < 0)
        return -1;
    if (!only_looks(quiesce))
        quiesce->lock = steal_fd(&fd);
    return 0;
}

/* ---- what a restore keeps paused */

static void note_kept(struct quiesce *quiesce)
{
    struct strv *kept = &quiesce->pause.kept;
    for (size_t i = 0; i < kept->count; i++)
        cb_note(quiesce->cb,
                "%s has the mark of a restore, which is to resume it: it stays as it is",
                kept->items[i]);
    strv_clear(kept);
}

/* ---- dead runs */

static int resume(struct quiesce *quiesce, const char *what, struct error **err)
{
    size_t before = quiesce->resumed.count;
    int result = capi_pause_resume(&quiesce->pause, &quiesce->resumed, err);
    for (size_t i = before; i < quiesce->resumed.count; i++)
        cb_note(quiesce->cb, "%s was %s and has been resumed", quiesce->resumed.items[i], what);
    note_kept(quiesce);
    return result;
}

#define LEFT_PAUSED "left paused by a run that died"

int quiesce_repair(struct quiesce *quiesce, struct error **err)
{
    if (access(quiesce->pause.journal, F_OK) < 0 || (quiesce->lock < 0 && !try_lock(quiesce)))
        return 0;
    /* It may have gone while the lock was waited for. */
    int loaded = capi_pause_load(&quiesce->pause, err);
    if (loaded <= 0)
        return loaded;
    return resume(quiesce, LEFT_PAUSED, err);
}

int quiesce_repair_graph(struct quiesce *quiesce, const struct capi_graph *graph,
                         struct error **err)
{
    size_t alive = 0;
    bool force = quiesce->cb->args.state == CB_RESUMED && quiesce->cb->args.force;
    /* Runs of this host are dead only when their lock is ours. */
    if (quiesce->lock < 0 && !try_lock(quiesce) && access(quiesce->pause.journal, F_OK) == 0)
        return 0;
    capi_pause_find(&quiesce->pause, graph, quiesce->cb->args.timeout_ms / 1000, force, &alive);
    if (alive)
        cb_note(quiesce->cb, "%zu objects are paused by another run, which may be alive", alive);
    return json_array_size(quiesce->pause.entries) ? resume(quiesce, LEFT_PAUSED, err) : 0;
}

/* ---- this run */

static void note_paused(struct cb *cb, const struct capi_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (!node->observed || !node->cluster || node->why == CAPI_WHY_NONE)
            continue;
        const char *what = NULL;
        if (node->cluster->paused || node->paused_annotation)
            what = "was paused before and stays so";
        else if (node->restoring)
            what = "has the mark of a restore and is not paused";
        if (what)
            cb_note(cb, "Cluster %s/%s %s", node->namespace_, node->name, what);
    }
}

static int pause_heads(struct quiesce *quiesce, struct export *heads, struct error **err)
{
    struct cb *cb = quiesce->cb;
    if (export_prepare(heads, err) < 0 || export_read_heads(heads, err) < 0)
        return -1;
    size_t before = quiesce->resumed.count;
    if (quiesce_repair_graph(quiesce, &heads->graph, err) < 0)
        return -1;
    if (quiesce->resumed.count > before) {
        for (size_t i = 0; i < heads->snapshot.count; i++)
            heads->snapshot.lists[i].changed = true;
        if (export_read_heads(heads, err) < 0)
            return -1;
    }
    note_paused(cb, &heads->graph);
    auto_strv struct strv warnings;
    strv_init(&warnings);
    int result =
        capi_pause_all(&quiesce->pause, &heads->graph, cb->args.pause_timeout_ms, &warnings, err);
    for (size_t i = 0; i < warnings.count; i++)
        cb_warn(cb, "%s", warnings.items[i]);
    return result;
}

int quiesce_begin(struct quiesce *quiesce, struct error **err)
{
    if (quiesce_lock(quiesce, err) < 0 || quiesce_repair(quiesce, err) < 0)
        return -1;
    struct export heads = {0};
    int result = export_init(&heads, quiesce->cb, err);
    /* Unready clusters are paused too: they belong to some that are saved. */
    heads.select.skip_unready = false;
    if (result == 0)
        result = pause_heads(quiesce, &heads, err);
    export_clear(&heads);
    return result;
}

int quiesce_end(struct quiesce *quiesce, struct error **err)
{
    if (!json_array_size(quiesce->pause.entries))
        return 0;
    auto_strv struct strv resumed;
    strv_init(&resumed);
    size_t count = json_array_size(quiesce->pause.entries);
    int result = capi_pause_resume(&quiesce->pause, &resumed, err);
    cb_note(quiesce->cb, "%zu of %zu Clusters and ClusterClasses were paused and resumed",
            resumed.count, count);
    note_kept(quiesce);
    return result;
}
