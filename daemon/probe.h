/*
 * Asks each cluster again and again whether it is there, through the same namespaces that
 * connections take, and tells the control thread when the answer changes.
 */
#ifndef DAEMON_PROBE_H
#define DAEMON_PROBE_H

#include "daemon/server.h"

/* Begins at once. */
void probe_start(struct server *server, struct backend *backend);
void probe_stop(struct backend *backend);
/* A client got through to a cluster that did not answer before: asks at once. */
void probe_soon(struct backend *backend);
/* NAMES are the namespaces that there are now: asks soon when other ones lead to the cluster. */
void probe_namespaces(struct backend *backend, const struct strv *names);
/* One of its namespaces came or went, maybe under the same name: asks soon, and once more later,
 * since a name appears before the namespace is mounted on it. */
void probe_hasten(struct backend *backend);

#endif
