/*
 * In which order kinds are written: namespaces and definitions first, webhooks last. One table.
 * Sorts nothing itself, knows no objects.
 */
#ifndef KUBE_ORDER_H
#define KUBE_ORDER_H

/*
 * The wave of a kind, 0 first; deletion takes them backwards. GROUP is "" (or NULL) for the core
 * group and counts: a Service of serving.knative.dev is a custom resource. KIND is exact.
 *
 * Namespace → CustomResourceDefinition → PriorityClass, RuntimeClass, StorageClass, ResourceQuota,
 * LimitRange → ServiceAccount, Role, ClusterRole → RoleBinding, ClusterRoleBinding (a server may
 * resolve the role they name) → ConfigMap, Secret, PersistentVolume, PersistentVolumeClaim →
 * Service, Endpoints, EndpointSlice → workloads → other built-in kinds → APIService → custom
 * resources and everything unknown → webhook configurations and admission policies.
 */
unsigned kube_order_wave(const char *group, const char *kind);

/* One more than the largest wave. */
unsigned kube_order_waves(void);

#endif
