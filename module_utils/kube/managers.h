/*
 * managedFields: who owns what of an object. Reads entries and makes the patch that moves them;
 * sends nothing. Entries of subresources are never looked at.
 */
#ifndef KUBE_MANAGERS_H
#define KUBE_MANAGERS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "base/strv.h"

/* The entry of MANAGER with operation Apply and no subresource in OBJECT's managedFields, borrowed,
 * or NULL. OBJECT may be NULL here and below. */
json_t *kube_managers_applied(const json_t *object, const char *manager);
/* How many such entries there are. */
size_t kube_managers_count_applied(const json_t *object, const char *manager);

/* True when both objects hold the same applied entry of MANAGER, whatever its time, or both none.
 */
bool kube_managers_same(const json_t *a, const json_t *b, const char *manager);

/*
 * What MANAGER applied of OBJECT: the values of its field set, as an object keyed by the set's own
 * names ("f:data", "k:{…}"), with the "order" of the items in each list. Only good for being
 * compared with another one of the same set. Owned, NULL when it applied nothing.
 */
json_t *kube_managers_owned(const json_t *object, const char *manager) must_check;

/* True when a manager other than MANAGER wrote between A and B: one of its entries differs, be it
 * in the time alone. A write within the second of the manager's last one, to the same fields, is
 * not seen. */
bool kube_managers_others_wrote(const json_t *a, const json_t *b, const char *manager);

/* True when OBJECT has Update entries (main resource) of a manager named in FROM. */
bool kube_managers_to_migrate(const json_t *object, const struct strv *from);

/*
 * The JSON patch that turns the Update entries (main resource) of the managers in FROM into
 * MANAGER's Apply entry: the union of their field sets and of the one that is there already,
 * other entries unchanged, and the object's resourceVersion as a lock:
 *   [{"op":"replace","path":"/metadata/managedFields","value":[…]},
 *    {"op":"replace","path":"/metadata/resourceVersion","value":"<rv>"}]
 * as kubectl 1.33 does for client-side apply; like there, the entry that is there already, else
 * the first Update entry, decides on the apiVersion, and sets of another one are dropped. Owned;
 * NULL when there is nothing to migrate.
 */
json_t *kube_managers_migration(const json_t *object, const struct strv *from, const char *manager);

#endif
