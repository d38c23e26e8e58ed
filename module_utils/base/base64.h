/*
 * Base64 with the standard alphabet and padding (RFC 4648), as strict as Go's encoding/base64.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* One line, padded, owned. */
char *base64_encode(const void *bytes, size_t length) must_check;

/*
 * Adds the bytes that TEXT stands for to OUT. CR and LF are skipped wherever they are; every other
 * foreign character, missing padding and anything behind the padding is an ERROR_PARSE "illegal
 * base64 data at input byte N", N counted from 0 as in Go. On failure OUT is as it was.
 */
int base64_decode(const char *text, size_t length, struct buf *out, struct error **err) must_check;

#endif
