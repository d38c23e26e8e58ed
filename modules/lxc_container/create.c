#include "lxc_container/create.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"
#include "lxc_container/destroy.h"
#include "lxc_container/edit.h"
#include "lxc_container/guard.h"
#include "lxc_container/observe.h"

/* liblxc does not change what it is given; its types say nothing about it. */
static char *borrowed(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* ---- in the child */

static void set_environment(const struct strv *variables)
{
    for (size_t i = 0; i < variables->count; i++)
        putenv(variables->items[i]);
}

static bool create(struct ct *ct, const void *payload)
{
    (void)payload;
    const struct ct_args *args = &ct->args;
    struct lxc_container *container = ct->container;
    struct bdev_specs specs;
    memset(&specs, 0, sizeof(specs));
    specs.fstype = borrowed(args->store.fs_type);
    specs.fssize = args->store.fs_size;
    specs.zfs.zfsroot = borrowed(args->store.zfs_root);
    specs.lvm.vg = borrowed(args->store.vg_name);
    specs.lvm.lv = borrowed(args->store.lv_name);
    specs.lvm.thinpool = borrowed(args->store.thinpool);
    specs.dir = borrowed(args->store.directory);
    set_environment(&args->template_environment);
    const char *first = ct_first_config(ct);
    if (first && !container->load_config(container, first))
        return false;
    if (args->no_template && args->store.directory) {
        auto_free char *path = xasprintf("dir:%s", args->store.directory);
        if (!container->set_config_item(container, "lxc.rootfs.path", path))
            return false;
    }
    static char *const none[] = {NULL};
    char *const *arguments = args->template_options.count ? args->template_options.items : none;
    return container->create(container, args->template_, args->store.type, &specs, 0, arguments);
}

/* ---- in the module */

static void keep_output(struct ct *ct, const struct buf *output, struct error **err)
{
    auto_free char *text = str_to_utf8(buf_str(output), output->size);
    str_trim(text);
    if (!*text)
        return;
    free(ct->done.template_output);
    ct->done.template_output = xstrdup(text);
    /* What the template said last is most likely why it failed. */
    const char *line = strrchr(text, '\n');
    error_append(err, "; its last output was: %s", line ? line + 1 : text);
}

/* liblxc removes what it made, but not always the folder; after a signal it removes nothing. */
static void clean_up(struct ct *ct)
{
    auto_free char *partial = xasprintf("%s/partial", ct->directory);
    if (access(partial, F_OK) == 0 && destroy_by_force(ct, NULL) < 0)
        return;
    if (rmdir(ct->directory) < 0)
        return;
}

int create_run(struct ct *ct, struct error **err)
{
    if (dir_make(ct->lxcpath, 0755, err) < 0)
        return -1;
    off_t mark = capture_mark(&ct->capture);
    if (!ct_reopen(ct)) {
        capture_fail(&ct->capture, mark, err, "liblxc cannot open %s", ct->args.name);
        return -1;
    }
    auto_buf struct buf output;
    buf_init(&output);
    const struct guard guard = {.work = create, .output = &output};
    auto_free char *what = xasprintf("create the container %s", ct->args.name);
    if (guard_run(ct, &guard, what, err) < 0) {
        keep_output(ct, &output, err);
        clean_up(ct);
        return -1;
    }
    ct->done.changed = true;
    ct->done.created = true;
    mark = capture_mark(&ct->capture);
    if (!ct_reopen(ct)) {
        capture_fail(&ct->capture, mark, err, "the new container %s cannot be opened",
                     ct->args.name);
        return -1;
    }
    ct->class = CT_DEFINED;
    ct->run = CT_RUN_STOPPED;
    return edit_prepare(ct, err);
}
