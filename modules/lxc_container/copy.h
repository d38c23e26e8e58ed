/*
 * A copy that liblxc makes of a container, as a clone or as a snapshot, and what is left of one
 * that was cut off.
 */
#ifndef LXC_CONTAINER_COPY_H
#define LXC_CONTAINER_COPY_H

#include <stdbool.h>

#include "base/error.h"

/* Whether the copy with the configuration file PATH is whole: liblxc writes there where the root
 * file system is when that has been copied. ERROR_IO. */
int copy_is_whole(const char *path, bool *whole, struct error **err) must_check;

/* Removes from DIRECTORY, which the copy has made, what is left of one that was cut off. A whole
 * one stays. */
void copy_clean_up(const char *directory);

#endif
