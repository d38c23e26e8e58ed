/*
 * What liblxc has to say. Its functions return false without a reason; the reason is in its log,
 * and only there (error_string is never set, LXC 4.0 to 6.0). The log goes into a file without a
 * name, or into the user's, and what was added since a mark becomes our error.
 */
#ifndef LXC_CONTAINER_CAPTURE_H
#define LXC_CONTAINER_CAPTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strv.h"
#include "lxc_container/lib.h"

struct capture {
    int fd;      /* of the log, for reading; -1 before capture_open */
    int stderr_; /* what standard error was, -1 when it is not replaced */
    int other;   /* a second log that is read too, or -1 */
    off_t other_mark;
};

/* Whose log it is, and where it goes. Everything is borrowed. */
struct capture_options {
    const char *name;
    const char *lxcpath;
    const char *file;  /* NULL: a file without a name, for us alone */
    const char *level; /* of what goes into FILE */
};

/* Starts the log. Standard error is silent until capture_close, because liblxc repeats errors
 * there. ERROR_IO. */
int capture_open(struct capture *capture, const struct lib *lib,
                 const struct capture_options *options, struct error **err) must_check;
void capture_close(struct capture *capture, const struct lib *lib);

/* A container has a log file of its own, FILE: what is written there from now on is read too, until
 * another one is named, or NULL. */
void capture_also(struct capture *capture, const char *file);
/* In a child: liblxc writes there from now on, as it does without a log of ours. */
void capture_divert(const struct lib *lib, const struct capture_options *options);

/* A point in the log. */
off_t capture_mark(const struct capture *capture);

/* Adds the messages of errors behind MARK to LINES, without time and place, each once, at most
 * ten. */
void capture_errors(const struct capture *capture, off_t mark, struct strv *lines);

/* Makes an ERROR_IO: the text, then what liblxc said first; all of it as detail "log". */
void capture_fail(const struct capture *capture, off_t mark, struct error **err, const char *format,
                  ...) printf_like(4, 5);

/* Pure: the message of one line of the log, owned; NULL when it is no error. */
char *capture_message(const char *line) must_check;

#endif
