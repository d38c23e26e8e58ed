#include "daemon/log.h"

#include <stdarg.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

void log_line(enum log_level level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == '\x7f')
            *c = '?';
    }
    auto_buf struct buf line = {0};
    buf_printf(&line, "<%d>%s\n", (int)level, text);
    /* One write is one line, also when two threads log; a full pipe may lose it. */
    ssize_t written = write(STDERR_FILENO, line.data, line.size);
    (void)written;
}

_Bool log_allowed(struct log_limit *limit)
{
    enum { SECOND = 1000 };
    long long second = clock_now_ms() / SECOND;
    if (second != limit->second) {
        if (limit->left_out > 0)
            log_line(LOG_LEVEL_WARNING, "%llu further refusals in that second", limit->left_out);
        *limit = (struct log_limit){.second = second};
    }
    if (limit->lines >= LOG_BURST) {
        limit->left_out++;
        return 0;
    }
    limit->lines++;
    return 1;
}
