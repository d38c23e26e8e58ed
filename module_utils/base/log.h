/*
 * A debug trace on standard error, off unless the environment variable MCAPI_TRACE is set to a
 * level from 1 to 3. Never on standard output, which belongs to the result. Never give it a
 * secret: it is not scrubbed.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/compiler.h"

/* Reads MCAPI_TRACE. Call once, from main. */
void log_init(void);
bool log_enabled(int level);
/* One line, prefixed with milliseconds since log_init. LEVEL 1 = steps, 2 = requests, 3 = all. */
void log_trace(int level, const char *format, ...) printf_like(2, 3);

#endif
