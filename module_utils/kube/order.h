/*
 * In which order kinds are written: namespaces and definitions first, webhooks last. One table.
 */
#ifndef KUBE_ORDER_H
#define KUBE_ORDER_H

/*
 * The wave of a kind, 0 first. GROUP is "" for the core group. Namespace → CustomResourceDefinition →
 * PriorityClass, StorageClass, ResourceQuota, LimitRange → ServiceAccount, Role, ClusterRole →
 * RoleBinding, ClusterRoleBinding (a server may resolve the role they name) → ConfigMap, Secret,
 * PersistentVolume, PersistentVolumeClaim → Service, Endpoints → workloads → other built-in
 * kinds → APIService → custom resources → webhook configurations and admission policies.
 */
unsigned kube_order_wave(const char *group, const char *kind);

/* One more than the largest wave. */
unsigned kube_order_waves(void);

#endif
