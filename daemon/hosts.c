#include "daemon/hosts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fs/atomic.h"
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

/* The new file under a name of its own belongs to us: it has to belong to whom the old one does. */
static int write_as(const char *path, const char *text, const struct stat *old, struct error **err)
{
    struct atomic_file file;
    if (atomic_file_open(&file, path, old->st_mode & 07777, err) < 0)
        return -1;
    if (fchown(file.fd, old->st_uid, old->st_gid) < 0) {
        error_make_errno(err, errno, "%s: its owner cannot be kept", path);
        atomic_file_abort(&file);
        return -1;
    }
    if (atomic_file_add(&file, text, strlen(text), err) < 0) {
        atomic_file_abort(&file);
        return -1;
    }
    return atomic_file_commit(&file, err);
}

int hosts_keep(const char *path, const struct hosts *hosts, struct error **err)
{
    auto_buf struct buf now;
    buf_init(&now);
    struct stat old = {.st_mode = NEW_MODE, .st_uid = geteuid(), .st_gid = getegid()};
    if (stat(path, &old) == 0) {
        if (file_read(path, MOST_BYTES, &now, err) < 0)
            return -1;
    } else if (errno != ENOENT) {
        error_make_errno(err, errno, "%s", path);
        return -1;
    }
    auto_free char *wanted = hosts_render(buf_str(&now), hosts);
    if (strcmp(wanted, buf_str(&now)) == 0)
        return 0;
    return write_as(path, wanted, &old, err) < 0 ? -1 : 1;
}
