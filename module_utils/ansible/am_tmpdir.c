#include "ansible/am_tmpdir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ansible/am_text.h"
#include "base/log.h"
#include "base/mem.h"
#include "fs/dir.h"

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Python's choice of a place: the environment, then the usual directories. Borrowed. */
static const char *system_directory(void)
{
    const char *const places[] = {getenv("TMPDIR"), getenv("TEMP"), getenv("TMP"),
                                  "/tmp",           "/var/tmp",     "/usr/tmp"};
    for (size_t i = 0; i < array_length(places); i++)
        if (places[i] && is_directory(places[i]) && access(places[i], W_OK | X_OK) == 0)
            return places[i];
    return ".";
}

/* The directory to make ours in, owned. */
static char *find_base(struct am_context *context)
{
    auto_error struct error *err = NULL;
    auto_free char *path = context->remote_tmp ? am_text_path(context->remote_tmp) : NULL;
    if (!path)
        return xstrdup(system_directory());
    if (is_directory(path))
        return steal_ptr(path);
    if (dir_make(path, 0700, &err) < 0) {
        auto_free char *warning = xasprintf(
            "Unable to use '%s' as temporary directory, falling back to system default: %s", path,
            err->message);
        strv_add_once(&context->warnings, warning);
        return xstrdup(system_directory());
    }
    auto_free char *warning = xasprintf(
        "Module remote_tmp %s did not exist and was created with a mode of 0700, this may cause "
        "issues when running as another user. To avoid this, create the remote_tmp dir with the "
        "correct permissions manually",
        path);
    strv_add_once(&context->warnings, warning);
    return steal_ptr(path);
}

static int use_given(struct am_tmpdir *tmpdir, const char *path)
{
    tmpdir->path = xstrdup(path);
    tmpdir->remove = false;
    size_t length = strlen(tmpdir->path);
    while (length > 1 && tmpdir->path[length - 1] == '/')
        tmpdir->path[--length] = '\0';
    return 0;
}

int am_tmpdir_init(struct am_tmpdir *tmpdir, struct am_context *context, struct error **err)
{
    if (context->tmpdir)
        return use_given(tmpdir, context->tmpdir);
    auto_free char *base = find_base(context);
    auto_free char *path =
        xasprintf("%s/ansible-moduletmp-%lld-XXXXXX", base, (long long)time(NULL));
    if (!mkdtemp(path)) {
        error_make_errno(err, errno, "cannot make a temporary directory in %s", base);
        return -1;
    }
    tmpdir->path = steal_ptr(path);
    tmpdir->remove = !context->keep_remote_files;
    return 0;
}

void am_tmpdir_clear(struct am_tmpdir *tmpdir)
{
    auto_error struct error *err = NULL;
    if (tmpdir->path && tmpdir->remove && dir_remove(tmpdir->path, &err) < 0)
        log_trace(1, "%s", err->message);
    mem_cleanup_free(&tmpdir->path);
    *tmpdir = (struct am_tmpdir){0};
}
