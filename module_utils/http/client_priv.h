/*
 * What the files behind client.h share: the client, and one attempt of a job.
 * Nobody outside of room http may include this.
 */
#ifndef HTTP_CLIENT_PRIV_H
#define HTTP_CLIENT_PRIV_H

#include <curl/curl.h>

#include "http/client.h"

/* Why an attempt was ended from our side; libcurl only reports that a callback refused. */
enum transfer_stop {
    STOP_NOT,
    STOP_WANTED,  /* http_work.data has seen enough */
    STOP_BODY,    /* more than max_body */
    STOP_HEADERS, /* headers without end */
    STOP_IDLE,    /* a stream fell silent */
    STOP_FILE,    /* the file that is sent cannot be read, or has become shorter */
};

/* One easy handle. It lives as long as the client and carries one attempt after the other. */
struct transfer {
    struct transfer *next; /* in the client's list of idle or of active ones */
    struct http_client *client;
    CURL *easy;
    char cause[CURL_ERROR_SIZE]; /* libcurl's words for its error */

    /* One attempt. */
    struct http_job *job;          /* borrowed */
    const struct http_work *work;  /* borrowed */
    const void *run;               /* whose attempt it is */
    struct curl_slist *headers;    /* owned */
    struct curl_slist *connect_to; /* owned */
    bool proxied;                  /* through client->proxy */
    unsigned long long sent;       /* bytes of the body handed to libcurl */
    size_t received;               /* bytes of the answer's body, decoded */
    size_t header_bytes;
    long long idle_deadline; /* streams only, 0 = none */
    enum transfer_stop stop;
    bool finished; /* libcurl is through; result counts */
    CURLcode result;
};

struct http_client {
    struct http_options options; /* with the defaults filled in */
    CURLM *multi;
    char *proxy; /* owned; as libcurl wants it */
    struct curl_slist *proxy_headers;
    struct transfer *idle;
    struct transfer *active;
    unsigned long started;
    bool warm;       /* the last attempt to connect succeeded */
    bool curl_ready; /* curl_global_init was called */
};

/* trust.c: the options of an easy handle that never change: TLS and proxy. */
void trust_setup(CURL *easy, const struct http_client *client);
/* The host's file of authorities: the one that SSL_CERT_FILE names, readable or not, else the first
 * readable one of PATHS, which ends with NULL. Borrowed; NULL: none. */
const char *trust_bundle(const char *const *paths);
extern const char *const trust_bundles[]; /* where distributions keep it, ends with NULL */

/* client.c: forgets response, failure and error of the last attempt. */
void job_clear_attempt(struct http_job *job);

/* target.c: points TRANSFER, whose job is set, to its server and through the proxy or past it. */
int target_prepare(struct transfer *transfer, struct error **err) must_check;

/* transfer.c */
struct transfer *transfer_new(struct http_client *client);
void transfer_free(struct transfer *transfer);
/* Makes everything ready for one attempt of JOB, whose response is cleared. */
int transfer_prepare(struct transfer *transfer, struct http_job *job, const struct http_work *work,
                     struct error **err) must_check;
/* Lets go of everything that belongs to the attempt. */
void transfer_reset(struct transfer *transfer);

/* failure.c: fills failure and error, or status and reason, of the job from a finished attempt. */
void failure_report(const struct transfer *transfer);

#endif
