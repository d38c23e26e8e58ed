/*
 * Does an object still hold what was applied to it? Tells, from the object alone, when a
 * server-side apply would change nothing, so that it need not be sent. Asks no server.
 */
#ifndef KUBE_APPLIED_H
#define KUBE_APPLIED_H

#include <jansson.h>
#include <stdbool.h>

/*
 * True when it is certain that applying MANIFEST as MANAGER would change nothing of LIVE, the
 * object as the server shows it: neither a value nor who owns it. False says nothing, the server
 * has to decide. Certain is what meets all of this:
 *
 * - the kind is one whose schema is known (kube/schema.h), of the same version in both;
 * - the manifest sets no precondition (uid, resourceVersion), the object is not being deleted;
 * - MANAGER has exactly one entry of operation Apply for the object itself, of this version; or
 *   none, and the manifest names the object without any field;
 * - the fields of that entry are the ones that the manifest would own, and nothing else;
 * - each of them has the manifest's very value: "1" is not 1, "1000m" is not "1"; in atomic values
 *   the server may have filled in a default that is known;
 * - lists whose items are owned one by one have the manifest's items alone, in its order.
 *
 * A null, and an empty list that could be granular, are never certain. MANIFEST is as it would be
 * sent (kube_strip_for_write). Neither is changed.
 */
bool kube_applied_holds(const json_t *manifest, const json_t *live, const char *manager);

#endif
