#include "lxc_container/observe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"
#include "lxc_container/archive.h"
#include "lxc_container/clone.h"
#include "lxc_container/command.h"
#include "lxc_container/create.h"
#include "lxc_container/destroy.h"
#include "lxc_container/edit.h"
#include "lxc_container/path.h"
#include "lxc_container/snapshot.h"

enum { TRANSITION_SECONDS = 10 };

/* ---- the library, the paths, the locks */

static int check_rights(const struct ct *ct, struct error **err)
{
    if (geteuid() == 0 || access(ct->lxcpath, W_OK) == 0)
        return 0;
    error_make_errno(err, errno,
                     "user %u may not manage containers in %s: run the task as root "
                     "(become: true)",
                     (unsigned)geteuid(), ct->lxcpath);
    return -1;
}

/* Both names in one order, so that two tasks cannot wait for each other. */
static int take_locks(struct ct *ct, struct error **err)
{
    const struct ct_args *args = &ct->args;
    long long timeout = args->lock_timeout_ms;
    if (!args->clone.name)
        return lock_take(&ct->lock, ct->lxcpath, args->name, timeout, err);
    if (strcmp(args->clone.name, args->name) < 0) {
        if (lock_take(&ct->clone_lock, ct->clone_path, args->clone.name, timeout, err) < 0)
            return -1;
        return lock_take(&ct->lock, ct->lxcpath, args->name, timeout, err);
    }
    if (lock_take(&ct->lock, ct->lxcpath, args->name, timeout, err) < 0)
        return -1;
    return lock_take(&ct->clone_lock, ct->clone_path, args->clone.name, timeout, err);
}

static int enter(struct ct *ct, struct error **err)
{
    const struct ct_args *args = &ct->args;
    if (lib_open(&ct->lib, err) < 0)
        return -1;
    const char *standard = ct->lib.global_item("lxc.lxcpath");
    if (!standard)
        standard = "/var/lib/lxc";
    ct->lxcpath = path_lxcpath(args->lxc_path, standard);
    ct->directory = xasprintf("%s/%s", ct->lxcpath, args->name);
    ct->config_path = xasprintf("%s/config", ct->directory);
    if (args->clone.name)
        ct->clone_path =
            args->clone.path ? path_lxcpath(args->clone.path, standard) : xstrdup(ct->lxcpath);
    const struct capture_options log = {.name = args->name,
                                        .lxcpath = ct->lxcpath,
                                        .file = args->log_file,
                                        .level = args->log_level};
    if (check_rights(ct, err) < 0 || capture_open(&ct->capture, &ct->lib, &log, err) < 0)
        return -1;
    return take_locks(ct, err);
}

/* ---- what is there */

/* The file "partial" is locked as long as its creator lives. */
static int classify_partial(struct ct *ct, const char *path, struct error **err)
{
    auto_close int fd = open(path, O_RDWR | O_CLOEXEC);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (held) {
        error_make(err, ERROR_USAGE, "the creation of %s is in progress: %s is locked",
                   ct->args.name, path);
        return -1;
    }
    ct->class = CT_PARTIAL;
    if (ct->args.force)
        return 0;
    error_make(err, ERROR_USAGE,
               "the creation of %s was interrupted and left %s: force: true removes what is there",
               ct->args.name, path);
    return -1;
}

static int classify_broken(struct ct *ct, off_t mark, struct error **err)
{
    ct->class = CT_BROKEN;
    if (ct->args.goal == CT_ABSENT && ct->args.force)
        return 0;
    capture_fail(&ct->capture, mark, err,
                 "liblxc cannot read %s; repair it, or remove the container with state: absent and "
                 "force: true",
                 ct->config_path);
    return -1;
}

/* A folder without configuration belongs to nobody whom liblxc knows. */
static int classify_leftover(struct ct *ct, struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    if (dir_list(ct->directory, &names, err) < 0)
        return -1;
    ct->class = CT_LEFTOVER;
    if (!names.count || ct->args.goal != CT_ABSENT || ct->args.force)
        return 0;
    ct->class = CT_NOTHING;
    strv_printf(&ct->context->warnings,
                "there is no container %s, but %s holds files: force: true removes them",
                ct->args.name, ct->directory);
    return 0;
}

