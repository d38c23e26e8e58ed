#include "ansible/am_input.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/mem.h"

/* Sleeps until FD is readable or a signal asks us to stop. */
static int wait_readable(int fd, struct error **err)
{
    struct pollfd fds[] = {
        {.fd = fd, .events = POLLIN}, {.fd = interrupt_fd(), .events = POLLIN}, /* poll skips -1 */
    };
    while (poll(fds, array_length(fds), -1) < 0) {
        if (errno == EINTR)
            continue;
        error_make_errno(err, errno, "cannot wait for the arguments");
        return -1;
    }
    return interrupt_check(err);
}

/* Appends the next piece. 1: something came, 0: the end, -1: an error. */
static int read_some(int fd, size_t limit, struct buf *text, struct error **err)
{
    enum { PIECE = 64 * 1024 };
    for (;;) {
        if (wait_readable(fd, err) < 0)
            return -1;
        buf_reserve(text, PIECE);
        ssize_t count = read(fd, text->data + text->size, PIECE);
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (count < 0) {
            error_make_errno(err, errno, "cannot read the arguments");
            return -1;
        }
        text->size += (size_t)count;
        text->data[text->size] = '\0';
        if (text->size <= limit)
            return count > 0;
        error_make(err, ERROR_USAGE, "the arguments are larger than %zu bytes", limit);
        return -1;
    }
}

/* Where in a JSON text we are; fed byte by byte. */
struct scan {
    bool skip;   /* inside of a first line that starts with #! */
    bool text;   /* inside of a string */
    bool escape; /* behind a backslash */
    bool junk;   /* something that is no list or object came first */
    int depth;
};

/* Whether the value, or a line without a value, ends with C. */
static bool scan_ends(struct scan *scan, char c)
{
    if (scan->skip) {
        scan->skip = c != '\n';
    } else if (scan->escape) {
        scan->escape = false;
    } else if (scan->text) {
        scan->escape = c == '\\';
        scan->text = c != '"';
    } else if (c == '{' || c == '[') {
        scan->depth++;
    } else if (c == '}' || c == ']') {
        return --scan->depth <= 0;
    } else if (scan->depth == 0) {
        if (c == '\n' && scan->junk)
            return true;
        scan->junk = scan->junk || !strchr(" \t\r\n", c);
    } else {
        scan->text = c == '"';
    }
    return false;
}

int am_input_stream(int fd, size_t limit, struct buf *text, struct error **err)
{
    struct scan scan = {0};
    size_t start = text->size;
    size_t at = start;
    for (;;) {
        int status = read_some(fd, limit, text, err);
        if (status <= 0)
            return status;
        /* The second byte decides whether the first line is one to skip. */
        if (text->size - start < 2)
            continue;
        if (at == start)
            scan.skip = memcmp(text->data + start, "#!", 2) == 0;
        while (at < text->size)
            if (scan_ends(&scan, text->data[at++])) {
                text->size = at;
                text->data[at] = '\0';
                return 0;
            }
    }
}
