/*
 * The only door to libcurl: one client speaks to one server over one HTTP/2 connection, or over as
 * many HTTP/1.1 ones as there are requests in flight. While there is no connection yet, one request
 * goes ahead alone.
 *
 * It never follows redirects (credentials would travel), never reads a proxy from the
 * environment, never speaks less than TLS 1.2, and never retries by itself: whoever gives it
 * work decides that in http_work.done, usually with http/retry.h. (One exception: libcurl sends a
 * request without a body once more when the kept connection under it turns out to be dead.)
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

/* Who all requests say they are from, unless their owner names itself. */
#define HTTP_USER_AGENT "mcapi/1.0"

/* For one attempt, unless its owner says otherwise: a kube-apiserver cuts other requests than
 * watches off then. */
enum { HTTP_REQUEST_TIMEOUT_MS = 60000 };

/* Everything is borrowed and must live as long as the client. NULL means "not set". */
struct http_options {
    const char *ca_pem; /* trust these certificates only; NULL: the host's, or SSL_CERT_FILE's */
    const char *client_cert_pem; /* chain; never touches the disk */
    const char *client_key_pem;
    const char *tls_server_name; /* SNI and verified name when it differs from the URL's host */
    bool insecure;               /* no verification at all */
    const char *proxy;           /* http://, https:// or socks5:// URL; NULL: none */
    const char *no_proxy;        /* comma list of hosts, domains, IPs, CIDRs: see http/proxy.h */
    const struct strv *proxy_headers; /* "Name: value", sent to the proxy only */
    const char *user_agent;           /* NULL: HTTP_USER_AGENT */
    bool no_compression;              /* ask for answers without gzip */
    long connect_timeout_ms;          /* 0: 10 s */
    long request_timeout_ms;          /* 0: HTTP_REQUEST_TIMEOUT_MS, for one attempt */
    size_t max_body;        /* bytes of one answer, decoded; 0: 64 MiB; more is an error */
    unsigned max_in_flight; /* 0: 32 */
};

struct http_client;

/*
 * NULL on failure: ERROR_USAGE (unusable proxy URL), ERROR_AUTH (a certificate without its key, a
 * CA that is not PEM), ERROR_HTTP. Whether certificate and key can be used shows with the first
 * request: HTTP_FAILURE_VERIFY with an ERROR_AUTH.
 */
struct http_client *http_client_new(const struct http_options *options, struct error **err)
    must_check;
void http_client_free(struct http_client *client);
define_cleanup(http_client, struct http_client *, http_client_free)
#define auto_http_client cleanup_with(http_client_cleanup)

/* What kind of transport failure an error of an exchange is, for the retry table. */
enum http_failure {
    HTTP_FAILURE_NONE,    /* there is a response */
    HTTP_FAILURE_RESOLVE, /* no such host: nothing was sent */
    HTTP_FAILURE_CONNECT, /* refused, unreachable, not connected in time, TLS handshake broken off,
                             proxy down: nothing was sent */
    HTTP_FAILURE_VERIFY,  /* certificate not acceptable: never retried */
    HTTP_FAILURE_RESET,   /* connection lost after (part of) the request was sent */
    HTTP_FAILURE_TIMEOUT, /* the attempt took too long */
    HTTP_FAILURE_TOO_BIG, /* more than max_body */
    HTTP_FAILURE_OTHER,
};

/* One exchange with its attempts. The giver owns it; init/clear are the giver's. */
struct http_job {
    struct http_request request;
    struct http_response response;
    enum http_failure failure;
    struct error *error;   /* owned; set when failure != NONE; names host and cause */
    unsigned attempts;     /* attempts made so far */
    unsigned told_to_wait; /* of them answered with 429 or 5xx and Retry-After */
    void *owner;           /* the giver's own */
};

void http_job_init(struct http_job *job, const char *method, char *url_take);
void http_job_clear(struct http_job *job);

enum http_verdict { HTTP_DONE, HTTP_AGAIN };

/*
 * A giver of work. All callbacks run in the caller's thread, inside http_client_run. next and done
 * may use the same client for other work meanwhile; data may not.
 */
struct http_work {
    /*
     * The next job to start, or NULL for "none now"; IN_FLIGHT counts the jobs that were given and
     * are not done, also those that wait for a repeat. Asked whenever there is room for one more
     * job, but after NULL only when an attempt has ended. A job must stay alive until its done
     * said HTTP_DONE.
     */
    struct http_job *(*next)(void *context, unsigned in_flight);
    /* An attempt ended. HTTP_AGAIN: the same request is sent again after *wait_ms; the callback
     * may have changed its headers. Response and error of the attempt are cleared then. */
    enum http_verdict (*done)(void *context, struct http_job *job, long long *wait_ms);
    /* For requests with .stream and a 2xx status: bytes as they arrive. false ends the exchange
     * (done is called with failure NONE). May be NULL when no job streams. */
    bool (*data)(void *context, struct http_job *job, const char *bytes, size_t length);
    void *context;
    /* A descriptor, or NULL. Once it is readable the run ends with success: running transfers are
     * dropped without done. It is not read. */
    const int *wake;
};

/*
 * Works until nothing is in flight or waiting and next has nothing to give. -1 only when the run
 * itself cannot go on: ERROR_INTERRUPTED after a signal (base/interrupt.h), or ERROR_INTERNAL;
 * the failures of single jobs are in the jobs. On -1 running transfers are dropped without done.
 */
int http_client_run(struct http_client *client, const struct http_work *work, struct error **err)
    must_check;

/* One exchange, one attempt. -1 with the job's error moved to *err when there was no response. */
int http_client_perform(struct http_client *client, struct http_job *job, struct error **err)
    must_check;

/* Attempts started since the client was made. */
unsigned long http_client_count(const struct http_client *client);

#endif
