#include "lxc_container/destroy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "lxc_container/facts.h"
#include "lxc_container/guard.h"
#include "lxc_container/mounts.h"
#include "lxc_container/run.h"
#include "lxc_container/snapshot.h"

enum { LIMIT = 16 << 20 };

/* ---- as liblxc does it */

static bool destroy(struct ct *ct, const void *payload)
{
    (void)payload;
    return ct->container->destroy(ct->container);
}

static bool destroy_all(struct ct *ct, const void *payload)
{
    (void)payload;
    return ct->container->destroy_with_snapshots(ct->container);
}

/* Clones that are overlays of this container: the lines lxcpath, name, lxcpath, name … */
static int check_clones(const struct ct *ct, struct error **err)
{
    auto_free char *path = xasprintf("%s/lxc_snapshots", ct->directory);
    auto_buf struct buf bytes;
    buf_init(&bytes);
    if (access(path, F_OK) < 0)
        return 0;
    if (file_read(path, LIMIT, &bytes, err) < 0)
        return -1;
    auto_strv struct strv lines;
    auto_strv struct strv names;
    strv_init(&lines);
    strv_init(&names);
    strv_split(&lines, buf_str(&bytes), '\n');
    for (size_t i = 1; i < lines.count; i += 2)
        if (*lines.items[i])
            strv_printf(&names, "%s/%s", lines.items[i - 1], lines.items[i]);
    if (!names.count)
        return 0;
    auto_free char *all = strv_join(&names, ", ");
    error_make(err, ERROR_USAGE, "%s cannot be removed, because clones share its files: %s",
               ct->args.name, all);
    return -1;
}

static int check_snapshots(const struct ct *ct, bool *any, struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    snapshot_names(ct, &names);
    *any = names.count > 0;
    if (!names.count || ct->args.destroy_snapshots)
        return 0;
    auto_free char *all = strv_join(&names, ", ");
    error_make(err, ERROR_USAGE,
               "%s cannot be removed, because it has snapshots (%s): destroy_snapshots: true "
               "removes them too",
               ct->args.name, all);
    return -1;
}

/* liblxc empties on its way what is mounted there, of the same disk, and is held up by the rest
 * when half is gone. A data set of zfs is what is removed. */
int destroy_check_mounts(const struct ct *ct, struct error **err)
{
    auto_free char *managed = lib_item(ct->container, "lxc.rootfs.managed");
    auto_free char *rootfs = facts_managed_rootfs(ct);
    auto_free char *store = facts_store(ct);
    const char *but = str_equal(store, "zfs") ? store : NULL;
    auto_strv struct strv places;
    strv_init(&places);
    if (str_equal(managed, "0"))
        return 0;
    if (mounts_in(ct->directory, but, &places, err) < 0 ||
        (rootfs && mounts_in(rootfs, but, &places, err) < 0))
        return -1;
    if (!places.count)
        return 0;
    error_make(
        err, ERROR_USAGE,
        "%s cannot be %s, because what is mounted on %s would be deleted with it: unmount it "
        "first",
        ct->args.name, ct->args.goal == CT_ABSENT ? "removed" : "restored", places.items[0]);
    return -1;
}

/* What hooks of the start have mounted may go when those of the end have run. */
static bool has_end_hooks(const struct ct *ct)
{
    static const char *const keys[] = {"lxc.hook.stop", "lxc.hook.post-stop"};
    for (size_t i = 0; i < array_length(keys) && ct->run != CT_RUN_STOPPED; i++) {
        auto_free char *hooks = lib_running_item(ct->container, keys[i]);
        if (!str_empty(hooks))
            return true;
    }
    return false;
}

