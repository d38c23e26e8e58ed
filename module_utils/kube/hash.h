/*
 * The suffix that makes a ConfigMap or Secret immutable by name (append_hash), the same as
 * kubernetes.core and kustomize make.
 */
#ifndef KUBE_HASH_H
#define KUBE_HASH_H

#include <jansson.h>

/* The ten characters for OBJECT, owned; NULL for other kinds than ConfigMap and Secret. Hashed
 * are data, kind, name (generateName where there is no name) and, for a Secret, type. */
char *kube_hash(const json_t *object);

#endif
