/*
 * managedFields: who owns what of an object.
 */
#ifndef KUBE_MANAGERS_H
#define KUBE_MANAGERS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strv.h"

/* The entry of MANAGER with operation Apply and no subresource in OBJECT's managedFields, borrowed,
 * or NULL. */
json_t *kube_managers_applied(const json_t *object, const char *manager);

/* True when both objects hold the same applied entry of MANAGER, whatever its time. */
bool kube_managers_same(const json_t *a, const json_t *b, const char *manager);

/* True when OBJECT has Update entries (main resource) of a manager named in FROM. */
bool kube_managers_to_migrate(const json_t *object, const struct strv *from);

/*
 * The JSON patch that turns the Update entries (main resource) of the managers in FROM into
 * MANAGER's Apply entry: the union of their field sets and of the one that is there already,
 * other entries unchanged, and the object's resourceVersion as a lock:
 *   [{"op":"replace","path":"/metadata/managedFields","value":[…]},
 *    {"op":"replace","path":"/metadata/resourceVersion","value":"<rv>"}]
 * as kubectl 1.33 does for client-side apply. Owned.
 */
json_t *kube_managers_migration(const json_t *object, const struct strv *from, const char *manager);

#endif
