#include "daemon/hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fs/file.h"

#define BEGIN "# BEGIN magnum-cluster-api-proxy\n"
#define END   "# END magnum-cluster-api-proxy\n"

enum { MOST_BYTES = 16 * 1024 * 1024, NEW_MODE = 0644 };

/* Where MARK stands as a line of its own, or NULL. */
static const char *find_line(const char *text, const char *mark)
{
    for (const char *at = strstr(text, mark); at; at = strstr(at + 1, mark))
        if (at == text || at[-1] == '\n')
            return at;
    return NULL;
}

static void add_block(struct buf *out, const struct hosts *hosts)
{
    buf_add_str(out, BEGIN);
    for (size_t i = 0; i < hosts->clusters->count; i++) {
        const char *cluster = hosts->clusters->items[i];
        buf_printf(out, "%s %s.%s %s.%s.svc %s.%s.svc.cluster.local\n", hosts->address, cluster,
                   hosts->namespace_, cluster, hosts->namespace_, cluster, hosts->namespace_);
    }
    buf_add_str(out, END);
}

char *hosts_render(const char *text, const struct hosts *hosts)
{
    struct buf out;
    buf_init(&out);
    const char *begin = find_line(text, BEGIN);
    const char *end = begin ? find_line(begin, END) : NULL;
    const char *rest = "";
    buf_add(&out, text, begin ? (size_t)(begin - text) : strlen(text));
    if (begin)
        rest = end ? end + strlen(END) : begin + strlen(BEGIN);
    if (!begin && out.size && out.data[out.size - 1] != '\n')
        buf_add_char(&out, '\n');
    if (hosts->clusters->count)
        add_block(&out, hosts);
    buf_add_str(&out, rest);
    return buf_steal(&out);
}

static int fail(const char *path, struct error **err)
{
    error_make_errno(err, errno, "%s", path);
    return -1;
}

static int write_all(int fd, const char *bytes, size_t size, off_t at)
{
    while (size > 0) {
        ssize_t written = pwrite(fd, bytes, size, at);
        if (written < 0 && errno != EINTR)
            return -1;
        if (written < 0)
            continue;
        bytes += written;
        size -= (size_t)written;
        at += written;
    }
    return 0;
}

/*
 * Over what is there, from the first difference on: whoever may write a file need not be allowed
 * to put another one in its place, and who reads it meanwhile meets all lines before ours.
 */
static int write_over(const char *path, const char *now, const char *wanted, struct error **err)
{
    auto_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, NEW_MODE);
    size_t size = strlen(wanted);
    size_t same = 0;
    while (now[same] && now[same] == wanted[same])
        same++;
    if (fd < 0)
        return fail(path, err);
    /* A full disk is found out before anything is lost; not every file system can tell. */
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size + 1) < 0 && errno == ENOSPC)
        return fail(path, err);
    if (write_all(fd, wanted + same, size - same, (off_t)same) < 0 ||
        ftruncate(fd, (off_t)size) < 0)
        return fail(path, err);
    return 0;
}

int hosts_keep(const char *path, const struct hosts *hosts, struct error **err)
{
    auto_error struct error *problem = NULL;
    auto_buf struct buf now;
    buf_init(&now);
    if (file_read(path, MOST_BYTES, &now, &problem) < 0 && problem->code != ENOENT) {
        error_move_take(err, steal_ptr(problem));
        return -1;
    }
    auto_free char *wanted = hosts_render(buf_str(&now), hosts);
    if (strcmp(wanted, buf_str(&now)) == 0)
        return 0;
    return write_over(path, buf_str(&now), wanted, err) < 0 ? -1 : 1;
}