static int classify(struct ct *ct, struct error **err)
{
    auto_free char *partial = xasprintf("%s/partial", ct->directory);
    ct->class = CT_NOTHING;
    if (access(ct->directory, F_OK) < 0)
        return 0;
    if (access(partial, F_OK) == 0)
        return classify_partial(ct, partial, err);
    if (access(ct->config_path, F_OK) < 0)
        return classify_leftover(ct, err);
    off_t mark = capture_mark(&ct->capture);
    if (!ct_reopen(ct))
        return classify_broken(ct, mark, err);
    ct->class = CT_DEFINED;
    return 0;
}

/* ---- its state */

/* Reads the state of a defined container into ct->run; one on its way is waited for. */
static int observe_run(struct ct *ct, struct error **err)
{
    struct lxc_container *container = ct->container;
    const char *word = container->state(container);
    if (word && !states_read(word, &ct->run) &&
        container->wait(container, "RUNNING|STOPPED|FROZEN", TRANSITION_SECONDS))
        word = container->state(container);
    if (word && states_read(word, &ct->run))
        return 0;
    error_make(err, ERROR_IO, "the container %s is %s%s", ct->args.name,
               word ? word : "in a state that liblxc cannot tell", word ? " and stays so" : "");
    return -1;
}

static int observe_state(struct ct *ct, struct error **err)
{
    if (!ct_exists(ct))
        return 0;
    if (geteuid() != 0 && !ct->container->may_control(ct->container)) {
        error_make(err, ERROR_AUTH, "user %u may not control the container %s: become: true",
                   (unsigned)geteuid(), ct->args.name);
        return -1;
    }
    if (observe_run(ct, err) < 0)
        return -1;
    ct->run_before = ct->run;
    if (ct->run != CT_RUN_STOPPED)
        return 0;
    return path_check_spelling(ct->lxcpath, ct->args.name, err);
}

/* ---- what has to be done */

/* liblxc looks for names in a folder that was fixed when it was built; here the usual one is looked
 * into, and where there is none liblxc has the word. */
static int check_template(const char *template, struct error **err)
{
    static const char folder[] = "/usr/share/lxc/templates";
    auto_free char *path =
        template[0] == '/' ? xstrdup(template) : xasprintf("%s/lxc-%s", folder, template);
    if (access(path, X_OK) == 0 || (template[0] != '/' && access(folder, F_OK) < 0))
        return 0;
    error_make_errno(err, errno, "template: %s", path);
    return -1;
}

static int check_creation(struct ct *ct, struct error **err)
{
    const struct ct_args *args = &ct->args;
    if (ct_exists(ct) || args->goal == CT_ABSENT)
        return 0;
    if (!args->template_ && !args->no_template) {
        error_make(err, ERROR_USAGE,
                   "there is no container %s in %s, and template is needed to create it",
                   args->name, ct->lxcpath);
        return -1;
    }
    if (args->template_)
        return check_template(args->template_, err) < 0 ? -1 : create_check(ct, err);
    if (!args->store.directory || access(args->store.directory, F_OK) == 0)
        return 0;
    error_make_errno(err, errno, "directory: %s", args->store.directory);
    return -1;
}

static void observe_sources(struct ct *ct)
{
    for (size_t i = 0; i < ct->args.sources.count; i++)
        if (access(ct->args.sources.items[i], F_OK) < 0)
            ct->do_sources = true;
}

/* What goes is not edited, but how it is kept matters to its copies. */
static int observe_config(struct ct *ct, struct error **err)
{
    if (ct->args.goal == CT_ABSENT)
        return ct_exists(ct) ? edit_read_rootfs(ct, err) : 0;
    edit_drop_unsupported(ct);
    observe_sources(ct);
    return edit_prepare(ct, err);
}

int ct_observe(void *state, struct error **err)
{
    struct ct *ct = state;
    if (enter(ct, err) < 0 || classify(ct, err) < 0 || check_creation(ct, err) < 0 ||
        observe_state(ct, err) < 0)
        return -1;
    ct->looked = true;
    if (observe_config(ct, err) < 0)
        return -1;
    if (destroy_check(ct, err) < 0 || archive_check(ct, err) < 0)
        return -1;
    if (snapshot_observe(ct, err) < 0 || clone_observe(ct, err) < 0)
        return -1;
    return command_observe(ct, err);
}
