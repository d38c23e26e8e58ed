#include "capi_backup/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVERY_MS = 1000 };

void progress_init(struct progress *progress, const char *verb, bool silent)
{
    *progress = (struct progress){
        .verb = verb,
        .next_ms = clock_now_ms() + EVERY_MS,
        .silent = silent,
        .terminal = isatty(STDERR_FILENO) == 1,
    };
}

void progress_tell(void *context, size_t done, size_t known)
{
    struct progress *progress = context;
    long long now = clock_now_ms();
    if (progress->silent || now < progress->next_ms)
        return;
    progress->next_ms = now + EVERY_MS;
    progress->open = progress->terminal;
    fprintf(stderr, progress->terminal ? "\r%zu of %zu objects %s" : "%zu of %zu objects %s\n",
            done, known, progress->verb);
}

void progress_end(struct progress *progress)
{
    if (progress->open)
        fputc('\n', stderr);
    progress->open = false;
}
