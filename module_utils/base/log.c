#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

static int log_level;
static long long log_start;

void log_init(void)
{
    long long level = 0;
    if (!str_to_int(getenv("MCAPI_TRACE"), 0, 3, &level))
        level = 0;
    log_level = (int)level;
    log_start = clock_now_ms();
}

bool log_enabled(int level)
{
    return level <= log_level;
}

void log_trace(int level, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "%6lld ms %s\n", clock_now_ms() - log_start, text);
}
