/*
 * One line on standard error per change of state, in the form systemd reads: "<6>text". Never more
 * than LOG_BURST lines of refused clients in a second: who can connect must not fill the disk.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include "base/compiler.h"

/* Levels of syslog. */
enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6 };

/* From any thread. The text is one line; control characters in it become "?". */
void log_line(enum log_level level, const char *format, ...) printf_like(2, 3);

/* How many lines a second may hold, and what was left out. The owner keeps it, zeroed at first. */
struct log_limit {
    long long second;
    unsigned lines;
    unsigned long long left_out;
};
enum { LOG_BURST = 10 };

/* True when a line may be written now. Says first how many were left out, if any were. */
_Bool log_allowed(struct log_limit *limit);

#endif
