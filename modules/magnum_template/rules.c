#include "magnum_template/rules.h"

#include <string.h>

#include "base/compiler.h"

static const char *const calico_tags[] = {
    "v3.24.2", "v3.25.2", "v3.26.5", "v3.27.4", "v3.28.2", "v3.29.0", "v3.29.2", "v3.29.3",
    "v3.30.0", "v3.30.1", "v3.30.2", "v3.31.3", "v3.31.5", "v3.32.0", "v3.32.1", NULL};

static const char *const algorithms[] = {"ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP",
                                         "SOURCE_IP_PORT", NULL};

static const char *const policies[] = {"affinity", "anti-affinity", "soft-affinity",
                                       "soft-anti-affinity", NULL};

const struct label_rule label_rules[] = {
    {"admission_control_list", LABEL_TEXT, NULL, NULL},
    {"api_server_cert_sans", LABEL_TEXT, NULL, NULL},
    {"api_server_floating_ip", LABEL_TEXT, NULL, NULL},
    {"api_server_tls_cipher_suites", LABEL_TEXT, NULL, NULL},
    {"audit_log_enabled", LABEL_FLAG, NULL, NULL},
    {"audit_log_max_age", LABEL_INTEGER, NULL, NULL},
    {"audit_log_max_backup", LABEL_INTEGER, NULL, NULL},
    {"audit_log_max_size", LABEL_INTEGER, NULL, NULL},
    {"auto_healing_enabled", LABEL_FLAG, NULL, NULL},
    {"auto_scaling_enabled", LABEL_FLAG, NULL, NULL},
    {"availability_zone", LABEL_TEXT, NULL, NULL},
    {"boot_volume_availability_zone", LABEL_TEXT, NULL, NULL},
    {"boot_volume_size", LABEL_INTEGER, NULL, NULL},
    {"boot_volume_type", LABEL_TEXT, NULL, NULL},
    {"calico_ipv4pool", LABEL_CIDR, NULL, NULL},
    {"calico_tag", LABEL_CHOICE, calico_tags, "brings manifests for these alone"},
    {"cilium_hubble_ui_enabled", LABEL_WORD, NULL, "takes everything but true for false"},
    {"cilium_ipv4pool", LABEL_CIDR, NULL, NULL},
    {"cilium_tag", LABEL_VERSION, NULL, NULL},
    {"cinder_csi_enabled", LABEL_WORD, NULL, NULL},
    {"cinder_csi_plugin_tag", LABEL_VERSION, NULL, NULL},
    {"cloud_provider_tag", LABEL_VERSION, NULL, NULL},
    {"container_infra_prefix", LABEL_TEXT, NULL, NULL},
    {"control_plane_availability_zones", LABEL_TEXT, NULL, NULL},
    {"csi_attacher_tag", LABEL_VERSION, NULL, NULL},
    {"csi_liveness_probe_tag", LABEL_VERSION, NULL, NULL},
    {"csi_node_driver_registrar_tag", LABEL_VERSION, NULL, NULL},
    {"csi_provisioner_tag", LABEL_VERSION, NULL, NULL},
    {"csi_resizer_tag", LABEL_VERSION, NULL, NULL},
    {"csi_snapshotter_tag", LABEL_VERSION, NULL, NULL},
    {"different_failure_domain", LABEL_FLAG, NULL, NULL},
    {"dns_cluster_domain", LABEL_TEXT, NULL, NULL},
    {"docker_volume_type", LABEL_TEXT, NULL, NULL},
    {"etcd_volume_size", LABEL_INTEGER, NULL, NULL},
    {"etcd_volume_type", LABEL_TEXT, NULL, NULL},
    {"fixed_subnet_cidr", LABEL_CIDR, NULL, NULL},
    {"keystone_auth_enabled", LABEL_FLAG, NULL, NULL},
    {"kube_tag", LABEL_VERSION, NULL, NULL},
    {"kubelet_tls_cipher_suites", LABEL_TEXT, NULL, NULL},
    {"manila_csi_enabled", LABEL_WORD, NULL, NULL},
    {"manila_csi_plugin_tag", LABEL_VERSION, NULL, NULL},
    {"manila_csi_share_network_id", LABEL_TEXT, NULL, NULL},
    {"master_lb_floating_ip_enabled", LABEL_FLAG, NULL, NULL},
    {"max_node_count", LABEL_INTEGER, NULL, NULL},
    {"octavia_lb_algorithm", LABEL_CHOICE, algorithms, NULL},
    {"octavia_lb_healthcheck", LABEL_FLAG, NULL, NULL},
    {"octavia_provider", LABEL_TEXT, NULL, NULL},
    {"oidc_client_id", LABEL_TEXT, NULL, NULL},
    {"oidc_groups_claim", LABEL_TEXT, NULL, NULL},
    {"oidc_groups_prefix", LABEL_TEXT, NULL, NULL},
    {"oidc_issuer_url", LABEL_TEXT, NULL, NULL},
    {"oidc_username_claim", LABEL_TEXT, NULL, NULL},
    {"oidc_username_prefix", LABEL_TEXT, NULL, NULL},
    {"server_group_policies", LABEL_CHOICES, policies, "drops the others silently"},
    {"service_cluster_ip_range", LABEL_CIDR, NULL, NULL},
};

const size_t label_rule_count = array_length(label_rules);

/* Labels of Magnum's Heat driver, which Magnum 23 no longer has. */
static const char *const heat_labels[] = {"auto_healing_controller",
                                          "autoscaler_tag",
                                          "boot_volume_encrypted",
                                          "cinder_csi_plugin_enabled",
                                          "cloud_provider_enabled",
                                          "container_runtime",
                                          "containerd_tarball_sha256",
                                          "containerd_tarball_url",
                                          "containerd_version",
                                          "coredns_tag",
                                          "csi_cinder_availability_zone",
                                          "draino_tag",
                                          "fixed_network_cidr",
                                          "flannel_tag",
                                          "heat_container_agent_tag",
                                          "helm_client_sha256",
                                          "helm_client_tag",
                                          "helm_client_url",
                                          "hyperkube_prefix",
                                          "influx_grafana_dashboard_enabled",
                                          "ingress_controller",
                                          "k8s_keystone_auth_tag",
                                          "kube_dashboard_enabled",
                                          "kubeapi_options",
                                          "kubelet_options",
                                          "kubeproxy_options",
                                          "magnum_auto_healer_tag",
                                          "metrics_server_enabled",
                                          "min_node_count",
                                          "monitoring_enabled",
                                          "npd_enabled",
                                          "octavia_ingress_controller_tag",
                                          "prometheus_monitoring",
                                          "tiller_enabled",
                                          "traefik_ingress_controller_tag",
                                          NULL};

static const struct {
    const char *documented;
    const char *read;
} renamed[] = {
    {"audit_log_maxage", "audit_log_max_age"},
    {"audit_log_maxbackup", "audit_log_max_backup"},
    {"audit_log_maxsize", "audit_log_max_size"},
};

const char *label_documented_as(const char *name)
{
    for (size_t i = 0; i < array_length(renamed); i++)
        if (strcmp(renamed[i].documented, name) == 0)
            return renamed[i].read;
    return NULL;
}

bool label_is_of_heat(const char *name)
{
    for (const char *const *at = heat_labels; *at; at++)
        if (strcmp(*at, name) == 0)
            return true;
    return false;
}
