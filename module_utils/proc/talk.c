/* The conversation with a running program: input, output, deadline, signals. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "proc/spawn_priv.h"

enum {
    OUTPUT_LIMIT = 1024 * 1024,
    ERROR_LIMIT = 64 * 1024,
    CHUNK = 4096,
    LOOK_MS = 50, /* how often to look whether a program that keeps silent has ended */
};

/* A program that ends without reading its input is no reason for us to die of SIGPIPE. */
static ssize_t write_quietly(int fd, const char *bytes, size_t size)
{
    sigset_t pipe_only;
    sigset_t before;
    sigset_t pending;
    struct timespec at_once = {0};
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    sigprocmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t done = write(fd, bytes, size);
    int saved = errno;
    if (done < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe_only, NULL, &at_once);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return done;
}

static void send_input(struct spawn_child *child)
{
    const struct spawn_options *options = child->options;
    int *fd = &child->pipes.input[1];
    ssize_t done = write_quietly(*fd, (const char *)options->input + child->sent,
                                 options->input_size - child->sent);
    if (done > 0)
        child->sent += (size_t)done;
    /* EPIPE and the like: it does not want more. Its exit code tells whether that is bad. */
    bool failed = done < 0 && errno != EAGAIN && errno != EINTR;
    if (failed || child->sent == options->input_size)
        pipes_close_end(fd);
}

/* Returns false at the end of the stream, which is then closed. */
static bool receive(int *fd, struct buf *into)
{
    char chunk[CHUNK];
    ssize_t got = read(*fd, chunk, sizeof(chunk));
    if (got > 0)
        buf_add(into, chunk, (size_t)got);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        return got > 0;
    pipes_close_end(fd);
    return false;
}

/* Keeps the last LIMIT bytes: what a program says last is why it failed. */
static void keep_tail(struct buf *text, size_t limit, size_t slack)
{
    if (text->size <= limit + slack)
        return;
    memmove(text->data, text->data + text->size - limit, limit);
    text->size = limit;
    text->data[limit] = '\0';
}

static int receive_output(struct spawn_child *child, struct error **err)
{
    size_t limit = child->options->output_limit ? child->options->output_limit : OUTPUT_LIMIT;
    while (child->pipes.output[0] >= 0 && receive(&child->pipes.output[0], &child->result->output))
        if (child->result->output.size > limit) {
            error_make(err, ERROR_IO, "more than %zu bytes on standard output", limit);
            error_code(err, EFBIG);
            return -1;
        }
    return 0;
}

static void receive_error_text(struct spawn_child *child)
{
    size_t limit = child->options->error_limit ? child->options->error_limit : ERROR_LIMIT;
    struct buf *text = &child->result->error_text;
    while (child->pipes.error[0] >= 0 && receive(&child->pipes.error[0], text))
        keep_tail(text, limit, limit);
    keep_tail(text, limit, 0);
}

static int time_to_wait(const struct spawn_child *child)
{
    long long left = child->deadline ? clock_left_ms(child->deadline) : LOOK_MS;
    return (int)(left < LOOK_MS ? left : LOOK_MS);
}

static int wait_for_news(struct spawn_child *child, struct error **err)
{
    struct pollfd wanted[] = {
        {.fd = child->pipes.input[1], .events = POLLOUT},
        {.fd = child->pipes.output[0], .events = POLLIN},
        {.fd = child->pipes.error[0], .events = POLLIN},
        {.fd = interrupt_fd(), .events = POLLIN},
    };
    poll(wanted, array_length(wanted), time_to_wait(child));
    if (interrupt_check(err) < 0)
        return -1;
    if (child->deadline && clock_passed(child->deadline)) {
        error_make(err, ERROR_TIMEOUT, "not finished after %.1f s",
                   (double)child->options->timeout_ms / 1000);
        return -1;
    }
    return 0;
}

int child_talk(struct spawn_child *child, struct error **err)
{
    while (!child->over) {
        if (wait_for_news(child, err) < 0)
            return -1;
        if (child->pipes.input[1] >= 0)
            send_input(child);
        /* Before reading: what it wrote before its end is then in the pipes. A grandchild that
         * keeps them open does not hold us up. */
        child_look(child, WNOHANG);
        receive_error_text(child);
        if (receive_output(child, err) < 0)
            return -1;
    }
    return 0;
}
