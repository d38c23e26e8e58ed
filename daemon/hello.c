#include "daemon/hello.h"

#include <stdbool.h>
#include <string.h>

/* RFC 8446 (and RFC 6066 for server_name). */
enum {
    RECORD_HEADER = 5,
    HANDSHAKE_HEADER = 4,
    TYPE_HANDSHAKE = 22,
    TYPE_CLIENT_HELLO = 1,
    MAJOR_VERSION = 3,
    EXTENSION_SERVER_NAME = 0,
    NAME_TYPE_HOST = 0,
    RANDOM = 32,
};

/* What is left to read of a stretch of bytes; short reads leave it failed, and stay failed. */
struct reader {
    const uint8_t *at;
    size_t left;
    bool failed;
};

static const uint8_t *take(struct reader *reader, size_t count)
{
    if (reader->failed || reader->left < count) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *taken = reader->at;
    reader->at += count;
    reader->left -= count;
    return taken;
}

/* A big-endian number of COUNT bytes; 0 when there are too few. */
static size_t number(struct reader *reader, size_t count)
{
    const uint8_t *bytes = take(reader, count);
    size_t value = 0;
    for (size_t i = 0; bytes && i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* A vector whose length stands before it in COUNT bytes. */
static struct reader vector(struct reader *reader, size_t count)
{
    size_t length = number(reader, count);
    const uint8_t *bytes = take(reader, length);
    return (struct reader){.at = bytes, .left = bytes ? length : 0, .failed = reader->failed};
}

/* Host names, and the underscore that some put into them. */
static bool name_byte(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
           byte == '.' || byte == '_';
}

static bool copy_name(const struct reader *host, char name[HELLO_NAME])
{
    size_t length = host->left;
    if (length > 0 && host->at[length - 1] == '.')
        length--;
    if (length == 0 || length >= HELLO_NAME)
        return false;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = host->at[i];
        if (byte >= 'A' && byte <= 'Z')
            byte = (uint8_t)(byte - 'A' + 'a');
        if (!name_byte(byte))
            return false;
        name[i] = (char)byte;
    }
    name[length] = '\0';
    return true;
}

static enum hello_result read_server_name(struct reader extension, char name[HELLO_NAME])
{
    struct reader list = vector(&extension, 2);
    while (!list.failed && list.left > 0) {
        size_t type = number(&list, 1);
        struct reader host = vector(&list, 2);
        if (list.failed)
            break;
        if (type == NAME_TYPE_HOST)
            return copy_name(&host, name) ? HELLO_FOUND : HELLO_MALFORMED;
    }
    return list.failed ? HELLO_MALFORMED : HELLO_NO_NAME;
}

static enum hello_result read_extensions(struct reader *body, char name[HELLO_NAME])
{
    if (body->left == 0) /* TLS 1.0 knows hellos without any */
        return HELLO_NO_NAME;
    struct reader extensions = vector(body, 2);
    while (!extensions.failed && extensions.left > 0) {
        size_t type = number(&extensions, 2);
        struct reader extension = vector(&extensions, 2);
        if (!extensions.failed && type == EXTENSION_SERVER_NAME)
            return read_server_name(extension, name);
    }
    return extensions.failed ? HELLO_MALFORMED : HELLO_NO_NAME;
}

/* MESSAGE without its handshake header. */
static enum hello_result read_message(const uint8_t *message, size_t size, char name[HELLO_NAME])
{
    struct reader body = {.at = message, .left = size};
    take(&body, 2); /* the version, which TLS 1.3 freezes */
    take(&body, RANDOM);
    vector(&body, 1); /* session id */
    vector(&body, 2); /* cipher suites */
    vector(&body, 1); /* compression methods */
    return body.failed ? HELLO_MALFORMED : read_extensions(&body, name);
}

/* How many bytes of handshake the first SIZE bytes of a message promise in all; 0: unknown yet. */
static size_t promised(const uint8_t *message, size_t size)
{
    if (size < HANDSHAKE_HEADER)
        return 0;
    return HANDSHAKE_HEADER + ((size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3]);
}

static enum hello_result more(struct hello *hello, size_t need)
{
    hello->need = need;
    return need > HELLO_BYTES ? HELLO_TOO_LONG : HELLO_MORE;
}

/* The length of the record at BYTES; HELLO_FOUND when its header may stand there. */
static enum hello_result read_header(const uint8_t *bytes, size_t size, bool first, size_t *length)
{
    if (bytes[0] != TYPE_HANDSHAKE)
        return first ? HELLO_NOT_TLS : HELLO_MALFORMED;
    if (size > 1 && bytes[1] != MAJOR_VERSION)
        return first ? HELLO_NOT_TLS : HELLO_MALFORMED;
    if (size < RECORD_HEADER)
        return HELLO_MORE;
    *length = (size_t)bytes[3] << 8 | bytes[4];
    if (*length == 0 || *length > HELLO_RECORD)
        return HELLO_MALFORMED;
    return HELLO_FOUND;
}

enum hello_result hello_parse(const uint8_t *bytes, size_t size, struct hello *hello)
{
    uint8_t message[HELLO_MESSAGE];
    size_t got = 0;
    size_t at = 0;
    hello->name[0] = '\0';
    while (at < size) {
        size_t length = 0;
        enum hello_result header = read_header(bytes + at, size - at, at == 0, &length);
        if (header == HELLO_MORE)
            return more(hello, at + RECORD_HEADER);
        if (header != HELLO_FOUND)
            return header;
        at += RECORD_HEADER;
        size_t here = length < size - at ? length : size - at;
        size_t room = sizeof(message) - got;
        memcpy(message + got, bytes + at, here < room ? here : room);
        got += here < room ? here : room;
        if (got > 0 && message[0] != TYPE_CLIENT_HELLO)
            return HELLO_MALFORMED;
        size_t want = promised(message, got);
        if (want > sizeof(message))
            return HELLO_TOO_LONG;
        if (want > 0 && got >= want)
            return read_message(message + HANDSHAKE_HEADER, want - HANDSHAKE_HEADER, hello->name);
        if (here < length)
            return more(hello, at + length);
        at += length;
    }
    return more(hello, at + RECORD_HEADER + (at > 0));
}
