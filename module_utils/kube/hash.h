/*
 * The suffix that makes a ConfigMap or Secret immutable by name (append_hash), the same as
 * kubernetes.core and kustomize make. Renames nothing itself.
 */
#ifndef KUBE_HASH_H
#define KUBE_HASH_H

#include <jansson.h>

/* The ten characters for OBJECT, owned; NULL for other kinds than core v1 (also assumed where
 * there is no apiVersion) ConfigMap and Secret. Hashed are data, kind, name (generateName where
 * there is no name) and, for a Secret, type; binaryData and stringData are not. */
char *kube_hash(const json_t *object);

#endif
