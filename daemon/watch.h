/*
 * The directory of the network namespaces: told by the kernel when one comes or goes.
 */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include "daemon/server.h"

struct watch;

/* Reads the directory for the first time and watches it, or waits until it is there. */
struct watch *watch_new(struct server *server, struct error **err) must_check;
void watch_free(struct watch *watch);
/* What the directory holds; borrowed, until the loop's next round. */
const struct strv *watch_names(const struct watch *watch);
/* Reads the directory again now. */
void watch_rescan(struct watch *watch);

#endif
