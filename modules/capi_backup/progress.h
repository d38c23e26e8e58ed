/*
 * One line a second on standard error while something takes long: "1500 of 20000 objects read". In
 * place on a terminal, line after line elsewhere. Never a name, never a value.
 */
#ifndef CAPI_BACKUP_PROGRESS_H
#define CAPI_BACKUP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    const char *verb; /* static: "read", "written" */
    long long next_ms;
    bool silent;
    bool terminal, open; /* open: a line on the terminal waits for its end */
};

/* Nothing is said in the first second, nor when SILENT. */
void progress_init(struct progress *progress, const char *verb, bool silent);
/* CONTEXT is a struct progress: fits capi_progress. */
void progress_tell(void *context, size_t done, size_t known);
void progress_end(struct progress *progress);

#endif
