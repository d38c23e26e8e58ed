/*
 * How a child that could not become the wanted program tells its parent: through a pipe that
 * closes by itself when exec succeeds. The parent's error then reads like a local one.
 */
#ifndef PROC_REPORT_H
#define PROC_REPORT_H

enum report_stage {
    REPORT_NONE, /* nothing to report: exec succeeded */
    REPORT_DESCRIPTORS,
    REPORT_DIRECTORY,
    REPORT_EXEC,
};

struct report {
    enum report_stage stage;
    int code; /* errno */
};

/* In the child: safe between fork and exec. */
void report_write(int fd, enum report_stage stage, int code);

/* In the parent: waits until the child has reported or has become the program. */
struct report report_read(int fd);

#endif
