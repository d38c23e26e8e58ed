/*
 * UUIDs that follow from a name: RFC 9562, version 5.
 */
#ifndef CRYPTO_UUID_H
#define CRYPTO_UUID_H

#include "base/compiler.h"

/*
 * The UUID of NAME within the namespace SPACE, a UUID with or without hyphens: 36 characters in
 * lower case, owned. NULL when SPACE is no UUID.
 */
char *uuid_of_name(const char *space, const char *name) must_check nonnull_all;

#endif
