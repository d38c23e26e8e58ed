/*
 * A log of requests in a file, as openstacksdk's enable_logging writes one: a line per exchange,
 * with DEBUG also headers and bodies. Tokens appear as the beginning of their SHA-256, bodies that
 * hold credentials not at all.
 */
#ifndef OSTACK_LOG_H
#define OSTACK_LOG_H

#include <stdbool.h>

#include "base/error.h"
#include "http/client.h"

struct osk_log;

/* Opens PATH for appending, with mode 0600 when it is new. PATH NULL: a log that takes nothing. */
struct osk_log *osk_log_open(const char *path, bool debug, struct error **err) must_check;
void osk_log_free(struct osk_log *log);

/* Writes down what became of JOB. CREDENTIALS: its body or answer holds some. Never fails. */
void osk_log_exchange(struct osk_log *log, const struct http_job *job, bool credentials);

#endif