/* Adds what is mounted below FOLDER, not what is mounted on it. */
static int find_below(const char *folder, struct strv *places, struct error **err)
{
    auto_free char *real = realpath(folder, NULL);
    auto_strv struct strv found;
    strv_init(&found);
    if (mounts_in(folder, NULL, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++)
        if (!str_equal(found.items[i], real))
            strv_add(places, found.items[i]);
    return 0;
}

/* A disk that waits for the container: unmounted it would keep half of one, and the next creation
 * would fill the folder beneath. */
static int check_no_mount_below(const struct ct *ct, struct error **err)
{
    const char *filled = ct->half_made ? ct->args.store.directory : NULL;
    auto_strv struct strv places;
    strv_init(&places);
    if (find_below(ct->directory, &places, err) < 0 ||
        (filled && find_below(filled, &places, err) < 0))
        return -1;
    if (!places.count)
        return 0;
    error_make(err, ERROR_USAGE,
               "what the interrupted creation of %s left cannot be removed, because something is "
               "mounted on %s: unmount it first",
               ct->args.name, places.items[0]);
    return -1;
}

/* Below the folder is unmounted what goes by hand; the folder itself, a disk of the host, would be
 * emptied and stay. */
static int check_rest(const struct ct *ct, struct error **err)
{
    auto_free char *real = realpath(ct->directory, NULL);
    auto_strv struct strv places;
    strv_init(&places);
    if (mounts_in(ct->directory, NULL, &places, err) < 0)
        return -1;
    if (!real || !strv_contains(&places, real))
        return ct->class == CT_PARTIAL ? check_no_mount_below(ct, err) : 0;
    error_make(err, ERROR_USAGE,
               "what is left of %s cannot be removed, because %s is mounted itself: unmount it "
               "first",
               ct->args.name, ct->directory);
    return -1;
}

int destroy_check(const struct ct *ct, struct error **err)
{
    bool snapshots = false;
    bool goes = ct->args.goal == CT_ABSENT;
    if (ct_remains(ct))
        return check_clones(ct, err) < 0 ? -1 : check_rest(ct, err);
    if (!ct_exists(ct) || (!goes && !snapshot_replaces(&ct->args)))
        return 0;
    if (!has_end_hooks(ct) && destroy_check_mounts(ct, err) < 0)
        return -1;
    if (!goes)
        return 0;
    return check_clones(ct, err) < 0 ? -1 : check_snapshots(ct, &snapshots, err);
}

/* Of liblxc or of this module: no part of a root file system. */
static bool is_own_file(const char *name)
{
    static const char *const names[] = {"config", "lxc_rdepends", "lxc_snapshots", "partial"};
    for (size_t i = 0; i < array_length(names); i++)
        if (str_equal(name, names[i]))
            return true;
    return str_starts_with(name, "config.") && str_ends_with(name, "~");
}

/* The folders that a container leaves empty, and its own. What is in use or holds files stays. */
static void remove_empty(const struct ct *ct)
{
    static const char *const names[] = {"/rootfs", "/snaps", ""};
    for (size_t i = 0; i < array_length(names); i++) {
        auto_free char *path = xasprintf("%s%s", ct->directory, names[i]);
        if (rmdir(path) < 0)
            continue;
    }
}

/* Links and mounts can bring a root file system below the folder without its path saying so. */
int destroy_rest(const struct ct *ct, struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    if (access(ct->config_path, F_OK) < 0)
        return 0;
    if (dir_list(ct->directory, &names, err) < 0)
        return -1;
    for (size_t i = names.count; i-- > 0;) {
        auto_free char *path = xasprintf("%s/%s", ct->directory, names.items[i]);
        if (!is_own_file(names.items[i]) || unlink(path) == 0)
            continue;
        error_make_errno(err, errno, "cannot remove %s", path);
        return -1;
    }
    remove_empty(ct);
    return 0;
}

int destroy_run(struct ct *ct, struct error **err)
{
    bool snapshots = false;
    if (destroy_check_mounts(ct, err) < 0 || check_snapshots(ct, &snapshots, err) < 0)
        return -1;
    auto_free char *what = xasprintf("remove the container %s", ct->args.name);
    const struct guard guard = {.work = snapshots ? destroy_all : destroy};
    if (guard_run(ct, &guard, what, err) < 0 || destroy_rest(ct, err) < 0)
        return -1;
    ct->done.changed = true;
    ct->done.destroyed = true;
    ct->class = CT_NOTHING;
    return 0;
}

/* ---- by hand */

/* liblxc opens a container without a configuration under any name, and that is enough to kill it.
 */
static int kill_unreadable(struct ct *ct, struct error **err)
{
    auto_free char *aside = xasprintf("%s/config.unreadable", ct->directory);
    auto_free char *partial = xasprintf("%s/partial", ct->directory);
    if ((rename(ct->config_path, aside) < 0 && errno != ENOENT) ||
        (unlink(partial) < 0 && errno != ENOENT)) {
        error_make_errno(err, errno, "cannot move %s aside", ct->config_path);
        return -1;
    }
    if (!ct_reopen(ct) || str_equal(ct->container->state(ct->container), "STOPPED"))
        return 0;
    return run_kill(ct, err);
}

int destroy_by_force(struct ct *ct, struct error **err)
{
    if (kill_unreadable(ct, err) < 0)
        return -1;
    if (mounts_remove(ct->directory, err) < 0 || dir_remove(ct->directory, err) < 0) {
        error_wrap(err, "cannot remove what is left of %s", ct->args.name);
        return -1;
    }
    ct->done.changed = true;
    ct->class = CT_NOTHING;
    return 0;
}
