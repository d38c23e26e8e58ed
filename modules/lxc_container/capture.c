#include "lxc_container/capture.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"
#include "json/js_list.h"

enum { MOST_LINES = 10, MOST_BYTES = 1 << 20 };

/* ---- opening */

static int open_file(const char *file, struct error **err)
{
    auto_free char *copy = xstrdup(file);
    if (dir_make(dirname(copy), 0755, err) < 0)
        return -1;
    int fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        error_make_errno(err, errno, "cannot open the log file %s", file);
    return fd;
}

static int open_log(const char *file, struct error **err)
{
    if (file)
        return open_file(file, err);
    int fd = memfd_create("liblxc.log", MFD_CLOEXEC);
    if (fd < 0)
        error_make_errno(err, errno, "cannot make a file for the log of liblxc");
    return fd;
}

/* A trace of ours is wanted there: then liblxc may be heard too. */
static void silence(struct capture *capture)
{
    if (log_enabled(1))
        return;
    auto_close int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    capture->stderr_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (null < 0 || capture->stderr_ < 0)
        return;
    if (dup2(null, STDERR_FILENO) < 0)
        log_trace(1, "standard error stays");
}

static int start_log(const struct lib *lib, const struct capture_options *options)
{
    struct lxc_log log = {.name = options->name,
                          .lxcpath = options->lxcpath,
                          .file = options->file,
                          .level = options->level,
                          .prefix = "lxc_container",
                          .quiet = true};
    return lib->log_init(&log);
}

int capture_open(struct capture *capture, const struct lib *lib,
                 const struct capture_options *options, struct error **err)
{
    *capture = (struct capture){.fd = open_log(options->file, err), .stderr_ = -1, .other = -1};
    if (capture->fd < 0)
        return -1;
    silence(capture);
    auto_free char *path = xasprintf("/proc/self/fd/%d", capture->fd);
    struct capture_options opened = *options;
    opened.file = path;
    /* A process that watches a container keeps this log: without a file, only what matters. */
    if (!options->file)
        opened.level = "WARN";
    if (start_log(lib, &opened) == 0)
        return 0;
    error_make(err, ERROR_IO, "liblxc cannot write its log");
    capture_close(capture, lib);
    return -1;
}

void capture_close(struct capture *capture, const struct lib *lib)
{
    if (capture->fd < 0)
        return;
    lib->log_close();
    capture_also(capture, NULL);
    close(steal_fd(&capture->fd));
    if (capture->stderr_ >= 0 && dup2(capture->stderr_, STDERR_FILENO) >= 0)
        close(steal_fd(&capture->stderr_));
}

/* ---- a log of the container's own */

void capture_also(struct capture *capture, const char *file)
{
    struct stat status;
    mem_cleanup_close(&capture->other);
    capture->other = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    bool known = capture->other >= 0 && fstat(capture->other, &status) == 0;
    capture->other_mark = known ? status.st_size : 0;
}

void capture_divert(const struct lib *lib, const struct capture_options *options)
{
    lib->log_close();
    if (start_log(lib, options) < 0)
        log_trace(1, "liblxc cannot log to %s", options->file);
}

/* ---- reading */

off_t capture_mark(const struct capture *capture)
{
    struct stat status;
    return capture->fd >= 0 && fstat(capture->fd, &status) == 0 ? status.st_size : 0;
}

/* PREFIX NAME TIME LEVEL SUBSYSTEM - FILE:FUNCTION:LINE - MESSAGE, as log.c of LXC 4.0 to 6.0. */
char *capture_message(const char *line)
{
    static const char *const levels[] = {" ERROR ", " CRIT ", " ALERT ", " FATAL "};
    const char *place = strstr(line, " - ");
    if (!place)
        return NULL;
    bool is_error = false;
    auto_free char *head = xmemdup(line, (size_t)(place - line));
    for (size_t i = 0; i < array_length(levels); i++)
        is_error = is_error || strstr(head, levels[i]);
    const char *message = strstr(place + 3, " - ");
    return is_error && message ? xstrdup(message + 3) : NULL;
}

static void read_log(int fd, off_t at, struct buf *text)
{
    char piece[8192];
    ssize_t got = 0;
    while (fd >= 0 && text->size < MOST_BYTES && (got = pread(fd, piece, sizeof(piece), at)) > 0) {
        buf_add(text, piece, (size_t)got);
        at += got;
    }
}

void capture_errors(const struct capture *capture, off_t mark, struct strv *lines)
{
    auto_buf struct buf text;
    buf_init(&text);
    read_log(capture->fd, mark, &text);
    read_log(capture->other, capture->other_mark, &text);
    auto_strv struct strv all;
    strv_init(&all);
    strv_split(&all, buf_str(&text), '\n');
    for (size_t i = 0; i < all.count && lines->count < MOST_LINES; i++) {
        auto_free char *message = capture_message(all.items[i]);
        if (!message)
            continue;
        auto_free char *clean = str_to_utf8(message, strlen(message));
        strv_add_once(lines, clean);
    }
}

void capture_fail(const struct capture *capture, off_t mark, struct error **err, const char *format,
                  ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_vmake(err, ERROR_IO, format, arguments);
    va_end(arguments);
    auto_strv struct strv lines;
    strv_init(&lines);
    capture_errors(capture, mark, &lines);
    if (!lines.count)
        return;
    json_t *log = js_strv(&lines);
    error_append(err, ": %s", lines.items[0]);
    error_detail_take(err, "log", log);
}
