#include "lxc_container/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/atomic.h"
#include "fs/dir.h"
#include "lxc_container/facts.h"
#include "lxc_container/guard.h"
#include "lxc_container/path.h"
#include "proc/spawn.h"

static bool is_block(const char *store)
{
    return str_equal(store, "loop") || str_equal(store, "lvm") || str_equal(store, "rbd") ||
           str_equal(store, "nbd");
}

bool archive_is_block(const struct ct *ct)
{
    if (!ct_exists(ct))
        return is_block(ct->args.store.type);
    auto_free char *store = facts_store(ct);
    return is_block(store);
}

/* ---- in the child */

struct job {
    const struct strv *argv; /* of tar */
    const char *store;
    const char *rootfs; /* without the store's prefix */
    const char *place;  /* where it shall be seen: FOLDER/rootfs */
    bool apart;         /* another file system is there already */
    bool elsewhere;     /* it is a folder on another file system */
};

static bool run_mount(const char *option, const char *device, const char *place)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("mount", "mount", "-o", option, device, place, (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Both layers as lower ones: nothing is written. */
static bool mount_overlay(const struct job *job)
{
    auto_free char *lower = xstrdup(job->rootfs);
    char *upper = strrchr(lower, ':');
    if (!upper)
        return false;
    *upper++ = '\0';
    auto_free char *data = xasprintf("lowerdir=%s:%s", upper, lower);
    return mount("overlay", job->place, "overlay", MS_RDONLY, data) == 0;
}

/* A data set is a file system of its own, mounted at its place or not at all. */
static bool mount_zfs(const struct job *job)
{
    auto_free char *data = xasprintf("zfsutil,mntpoint=%s", job->rootfs);
    return mount(job->rootfs, job->place, "zfs", 0, data) == 0;
}

/* It needs no file system of its own to be seen. */
static bool is_folder(const struct job *job)
{
    return !str_starts_with(job->store, "overlay") && !str_equal(job->store, "zfs") &&
           !is_block(job->store);
}

/* The root file system is a part of the folder as it is. */
static bool is_in_place(const struct job *job)
{
    if (str_equal(job->store, "zfs"))
        return job->apart;
    return is_folder(job) && str_equal(job->rootfs, job->place);
}

/* tar is given one argument for each file system: the root file system is on another one than the
 * container's folder. */
static bool is_another(const struct job *job)
{
    if (is_in_place(job))
        return job->apart;
    return !is_folder(job) || job->elsewhere;
}

/* The root file system appears where the archive looks for it, for this process alone. */
static bool show_rootfs(const struct job *job)
{
    if (is_in_place(job))
        return true;
    if (mkdir(job->place, 0755) < 0 && errno != EEXIST)
        return false;
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return false;
    if (str_starts_with(job->store, "overlay"))
        return mount_overlay(job);
    if (str_equal(job->store, "zfs"))
        return mount_zfs(job);
    if (is_block(job->store))
        return run_mount(str_equal(job->store, "loop") ? "ro,loop" : "ro", job->rootfs, job->place);
    return mount(job->rootfs, job->place, NULL, MS_BIND, NULL) == 0;
}

static bool pack(struct ct *ct, const void *payload)
{
    (void)ct;
    const struct job *job = payload;
    if (!show_rootfs(job)) {
        fprintf(stderr, "the root file system %s cannot be mounted: %s", job->rootfs,
                strerror(errno));
        return false;
    }
    umask(077);
    execvp(job->argv->items[0], job->argv->items);
    return false;
}

/* ---- in the module */

static void tar_options(const struct ct_archive *archive, struct strv *argv)
{
    static const char *const options[] = {"--create", "--numeric-owner",
                                          "--xattrs", "--xattrs-include=*",
                                          "--sparse", "--warning=no-file-ignored"};
    strv_add(argv, "tar");
    for (size_t i = 0; i < array_length(options); i++)
        strv_add(argv, options[i]);
    if (archive->tar_option)
        strv_add(argv, archive->tar_option);
}

static void tar_arguments(const struct ct *ct, const struct job *job, const char *file,
                          struct strv *argv)
{
    bool mounted = !is_in_place(job);
    /* A subvolume has a device of its own, and the container may have made others in it. */
    bool subvolumes = str_equal(job->store, "btrfs");
    tar_options(&ct->args.archive, argv);
    if (!subvolumes)
        strv_add(argv, "--one-file-system");
    /* What the mounted root file system shows already. */
    if (mounted) {
        strv_add(argv, "--anchored");
        strv_printf(argv, "--exclude=%s/overlay", ct->args.name);
        strv_printf(argv, "--exclude=%s/rootdev", ct->args.name);
    }
    strv_add(argv, "--file");
    strv_add(argv, file);
    strv_add(argv, "--directory");
    strv_add(argv, ct->lxcpath);
    strv_add(argv, ct->args.name);
    if (!subvolumes && is_another(job))
        strv_printf(argv, "%s/rootfs", ct->args.name);
}

static int check_programs(const struct ct_archive *archive, struct error **err)
{
    const char *const names[] = {"tar", archive->program};
    for (size_t i = 0; i < array_length(names) && names[i]; i++) {
        auto_free char *path = spawn_find(names[i], err);
        if (path)
            continue;
        error_wrap(err, "archive");
        return -1;
    }
    return 0;
}

/* Which file systems there are. tar does not follow links. */
static int look_at(const struct ct *ct, struct job *job, struct error **err)
{
    struct stat folder;
    struct stat rootfs;
    if (lstat(ct->directory, &folder) < 0) {
        error_make_errno(err, errno, "cannot look at %s", ct->directory);
        return -1;
    }
    bool known = job->rootfs && stat(job->rootfs, &rootfs) == 0;
    job->elsewhere = known && rootfs.st_dev != folder.st_dev;
    bool there = lstat(job->place, &rootfs) == 0;
    job->apart = there && rootfs.st_dev != folder.st_dev;
    bool link = S_ISLNK(folder.st_mode);
    if (!link && !(there && S_ISLNK(rootfs.st_mode)))
        return 0;
    error_make(err, ERROR_USAGE,
               "%s is a link, and an archive would hold nothing but the link: move the folder "
               "itself there, or mount it",
               link ? ct->directory : job->place);
    return -1;
}

static int write_archive(struct ct *ct, const char *temp, struct error **err)
{
    auto_free char *store = facts_store(ct);
    auto_free char *rootfs = lib_item(ct->container, "lxc.rootfs.path");
    auto_free char *place = xasprintf("%s/rootfs", ct->directory);
    auto_free char *what = xasprintf("archive the container %s", ct->args.name);
    auto_strv struct strv argv;
    strv_init(&argv);
    auto_buf struct buf output;
    buf_init(&output);
    struct job job = {.argv = &argv, .store = store, .rootfs = rootfs, .place = place};
    if (look_at(ct, &job, err) < 0)
        return -1;
    tar_arguments(ct, &job, temp, &argv);
    const struct guard guard = {.work = pack, .payload = &job, .output = &output};
    if (guard_run(ct, &guard, what, err) == 0)
        return 0;
    auto_free char *text = str_trim(str_to_utf8(buf_str(&output), output.size));
    if (*text)
        error_append(err, ": %s", text);
    return -1;
}

/* The bytes are on the disk before the name says that they are there, and the name before anything
 * goes that has no other copy. */
static int finish(const char *temp, const char *path, struct error **err)
{
    auto_close int fd = open(temp, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fsync(fd) == 0 && rename(temp, path) == 0)
        return file_flush_parent(path, err);
    error_make_errno(err, errno, "cannot write the archive %s", path);
    return -1;
}

int archive_check(const struct ct *ct, struct error **err)
{
    const char *path = ct->args.archive.path;
    if (!path || ct->args.goal != CT_ABSENT || !ct_exists(ct))
        return 0;
    auto_free char *rootfs = facts_managed_rootfs(ct);
    bool goes = path_is_in(path, ct->directory) || (rootfs && path_is_in(path, rootfs));
    if (!goes)
        return 0;
    error_make(err, ERROR_USAGE, "archive_path: %s is removed together with the container %s", path,
               ct->args.name);
    return -1;
}

int archive_run(struct ct *ct, struct error **err)
{
    const struct ct_archive *archive = &ct->args.archive;
    if (check_programs(archive, err) < 0 || dir_make(archive->path, 0755, err) < 0 ||
        archive_check(ct, err) < 0)
        return -1;
    auto_free char *path = xasprintf("%s/%s%s", archive->path, ct->args.name, archive->suffix);
    auto_free char *temp = xasprintf("%s/.%s.XXXXXX", archive->path, ct->args.name);
    auto_close int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0) {
        error_make_errno(err, errno, "cannot write the archive %s", path);
        return -1;
    }
    if (write_archive(ct, temp, err) < 0 || finish(temp, path, err) < 0) {
        unlink(temp);
        return -1;
    }
    ct->done.changed = true;
    ct->done.archive = steal_ptr(path);
    return 0;
}
