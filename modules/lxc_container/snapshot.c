#include "lxc_container/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "lxc_container/clone.h"
#include "lxc_container/copy.h"
#include "lxc_container/destroy.h"
#include "lxc_container/guard.h"

enum { LONGEST_COMMENT = 1 << 16 };

/* ---- listing */

static void each(const struct ct *ct, void (*see)(const struct lxc_snapshot *, void *), void *data)
{
    auto_free char *folder = xasprintf("%s/snaps", ct->directory);
    auto_free char *old_folder = xasprintf("%ssnaps/%s", ct->lxcpath, ct->args.name);
    if (!ct->container || (access(folder, F_OK) < 0 && access(old_folder, F_OK) < 0))
        return;
    struct lxc_snapshot *all = NULL;
    int count = ct->container->snapshot_list(ct->container, &all);
    for (int i = 0; i < count; i++) {
        see(&all[i], data);
        all[i].free(&all[i]);
    }
    if (count > 0)
        free(all);
}

static void see_name(const struct lxc_snapshot *snapshot, void *data)
{
    strv_add(data, snapshot->name);
}

void snapshot_names(const struct ct *ct, struct strv *names)
{
    each(ct, see_name, names);
}

static void see_all(const struct lxc_snapshot *snapshot, void *data)
{
    auto_buf struct buf comment;
    buf_init(&comment);
    const char *path = snapshot->comment_pathname;
    if (path && access(path, R_OK) == 0 && file_read(path, LONGEST_COMMENT, &comment, NULL) < 0)
        buf_add_str(&comment, "");
    auto_free char *text = str_trim(str_to_utf8(buf_str(&comment), comment.size));
    const char *when = snapshot->timestamp ? snapshot->timestamp : "";
    json_array_append_new(data, json_pack("{ss, ss, ss}", "name", snapshot->name, "timestamp", when,
                                          "comment", text));
}

json_t *snapshot_list(const struct ct *ct)
{
    json_t *list = json_array();
    each(ct, see_all, list);
    return list;
}

/* ---- deciding */

/* liblxc takes the first free number. */
static char *next_name(const struct ct *ct)
{
    for (int i = 0;; i++) {
        auto_free char *path = xasprintf("%s/snaps/snap%d", ct->directory, i);
        if (access(path, F_OK) < 0)
            return xasprintf("snap%d", i);
    }
}

/* NAME, whose configuration file is PATH. What restoring replaces would be gone before liblxc finds
 * that out. */
static int check_whole(const char *name, const char *path, const char *remedy, struct error **err)
{
    bool whole = true;
    if (access(path, F_OK) == 0 && copy_is_whole(path, &whole, err) < 0)
        return -1;
    if (whole)
        return 0;
    error_make(err, ERROR_USAGE,
               "snapshot: %s is no whole copy, because making it was cut off (%s has no "
               "lxc.rootfs.path): remove it with %s",
               name, path, remedy);
    return -1;
}

static int check_snapshot(const struct ct *ct, struct error **err)
{
    const char *name = ct->args.snapshot.name;
    auto_free char *path = xasprintf("%s/snaps/%s/config", ct->directory, name);
    auto_free char *full = xasprintf("%s of %s", name, ct->args.name);
    return check_whole(full, path, "state: absent in snapshot", err);
}

static int observe_present(struct ct *ct, bool there, struct error **err)
{
    const char *name = ct->args.snapshot.name;
    ct->do_snapshot = !there;
    if (there)
        return check_snapshot(ct, err);
    auto_free char *next = next_name(ct);
    if (name && !str_equal(name, next)) {
        error_make(err, ERROR_USAGE,
                   "snapshot: liblxc numbers snapshots itself; the next one of %s is %s, not %s",
                   ct->args.name, next, name);
        return -1;
    }
    return clone_check_rsync(ct, err);
}

static int observe_restored(struct ct *ct, bool there, struct error **err)
{
    const struct ct_snapshot *snapshot = &ct->args.snapshot;
    if (snapshot->new_name) {
        auto_free char *path = xasprintf("%s/%s/config", ct->lxcpath, snapshot->new_name);
        if (access(path, F_OK) == 0)
            return check_whole(snapshot->new_name, path, "state: absent", err);
    }
    ct->do_snapshot = true;
    if (there)
        return check_snapshot(ct, err) < 0 ? -1 : clone_check_rsync(ct, err);
    error_make(err, ERROR_NOT_FOUND, "snapshot: %s has no snapshot %s", ct->args.name,
               snapshot->name);
    return -1;
}

