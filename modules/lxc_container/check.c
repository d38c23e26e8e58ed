#include "lxc_container/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strv.h"

int check_open(struct check *check, struct ct *ct, struct error **err)
{
    off_t mark = capture_mark(&ct->capture);
    *check = (struct check){.ct = ct};
    check->container = ct->lib.container_new(ct->args.name, ct->lxcpath);
    if (check->container)
        return 0;
    capture_fail(&ct->capture, mark, err, "liblxc cannot open the container %s", ct->args.name);
    return -1;
}

void check_close(struct check *check)
{
    if (check->container)
        check->ct->lib.container_put(check->container);
    check->container = NULL;
}

static int text_file(const char *text)
{
    int fd = memfd_create("config", MFD_CLOEXEC);
    size_t left = strlen(text);
    while (fd >= 0 && left) {
        ssize_t wrote = write(fd, text, left);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            close(fd);
            return -1;
        }
        text += wrote;
        left -= (size_t)wrote;
    }
    return fd;
}

/* TEXT with every NAME replaced by PATH, owned. */
static char *renamed(const char *text, const char *name, const char *path)
{
    struct buf out;
    buf_init(&out);
    const char *found = NULL;
    while ((found = strstr(text, name))) {
        buf_add(&out, text, (size_t)(found - text));
        buf_add_str(&out, path);
        text = found + strlen(name);
    }
    buf_add_str(&out, text);
    return buf_steal(&out);
}

static void refuse(const struct check *check, off_t mark, const char *name, const char *path,
                   struct error **err)
{
    auto_strv struct strv lines;
    strv_init(&lines);
    capture_errors(&check->ct->capture, mark, &lines);
    json_t *log = json_array();
    auto_free char *first = NULL;
    auto_free char *place = NULL;
    for (size_t i = 0; i < lines.count; i++) {
        char *line = renamed(lines.items[i], name, path);
        json_array_append_new(log, json_string(line));
        if (!place && strstr(line, " at line \""))
            place = line;
        else if (!first)
            first = line;
        else
            free(line);
    }
    /* Why, if it says so, and then where. */
    error_make(err, ERROR_USAGE, "liblxc refuses the configuration of %s", path);
    if (first)
        error_append(err, ": %s", first);
    if (place)
        error_append(err, ": %s", place);
    error_detail_take(err, "log", log);
}

int check_load(struct check *check, const char *text, const char *path, struct error **err)
{
    off_t mark = capture_mark(&check->ct->capture);
    auto_close int fd = text_file(text);
    if (fd < 0) {
        error_make_errno(err, errno, "cannot keep the configuration of %s in memory",
                         check->ct->args.name);
        return -1;
    }
    auto_free char *name = xasprintf("/proc/self/fd/%d", fd);
    check->container->clear_config(check->container);
    if (check->container->load_config(check->container, name))
        return 0;
    refuse(check, mark, name, path, err);
    return -1;
}

char *check_canonical(struct check *check, const char *key, const char *value)
{
    auto_free char *text = xasprintf("%s = %s\n", key, value);
    if (check_load(check, text, "it", NULL) < 0)
        return NULL;
    return lib_item(check->container, key);
}
