#include "proc/report.h"

#include <errno.h>
#include <unistd.h>

void report_write(int fd, enum report_stage stage, int code)
{
    struct report report = {.stage = stage, .code = code};
    /* Smaller than PIPE_BUF: written whole or not at all. */
    while (write(fd, &report, sizeof(report)) < 0 && errno == EINTR) {
    }
}

struct report report_read(int fd)
{
    struct report report = {.stage = REPORT_NONE};
    ssize_t got = -1;
    do {
        got = read(fd, &report, sizeof(report));
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(report) ? report : (struct report){.stage = REPORT_NONE};
}
