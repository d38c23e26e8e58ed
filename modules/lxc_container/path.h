/*
 * The names by which liblxc knows a container. A running container is found by the text of its
 * lxcpath, as a socket's name: another spelling of the same folder finds it stopped, and could
 * start it a second time.
 */
#ifndef LXC_CONTAINER_PATH_H
#define LXC_CONTAINER_PATH_H

#include <stdbool.h>

#include "base/error.h"

/* GIVEN without trailing and double slashes; STANDARD, liblxc's own folder, when both lead to the
 * same place, or when GIVEN is NULL. Owned. */
char *path_lxcpath(const char *given, const char *standard) must_check;

/* ERROR_USAGE when the socket of a running container NAME exists under another spelling of
 * LXCPATH. */
int path_check_spelling(const char *lxcpath, const char *name, struct error **err) must_check;

/* PATH is FOLDER or below it, whatever links and mounts lead there, or will be once it is made. */
bool path_is_in(const char *path, const char *folder) must_check;

/* Pure: the lxcpath in a line of /proc/net/unix that is the command socket of NAME, owned, or
 * NULL. */
char *path_of_socket(const char *line, const char *name) must_check;

#endif