int snapshot_observe(struct ct *ct, struct error **err)
{
    const struct ct_snapshot *snapshot = &ct->args.snapshot;
    if (!snapshot->wanted || ct->args.goal == CT_ABSENT)
        return 0;
    auto_strv struct strv names;
    strv_init(&names);
    snapshot_names(ct, &names);
    bool there = snapshot->name && strv_contains(&names, snapshot->name);
    switch (snapshot->goal) {
    case CT_SNAPSHOT_PRESENT:
        return observe_present(ct, there, err);
    case CT_SNAPSHOT_RESTORED:
        return observe_restored(ct, there, err);
    case CT_SNAPSHOT_ABSENT:
        ct->do_snapshot = there;
        break;
    }
    return 0;
}

bool snapshot_replaces(const struct ct_args *args)
{
    const struct ct_snapshot *snapshot = &args->snapshot;
    return snapshot->wanted && snapshot->goal == CT_SNAPSHOT_RESTORED && !snapshot->new_name;
}

bool snapshot_needs_rest(const struct ct_snapshot *snapshot)
{
    return snapshot->goal == CT_SNAPSHOT_PRESENT ||
           (snapshot->goal == CT_SNAPSHOT_RESTORED && !snapshot->new_name);
}

/* ---- in the child */

static bool make(struct ct *ct, const void *payload)
{
    const char *comment = payload;
    char name[32];
    if (!comment)
        return ct->container->snapshot(ct->container, NULL) >= 0;
    int fd = memfd_create("comment", 0);
    if (fd < 0 || write(fd, comment, strlen(comment)) < 0)
        return false;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    return ct->container->snapshot(ct->container, name) >= 0;
}

static bool destroy(struct ct *ct, const void *payload)
{
    return ct->container->snapshot_destroy(ct->container, payload);
}

static bool restore(struct ct *ct, const void *payload)
{
    const char *name = ct->args.snapshot.new_name;
    return ct->container->snapshot_restore(ct->container, payload, name ? name : ct->args.name);
}

/* ---- in the module */

/* Where a copy is made, owned; NULL: nowhere, or in a folder that is not its own. */
static char *folder_of_copy(const struct ct *ct)
{
    const struct ct_snapshot *snapshot = &ct->args.snapshot;
    auto_free char *next = next_name(ct);
    auto_free char *folder =
        snapshot->goal == CT_SNAPSHOT_PRESENT ? xasprintf("%s/snaps/%s", ct->directory, next)
        : snapshot->new_name                  ? xasprintf("%s/%s", ct->lxcpath, snapshot->new_name)
                                              : NULL;
    return folder && access(folder, F_OK) < 0 ? steal_ptr(folder) : NULL;
}

int snapshot_run(struct ct *ct, struct error **err)
{
    static const struct {
        const char *what;
        bool (*work)(struct ct *, const void *);
    } rows[] = {[CT_SNAPSHOT_PRESENT] = {"make a snapshot of", make},
                [CT_SNAPSHOT_ABSENT] = {"remove a snapshot of", destroy},
                [CT_SNAPSHOT_RESTORED] = {"restore a snapshot of", restore}};
    const struct ct_snapshot *snapshot = &ct->args.snapshot;
    if (snapshot_replaces(&ct->args) && destroy_check_mounts(ct, err) < 0)
        return -1;
    auto_free char *what = xasprintf("%s %s", rows[snapshot->goal].what, ct->args.name);
    const struct guard guard = {
        .work = rows[snapshot->goal].work,
        .payload = snapshot->goal == CT_SNAPSHOT_PRESENT ? snapshot->comment : snapshot->name,
    };
    auto_free char *folder = folder_of_copy(ct);
    if (guard_run(ct, &guard, what, err) < 0) {
        if (folder)
            copy_clean_up(folder);
        return -1;
    }
    ct->done.changed = true;
    off_t mark = capture_mark(&ct->capture);
    if (ct_reopen(ct))
        return 0;
    capture_fail(&ct->capture, mark, err, "the restored container %s cannot be opened",
                 ct->args.name);
    return -1;
}
