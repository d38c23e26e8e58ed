#include "lxc_container/clone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/atomic.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "lxc_container/copy.h"
#include "lxc_container/facts.h"
#include "lxc_container/guard.h"
#include "lxc_container/keys.h"
#include "lxc_container/text.h"
#include "proc/spawn.h"

int clone_check_rsync(const struct ct *ct, struct error **err)
{
    static const char *const copying[] = {"btrfs", "zfs", "lvm"};
    auto_free char *store = ct_exists(ct) ? facts_store(ct) : xstrdup(ct->args.store.type);
    for (size_t i = 0; i < array_length(copying); i++)
        if (str_equal(store, copying[i]))
            return 0;
    auto_free char *path = spawn_find("rsync", err);
    if (path)
        return 0;
    error_wrap(err, "liblxc copies a root file system with the program rsync, install it");
    return -1;
}

static char *clone_config(const struct ct *ct)
{
    return xasprintf("%s/%s/config", ct->clone_path, ct->args.clone.name);
}

/* A container that is removed when it was copied would be lost. */
static int check_whole(const struct ct *ct, const char *path, struct error **err)
{
    bool whole = false;
    if (copy_is_whole(path, &whole, err) < 0 || whole)
        return whole ? 0 : -1;
    error_make(err, ERROR_USAGE,
               "clone_name: %s is no whole copy, because making it was cut off (%s has no "
               "lxc.rootfs.path): remove it with state: absent",
               ct->args.clone.name, path);
    return -1;
}

int clone_observe(struct ct *ct, struct error **err)
{
    const struct ct_clone *clone = &ct->args.clone;
    if (!clone->name || (ct->args.goal == CT_ABSENT && !ct_exists(ct)))
        return 0;
    ct->done.clone_known = true;
    auto_free char *path = clone_config(ct);
    if (access(path, F_OK) == 0)
        return check_whole(ct, path, err);
    ct->do_clone = true;
    return clone->snapshot ? 0 : clone_check_rsync(ct, err);
}

/* ---- in the child */

static bool copy(struct ct *ct, const void *payload)
{
    (void)payload;
    const struct ct_clone *clone = &ct->args.clone;
    int flags = 0;
    if (clone->snapshot)
        flags |= LXC_CLONE_SNAPSHOT;
    if (clone->keep_name)
        flags |= LXC_CLONE_KEEPNAME;
    if (clone->keep_mac)
        flags |= LXC_CLONE_KEEPMACADDR;
    /* "dir" is the default of the option: then the store of the original decides. */
    const char *store = str_equal(ct->args.store.type, "dir") ? NULL : ct->args.store.type;
    return ct->container->clone(ct->container, clone->name, ct->clone_path, flags, store, NULL,
                                ct->args.store.fs_size, NULL) != NULL;
}

/* ---- in the module */

/* The name of the device on the host cannot be shared: the second one would not start. */
static bool drop_pairs(struct text *text)
{
    bool dropped = false;
    for (size_t at = text->count; at-- > 0;) {
        const char *key = text->lines[at].key;
        int prefix = key ? key_net_prefix(key) : 0;
        if (!prefix || !str_equal(key + prefix, "veth.pair"))
            continue;
        text_remove(text, at);
        dropped = true;
    }
    return dropped;
}

static int tidy_clone(const struct ct *ct, struct error **err)
{
    auto_free char *path = clone_config(ct);
    auto_buf struct buf bytes;
    auto_text struct text text;
    struct stat status;
    buf_init(&bytes);
    text_init(&text);
    if (file_read(path, TEXT_LARGEST, &bytes, err) < 0)
        return -1;
    if (stat(path, &status) < 0) {
        error_make_errno(err, errno, "cannot look at %s", path);
        return -1;
    }
    text_read(&text, buf_str(&bytes));
    if (!drop_pairs(&text))
        return 0;
    auto_free char *now = text_write(&text);
    return file_write_atomic(path, now, strlen(now), status.st_mode & 07777, err);
}

int clone_run(struct ct *ct, struct error **err)
{
    auto_free char *what = xasprintf("clone %s to %s", ct->args.name, ct->args.clone.name);
    auto_free char *directory = xasprintf("%s/%s", ct->clone_path, ct->args.clone.name);
    const struct guard guard = {.work = copy};
    bool ours = access(directory, F_OK) < 0;
    if (dir_make(ct->clone_path, 0755, err) < 0)
        return -1;
    if (guard_run(ct, &guard, what, err) < 0) {
        if (ours)
            copy_clean_up(directory);
        return -1;
    }
    ct->done.changed = true;
    ct->done.cloned = true;
    return tidy_clone(ct, err);
}
