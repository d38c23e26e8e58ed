/*
 * When an HTTP exchange is worth repeating: the policy table, shared by all clients of servers.
 */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H

#include "http/client.h"

struct http_retry {
    long long deadline; /* base/clock.h; no repeat may start after it */
    bool idempotent;    /* the request may be repeated although it may have been carried out */
    unsigned max_after; /* repeats that a Retry-After header may cause; 0: 10 */
};

/*
 * HTTP_AGAIN with *wait_ms when the last attempt of JOB should be repeated:
 *   429 or 5xx with Retry-After: after that many seconds, whatever the method, as client-go does;
 *   429 and 503 without: backoff; 502 and 504 without: backoff when idempotent (the server behind
 *   the gateway may have done it); resolve/connect failures: backoff; reset and timeout: backoff
 *   when idempotent; verification failures and everything else: HTTP_DONE.
 * Backoff: 0.5 s, ×1.5 a time, ±20 % jitter, at most 10 s. A wait that would end behind the
 * deadline is HTTP_DONE at once. *wait_ms is written with HTTP_AGAIN only.
 */
enum http_verdict http_retry_judge(const struct http_retry *retry, const struct http_job *job,
                                   long long *wait_ms);

/*
 * Whether the request of JOB's last attempt may have been carried out although no answer says so:
 * the answer was lost, or is the failure of a server or of a gateway.
 */
bool http_retry_in_doubt(const struct http_job *job);

/*
 * True, with *seconds, when RESPONSE is a 429 or 5xx with a Retry-After in seconds. A date there
 * counts as no header, as with client-go.
 */
bool http_retry_after(const struct http_response *response, long long *seconds);

/* The pause before repeat number N (1 …) of the same backoff, without jitter. */
long long http_retry_backoff_ms(unsigned n);
/* The same with jitter: for many at once that one fault has put in step. */
long long http_retry_pause_ms(unsigned n);

#endif
