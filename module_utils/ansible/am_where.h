/* Names the place of a byte in JSON text, for messages about text that does not parse. */
#ifndef ANSIBLE_AM_WHERE_H
#define ANSIBLE_AM_WHERE_H

#include <stddef.h>

#include "base/compiler.h"

/*
 * The path of the member or item that holds the byte at POSITION of TEXT, such as
 * "definition.spec.ports[1]", owned; "" when it is in none. TEXT may be broken behind POSITION.
 * Escapes in names are left as they are.
 */
char *am_where_path(const char *text, size_t position) must_check;

#endif
