/*
 * A tar file of a container at rest: its folder, and its root file system wherever that is kept.
 */
#ifndef LXC_CONTAINER_ARCHIVE_H
#define LXC_CONTAINER_ARCHIVE_H

#include <stdbool.h>

#include "base/error.h"
#include "lxc_container/state.h"

/* The root file system lies on a device of its own: it can be read only while it is stopped. */
bool archive_is_block(const struct ct *ct);

/* What state: absent removes is no place for the archive of it: ERROR_USAGE. */
int archive_check(const struct ct *ct, struct error **err) must_check;

/* Writes the archive, by the program tar, under another name first. On failure nothing is left. */
int archive_run(struct ct *ct, struct error **err) must_check;

#endif
