/*
 * The content of an image as a file on this host: its size and hashes, and whether it is what the
 * task says that it is.
 */
#ifndef OPENSTACK_RESOURCES_CONTENT_H
#define OPENSTACK_RESOURCES_CONTENT_H

#include <stdbool.h>

#include "base/error.h"

struct content {
    char *sha256; /* owned, 64 digits; NULL: not known */
    char *sha512; /* owned, 128 digits; NULL: not known */
    unsigned long long size;
    bool read; /* size and both hashes are those of the file */
};

/* What CHECKSUM, "sha256:…" or "sha512:…", says. ERROR_USAGE for anything else. */
int content_expect(struct content *content, const char *checksum, struct error **err) must_check;

/* Reads the file PATH from end to end, a piece at a time. ERROR_IO; ERROR_USAGE when it is not what
 * CONTENT says already. */
int content_read(struct content *content, const char *path, struct error **err) must_check;
void content_clear(struct content *content);

#endif
