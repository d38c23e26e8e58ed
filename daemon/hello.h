/*
 * The first message of a TLS client, read for one thing: the name of the server that it wants.
 * Nothing is decrypted and nothing is kept. Pure.
 */
#ifndef DAEMON_HELLO_H
#define DAEMON_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
    HELLO_RECORD = 16384,      /* bytes of one record, at most */
    HELLO_MESSAGE = 16384 + 4, /* bytes of the whole message, in however many records */
    HELLO_BYTES = 48 * 1024,   /* bytes on the wire, headers of small records included */
    HELLO_NAME = 256,
};

enum hello_result {
    HELLO_FOUND,     /* name is set */
    HELLO_MORE,      /* so far so good: come back with at least NEED bytes */
    HELLO_NO_NAME,   /* a whole hello without server_name */
    HELLO_NOT_TLS,   /* does not begin like TLS */
    HELLO_MALFORMED, /* begins like TLS, and breaks its rules */
    HELLO_TOO_LONG,
};

struct hello {
    char name[HELLO_NAME]; /* lower case, without the dot at the end */
    size_t need;           /* bytes from the very beginning */
};

/* BYTES are all that came so far, from the very beginning. */
enum hello_result hello_parse(const uint8_t *bytes, size_t size, struct hello *hello) must_check;

#endif
