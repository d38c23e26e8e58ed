/*
 * Documents become a list of objects that can be sent: lists are expanded, gaps filled, and
 * everything that can be known to be wrong without a server is found before the first request.
 */
#ifndef KUBE_MANIFEST_H
#define KUBE_MANIFEST_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "kube/object.h"

/* What fills the gaps of an object; a value in the document wins, but an empty namespace is a gap.
 * NULL: nothing. Borrowed. */
struct kube_defaults {
    const char *api_version; /* NULL: "v1" */
    const char *kind;
    const char *name;
    const char *generate_name;
    const char *namespace_;
};

struct kube_manifest {
    struct kube_object *objects; /* owned */
    size_t count;
    size_t documents; /* added so far, for positions in messages */
};

void kube_manifest_init(struct kube_manifest *manifest);
void kube_manifest_clear(struct kube_manifest *manifest);

/*
 * Adds the objects of one DOCUMENT (borrowed; its values are shared, then edited): an object, a
 * List or <Kind>List of them (recursively, up to 4 deep), or a list of either; null adds nothing.
 * ERROR_USAGE names the document, the path and the remedy.
 */
int kube_manifest_add(struct kube_manifest *manifest, json_t *document,
                      const struct kube_defaults *defaults, struct error **err) must_check;

/*
 * Checks one object for what no server needs to be asked: kind present, the types of apiVersion,
 * kind, metadata and its name, namespace, labels and annotations, and those of the values of a
 * Secret; a name that can be a path.
 */
int kube_manifest_check(const struct kube_object *object, struct error **err) must_check;

#endif
