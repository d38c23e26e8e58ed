/*
 * The files that a configuration includes.
 */
#ifndef LXC_CONTAINER_INCLUDE_H
#define LXC_CONTAINER_INCLUDE_H

#include <stdbool.h>

#include "base/strv.h"
#include "lxc_container/text.h"

/* Fills TEXT, empty, from the file PATH. False when it cannot be read, a folder or no plain file.
 */
bool include_read(const char *path, struct text *text) must_check;

/* Adds the keys of TEXT, and of all files that it includes, whose value liblxc makes up anew each
 * time that it reads them: an x in a hardware address is another digit then. */
void include_made_up(const struct text *text, struct strv *keys);

/* Adds each key once that stands in the included file or folder PATH, or in what that includes: of
 * all these files where PATH COUNTS, else of those below DIRECTORY and of what these include. */
void include_keys(const char *path, const char *directory, bool counts, struct strv *keys);

#endif
