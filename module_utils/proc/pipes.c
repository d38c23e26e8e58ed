/* The pipes between us and the program. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "proc/spawn_priv.h"

/* A closed standard descriptor of ours must not become a pipe: the child puts others there. */
static int above_standard(int fd)
{
    if (fd > STDERR_FILENO)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    mem_cleanup_close(&fd);
    return moved;
}

static int make_pipe(int ends[2], struct error **err)
{
    if (pipe2(ends, O_CLOEXEC) == 0) {
        ends[0] = above_standard(ends[0]);
        ends[1] = above_standard(ends[1]);
        if (ends[0] >= 0 && ends[1] >= 0)
            return 0;
    }
    error_make_errno(err, errno, "cannot make a pipe");
    return -1;
}

void pipes_close_end(int *fd)
{
    mem_cleanup_close(fd);
    *fd = -1;
}

void pipes_close(struct spawn_pipes *pipes)
{
    int *ends[] = {pipes->input, pipes->output, pipes->error, pipes->report};
    for (size_t i = 0; i < array_length(ends); i++) {
        pipes_close_end(&ends[i][0]);
        pipes_close_end(&ends[i][1]);
    }
}

int pipes_make(struct spawn_child *child, struct error **err)
{
    struct spawn_pipes *pipes = &child->pipes;
    if (make_pipe(pipes->report, err) < 0 || make_pipe(pipes->output, err) < 0 ||
        (child->options->input && make_pipe(pipes->input, err) < 0) ||
        (child->options->stderr_to == SPAWN_STDERR_CAPTURE && make_pipe(pipes->error, err) < 0))
        return -1;
    int ours[] = {pipes->input[1], pipes->output[0], pipes->error[0]};
    for (size_t i = 0; i < array_length(ours); i++)
        if (ours[i] >= 0)
            fcntl(ours[i], F_SETFL, O_NONBLOCK);
    return 0;
}

void pipes_close_childs(struct spawn_pipes *pipes)
{
    pipes_close_end(&pipes->input[0]);
    pipes_close_end(&pipes->output[1]);
    pipes_close_end(&pipes->error[1]);
    pipes_close_end(&pipes->report[1]);
}
