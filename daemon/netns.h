/*
 * Network namespaces by name: which of them belong to a network, and sockets made inside them.
 *
 * Nothing is kept open: an open descriptor would keep a namespace alive that its owner has deleted.
 */
#ifndef DAEMON_NETNS_H
#define DAEMON_NETNS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strv.h"

/* NAME is that of a namespace of NETWORK: equal to it, or ending in "-" and it. Pure. */
bool netns_belongs(const char *name, const char *network);

/*
 * Adds to FOUND those of NAMES that belong to NETWORK, the best first. PREFIXES say what is better;
 * a name with another prefix comes after those, by name. Pure.
 */
void netns_choose(const struct strv *names, const char *network, const struct strv *prefixes,
                  struct strv *found);

/* Which namespace it is: a name that was deleted and made again is another one. */
struct netns_id {
    dev_t device;
    ino_t inode;
};
bool netns_same(const struct netns_id *a, const struct netns_id *b);

/* Where namespaces are, and the one to come back to. */
struct netns_place {
    const char *directory;
    int own; /* see netns_own */
};
/* A descriptor of the calling thread's own namespace, owned by the caller; -1 with ERROR_IO. */
int netns_own(struct error **err) must_check;

/*
 * A non-blocking TCP socket of FAMILY (AF_INET, AF_INET6) in the namespace NAME of PLACE; NAME
 * NULL: in our own. The calling thread is back in its own namespace afterwards; should that fail,
 * the process ends. Needs CAP_SYS_ADMIN. *id, unless NULL, says which namespace it was. -1 with
 * ERROR_IO that names the namespace.
 */
int netns_socket(const struct netns_place *place, const char *name, int family, struct netns_id *id,
                 struct error **err) must_check;

#endif
