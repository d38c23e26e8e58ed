/*
 * What goes out and what comes back: plain data, no network.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"

/* A body that is read from an open file while it is sent. Read by position: the file may be sent
 * again, and its own position stays. */
struct http_file {
    int fd;                  /* borrowed */
    unsigned long long size; /* bytes that are sent; a file that ends before is an error */
};

struct http_request {
    const char *method;           /* static: "GET", "PATCH", … */
    char *url;                    /* owned; absolute, already percent-encoded */
    struct strv headers;          /* "Name: value"; repeated names are sent repeatedly */
    struct buf body;              /* owned; sent when has_body */
    bool has_body;                /* an empty body is still a body */
    const struct http_file *file; /* borrowed: the body instead, without has_body; NULL: none */
    bool stream;                  /* hand the answer over while it arrives (http_work.data) */
    long timeout_ms; /* of one attempt; 0 = the client's default; streams and files: idle time */
};

struct http_response {
    int status;          /* HTTP status of the final answer, 0 when there was none */
    struct buf body;     /* decoded (gzip), empty for streamed answers with status 2xx */
    struct strv headers; /* "Name: value" as received, in order */
    char *reason;        /* owned phrase: the standard one of the status, for HTTP/2 too */
};

void http_request_init(struct http_request *request, const char *method, char *url_take);
void http_request_clear(struct http_request *request);
/* Adds "NAME: VALUE". A CR, LF or NUL in VALUE is a defect of the caller: it is cut there. */
void http_request_header(struct http_request *request, const char *name, const char *value);

void http_response_init(struct http_response *response);
void http_response_clear(struct http_response *response);
/* The value of the first header NAME (case-insensitive), borrowed, or NULL. */
const char *http_response_header(const struct http_response *response, const char *name);

/* The standard phrase of a status ("Not Found"), "" for an unknown one. */
const char *http_status_phrase(int status);

#endif
