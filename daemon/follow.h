/*
 * Keeps stores (daemon/store.h) like the API server's collections: lists them, then watches all of
 * them over one connection. Where a watch is refused lists have to do, until it is granted again.
 */
#ifndef DAEMON_FOLLOW_H
#define DAEMON_FOLLOW_H

#include "daemon/store.h"
#include "daemon/wake.h"
#include "kube/client.h"

/* Lists STORE page by page. ERROR_STATUS with code 404 when the kind is not served. */
int follow_list(struct kube_client *client, struct store *store, struct error **err) must_check;

/* A store that was refused is watched again after so long: rights are given while we run. */
enum { FOLLOW_REFUSED_MS = 60000 };

/*
 * Watches the COUNT stores until WAKE is readable. A change makes it readable after SETTLE_MS, so
 * that changes that come together are attended to together. A watch that cannot go on leaves its
 * store without a version. -1 when the API server cannot be reached or refuses us.
 */
int follow_watch(struct kube_client *client, struct store *const stores[], size_t count,
                 struct wake *wake, long long settle_ms, struct error **err) must_check;

#endif
