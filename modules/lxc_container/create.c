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
#include "lxc_container/include.h"
#include "lxc_container/mounts.h"
#include "lxc_container/observe.h"
#include "lxc_container/text.h"

/* ---- before anything is done */

/* What FOLDER holds, without what mkfs puts there. A folder that is missing holds nothing. */
static int list_content(const char *folder, struct strv *content, struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    if (access(folder, F_OK) < 0)
        return 0;
    if (dir_list(folder, &names, err) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++)
        if (!str_equal(names.items[i], "lost+found"))
            strv_add(content, names.items[i]);
    return 0;
}

/* An empty rootfs may be a disk that was mounted for the new container. */
static int list_leftover(const struct ct *ct, struct strv *content, struct error **err)
{
    auto_free char *rootfs = xasprintf("%s/rootfs", ct->directory);
    auto_strv struct strv names;
    auto_strv struct strv below;
    strv_init(&names);
    strv_init(&below);
    if (list_content(ct->directory, &names, err) < 0)
        return -1;
    bool empty = list_content(rootfs, &below, NULL) == 0 && !below.count;
    for (size_t i = 0; i < names.count; i++)
        if (!empty || !str_equal(names.items[i], "rootfs"))
            strv_add(content, names.items[i]);
    return 0;
}

/* The creation that did not end has filled FOLDER, which was empty before. */
static bool is_half_made(const struct ct *ct, const char *folder)
{
    auto_text struct text text;
    text_init(&text);
    if (ct->class != CT_PARTIAL || !include_read(ct->config_path, &text))
        return false;
    size_t at = text_last(&text, "lxc.rootfs.path");
    const char *value = at < text.count ? text.lines[at].value : "";
    return str_equal(value + strcspn(value, "/"), folder);
}

/* Nobody may have known of it. What is mounted there is not removed. */
static void warn_of(struct ct *ct, const struct strv *content)
{
    auto_free char *names = strv_join(content, ", ");
    auto_strv struct strv places;
    strv_init(&places);
    if (mounts_in(ct->directory, NULL, &places, NULL) < 0 || !places.count) {
        strv_printf(&ct->context->warnings, "force: true removes what is in %s: %s", ct->directory,
                    names);
        return;
    }
    auto_free char *mounted = strv_join(&places, ", ");
    strv_printf(&ct->context->warnings,
                "force: true removes what is in %s: %s; what is mounted there is unmounted: %s",
                ct->directory, names, mounted);
}

static int check_leftover(struct ct *ct, struct error **err)
{
    auto_strv struct strv content;
    strv_init(&content);
    if (ct->class != CT_LEFTOVER)
        return 0;
    if (list_leftover(ct, &content, err) < 0)
        return -1;
    ct->do_clear = content.count && ct->args.force;
    if (ct->do_clear)
        warn_of(ct, &content);
    if (!content.count || ct->args.force)
        return 0;
    error_make(err, ERROR_USAGE,
               "there is no container %s, but %s holds files (%s): force: true removes them",
               ct->args.name, ct->directory, content.items[0]);
    return -1;
}

static int check_directory(struct ct *ct, struct error **err)
{
    const char *folder = ct->args.store.directory;
    auto_strv struct strv content;
    strv_init(&content);
    if (!folder)
        return 0;
    if (list_content(folder, &content, err) < 0) {
        error_wrap(err, "directory");
        return -1;
    }
    ct->half_made = content.count && is_half_made(ct, folder);
    if (!content.count || ct->half_made)
        return 0;
    error_make(err, ERROR_USAGE,
               "directory: %s holds files (%s), which a creation that fails would remove; "
               "template: none takes them as they are",
               folder, content.items[0]);
    return -1;
}

int create_check(struct ct *ct, struct error **err)
{
    return check_leftover(ct, err) < 0 ? -1 : check_directory(ct, err);
}

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

/* What is in the folder of the option directory, which was empty before. */
static int empty_directory(const struct ct *ct, struct error **err)
{
    const char *folder = ct->args.template_ ? ct->args.store.directory : NULL;
    auto_strv struct strv content;
    strv_init(&content);
    if (!folder)
        return 0;
    if (mounts_remove(folder, err) < 0 || list_content(folder, &content, err) < 0)
        return -1;
    for (size_t i = 0; i < content.count; i++) {
        auto_free char *path = xasprintf("%s/%s", folder, content.items[i]);
        if (dir_remove(path, err) < 0)
            return -1;
    }
    return 0;
}

int create_make_room(struct ct *ct, struct error **err)
{
    if (ct->half_made && empty_directory(ct, err) < 0)
        return -1;
    return destroy_by_force(ct, err);
}

/* liblxc removes what it made, but not always the folder, and not the configuration of a root file
 * system that it did not make; after a signal it removes nothing. */
static void clean_up(struct ct *ct)
{
    auto_free char *partial = xasprintf("%s/partial", ct->directory);
    auto_strv struct strv places;
    strv_init(&places);
    if (access(partial, F_OK) == 0) {
        /* A disk that was mounted for the container stays, and the next run tells of it. */
        if (mounts_in(ct->directory, NULL, &places, NULL) < 0 || places.count)
            return;
        if (empty_directory(ct, NULL) < 0 || destroy_by_force(ct, NULL) < 0)
            return;
    } else if (destroy_rest(ct, NULL) < 0) {
        return;
    }
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
    bool others = access(ct->config_path, F_OK) == 0; /* who were faster */
    if (guard_run(ct, &guard, what, err) < 0) {
        keep_output(ct, &output, err);
        if (!others)
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
