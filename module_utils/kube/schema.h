/*
 * What is known of the schemas of built-in kinds, without asking a server: which fields are owned
 * as a whole, and the one default that the key of a list item may have. Only what holds for every
 * server that we accept is here; docs/server-facts.md names the test that compares it with one.
 */
#ifndef KUBE_SCHEMA_H
#define KUBE_SCHEMA_H

#include <stdbool.h>

/* True for kinds of which the functions below speak. Custom resources are never among them: their
 * schemas change from one definition to the next. Either may be NULL. */
bool kube_schema_knows(const char *api_version, const char *kind);

/*
 * True when a field of this NAME is atomic wherever a known kind has a map, an object or a list of
 * this name in its schema: whoever applies it owns all of it. False when unsure.
 */
bool kube_schema_is_atomic(const char *name);

/*
 * True when the server fills MEMBER in with this text, in objects at or below the atomic field NAME
 * of a known kind, whenever it is left out.
 */
bool kube_schema_is_default(const char *name, const char *member, const char *text);

/* The text that the member KEY of a list map's key has when an item leaves it out; NULL when there
 * is none. */
const char *kube_schema_key_default(const char *key);

#endif
