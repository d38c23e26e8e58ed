/*
 * The control thread: what the Kubernetes API says becomes routes, and what the data thread says of
 * their health becomes EndpointSlices. It never touches a socket of the relay.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "daemon/config.h"
#include "daemon/exchange.h"

/*
 * Works until exchange_order says otherwise. Runs in a thread of its own with all signals blocked.
 * 0 after an order to leave; -1 only when it could never work (no credentials, …).
 */
int control_run(const struct config *config, struct exchange *exchange, struct error **err)
    must_check;

/* --once: one cycle in this thread, without probes: every route counts as up. Keeps no hosts file.
 * ERROR_USAGE without a port to publish. */
int control_once(const struct config *config, struct error **err) must_check;

/* --dump: {"clusters": [...]}, owned. */
json_t *control_dump(const struct config *config, struct error **err) must_check;

#endif
