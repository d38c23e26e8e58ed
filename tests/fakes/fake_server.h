/*
 * A scripted HTTP/1.1 server on the loopback interface, in threads of the test itself: canned
 * answers, and the faults that real networks have. It writes down every request.
 */
#ifndef FAKES_FAKE_SERVER_H
#define FAKES_FAKE_SERVER_H

#include <stddef.h>

enum fake_fault {
    FAKE_FINE,
    FAKE_CUT,   /* closes after FAULT_AFTER bytes of the body */
    FAKE_CLOSE, /* closes instead of an answer */
    FAKE_RESET, /* the same with a TCP reset */
    FAKE_HANG,  /* answers never (until the server is stopped) */
    FAKE_STALL, /* after FAULT_AFTER bytes of the body, nothing more comes */
    FAKE_DRIP,  /* one byte of the body every 20 ms */
    FAKE_FLOOD, /* a body without end */
    FAKE_RAW,   /* the body is all that is sent, then the connection is closed */
};

struct fake_reply {
    const char *when;    /* beginning of the request line, "GET /path"; NULL: any request */
    unsigned times;      /* how often it serves before the next row does; 0: for ever */
    int status;          /* 0: 200 */
    const char *headers; /* whole lines with CRLF, or NULL */
    const char *body;    /* or NULL */
    size_t body_size;    /* 0: strlen */
    enum fake_fault fault;
    size_t fault_after;
    long delay_ms; /* before the answer */
    int close;     /* "Connection: close" */
};

struct fake_tls {
    const char *certificate; /* PEM */
    const char *key;
    const char *client_ca; /* PEM: clients must have a certificate of this authority; or NULL */
    int oldest_only;       /* speak TLS 1.1 at most */
};

struct fake_server;

/* SCRIPT and TLS (NULL: plain HTTP) must outlive the server. No row fits: 404. */
struct fake_server *fake_server_start(const struct fake_reply *script, size_t count,
                                      const struct fake_tls *tls);
/* Ends all connections and threads. NULL is allowed. */
void fake_server_stop(struct fake_server *server);

int fake_server_port(const struct fake_server *server);
/* "http[s]://127.0.0.1:PORT" + PATH, owned. */
char *fake_server_url(const struct fake_server *server, const char *path);

/* How many requests came; the text of number I (head and body), owned, "" when there is none. */
size_t fake_server_requests(struct fake_server *server);
char *fake_server_request(struct fake_server *server, size_t i);
/* The most requests that were being answered at the same time, and the connections made. */
unsigned fake_server_peak(struct fake_server *server);
unsigned fake_server_connections(struct fake_server *server);

/* A port of the loopback interface on which nobody listens. */
int fake_closed_port(void);

#endif
