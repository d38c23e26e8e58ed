#include "capi/builtin.h"

#include "base/mem.h"

/* Those of clusterctl 1.14, by order of type, then name. A NULL file is the type's own. */
static const struct capi_builtin builtin_table[] = {
    {CAPI_CORE, "cluster-api", "kubernetes-sigs/cluster-api", NULL},
    {CAPI_BOOTSTRAP, "canonical-kubernetes", "canonical/cluster-api-k8s", NULL},
    {CAPI_BOOTSTRAP, "k0sproject-k0smotron", "k0sproject/k0smotron", NULL},
    {CAPI_BOOTSTRAP, "kubeadm", "kubernetes-sigs/cluster-api", NULL},
    {CAPI_BOOTSTRAP, "kubekey-k3s", "kubesphere/kubekey", NULL},
    {CAPI_BOOTSTRAP, "microk8s", "canonical/cluster-api-bootstrap-provider-microk8s", NULL},
    {CAPI_BOOTSTRAP, "rke2", "rancher/cluster-api-provider-rke2", NULL},
    {CAPI_BOOTSTRAP, "talos", "siderolabs/cluster-api-bootstrap-provider-talos", NULL},
    {CAPI_CONTROL_PLANE, "canonical-kubernetes", "canonical/cluster-api-k8s", NULL},
    {CAPI_CONTROL_PLANE, "hosted-control-plane",
     "teutonet/cluster-api-provider-hosted-control-plane", NULL},
    {CAPI_CONTROL_PLANE, "k0sproject-k0smotron", "k0sproject/k0smotron", NULL},
    {CAPI_CONTROL_PLANE, "kamaji", "clastix/cluster-api-control-plane-provider-kamaji", NULL},
    {CAPI_CONTROL_PLANE, "kubeadm", "kubernetes-sigs/cluster-api", NULL},
    {CAPI_CONTROL_PLANE, "kubekey-k3s", "kubesphere/kubekey", NULL},
    {CAPI_CONTROL_PLANE, "microk8s", "canonical/cluster-api-control-plane-provider-microk8s", NULL},
    {CAPI_CONTROL_PLANE, "nested", "kubernetes-sigs/cluster-api-provider-nested", NULL},
    {CAPI_CONTROL_PLANE, "rke2", "rancher/cluster-api-provider-rke2", NULL},
    {CAPI_CONTROL_PLANE, "talos", "siderolabs/cluster-api-control-plane-provider-talos", NULL},
    {CAPI_INFRASTRUCTURE, "aws", "kubernetes-sigs/cluster-api-provider-aws", NULL},
    {CAPI_INFRASTRUCTURE, "azure", "kubernetes-sigs/cluster-api-provider-azure", NULL},
    {CAPI_INFRASTRUCTURE, "byoh", "vmware-tanzu/cluster-api-provider-bringyourownhost", NULL},
    {CAPI_INFRASTRUCTURE, "cloudscale-ch-cloudscale",
     "cloudscale-ch/cluster-api-provider-cloudscale", NULL},
    {CAPI_INFRASTRUCTURE, "cloudstack", "kubernetes-sigs/cluster-api-provider-cloudstack", NULL},
    {CAPI_INFRASTRUCTURE, "coxedge", "coxedge/cluster-api-provider-coxedge", NULL},
    {CAPI_INFRASTRUCTURE, "digitalocean", "kubernetes-sigs/cluster-api-provider-digitalocean",
     NULL},
    {CAPI_INFRASTRUCTURE, "docker", "kubernetes-sigs/cluster-api",
     "infrastructure-components-development.yaml"},
    {CAPI_INFRASTRUCTURE, "gcp", "kubernetes-sigs/cluster-api-provider-gcp", NULL},
    {CAPI_INFRASTRUCTURE, "harvester-harvester", "rancher-sandbox/cluster-api-provider-harvester",
     NULL},
    {CAPI_INFRASTRUCTURE, "hetzner", "syself/cluster-api-provider-hetzner", NULL},
    {CAPI_INFRASTRUCTURE, "hivelocity-hivelocity", "hivelocity/cluster-api-provider-hivelocity",
     NULL},
    {CAPI_INFRASTRUCTURE, "huawei", "HuaweiCloudDeveloper/cluster-api-provider-huawei", NULL},
    {CAPI_INFRASTRUCTURE, "ibmcloud", "kubernetes-sigs/cluster-api-provider-ibmcloud", NULL},
    {CAPI_INFRASTRUCTURE, "ionoscloud-ionoscloud", "ionos-cloud/cluster-api-provider-ionoscloud",
     NULL},
    {CAPI_INFRASTRUCTURE, "k0sproject-k0smotron", "k0sproject/k0smotron", NULL},
    {CAPI_INFRASTRUCTURE, "kubekey", "kubesphere/kubekey", NULL},
    {CAPI_INFRASTRUCTURE, "kubeswift-io", "kubeswift-io/cluster-api-provider-kubeswift", NULL},
    {CAPI_INFRASTRUCTURE, "kubevirt", "kubernetes-sigs/cluster-api-provider-kubevirt", NULL},
    {CAPI_INFRASTRUCTURE, "linode-linode", "linode/cluster-api-provider-linode", NULL},
    {CAPI_INFRASTRUCTURE, "maas", "spectrocloud/cluster-api-provider-maas", NULL},
    {CAPI_INFRASTRUCTURE, "metal-stack", "metal-stack/cluster-api-provider-metal-stack", NULL},
    {CAPI_INFRASTRUCTURE, "metal3", "metal3-io/cluster-api-provider-metal3", NULL},
    {CAPI_INFRASTRUCTURE, "nested", "kubernetes-sigs/cluster-api-provider-nested", NULL},
    {CAPI_INFRASTRUCTURE, "nutanix", "nutanix-cloud-native/cluster-api-provider-nutanix", NULL},
    {CAPI_INFRASTRUCTURE, "oci", "oracle/cluster-api-provider-oci", NULL},
    {CAPI_INFRASTRUCTURE, "opennebula", "OpenNebula/cluster-api-provider-opennebula", NULL},
    {CAPI_INFRASTRUCTURE, "openstack", "kubernetes-sigs/cluster-api-provider-openstack", NULL},
    {CAPI_INFRASTRUCTURE, "outscale", "outscale/cluster-api-provider-outscale", NULL},
    {CAPI_INFRASTRUCTURE, "oxide", "oxidecomputer/cluster-api-provider-oxide", NULL},
    {CAPI_INFRASTRUCTURE, "proxmox", "ionos-cloud/cluster-api-provider-proxmox", NULL},
    {CAPI_INFRASTRUCTURE, "scaleway", "scaleway/cluster-api-provider-scaleway", NULL},
    {CAPI_INFRASTRUCTURE, "sidero", "siderolabs/sidero", NULL},
    {CAPI_INFRASTRUCTURE, "tinkerbell-tinkerbell", "tinkerbell/cluster-api-provider-tinkerbell",
     NULL},
    {CAPI_INFRASTRUCTURE, "vcd", "vmware/cluster-api-provider-cloud-director", NULL},
    {CAPI_INFRASTRUCTURE, "vcluster", "loft-sh/cluster-api-provider-vcluster", NULL},
    {CAPI_INFRASTRUCTURE, "virtink", "smartxworks/cluster-api-provider-virtink", NULL},
    {CAPI_INFRASTRUCTURE, "vsphere", "kubernetes-sigs/cluster-api-provider-vsphere", NULL},
    {CAPI_INFRASTRUCTURE, "vultr-vultr", "vultr/cluster-api-provider-vultr", NULL},
    {CAPI_IPAM, "in-cluster", "kubernetes-sigs/cluster-api-ipam-provider-in-cluster", NULL},
    {CAPI_IPAM, "metal3", "metal3-io/ip-address-manager", NULL},
    {CAPI_IPAM, "nutanix", "nutanix-cloud-native/cluster-api-ipam-provider-nutanix", NULL},
    {CAPI_RUNTIME_EXTENSION, "nutanix",
     "nutanix-cloud-native/cluster-api-runtime-extensions-nutanix",
     "runtime-extensions-components.yaml"},
    {CAPI_ADDON, "eitco-cdk8s", "eitco/cluster-api-addon-provider-cdk8s", NULL},
    {CAPI_ADDON, "helm", "kubernetes-sigs/cluster-api-addon-provider-helm", NULL},
    {CAPI_ADDON, "rancher-fleet", "rancher/cluster-api-addon-provider-fleet", NULL},
};

const struct capi_builtin *capi_builtins(size_t *count)
{
    *count = array_length(builtin_table);
    return builtin_table;
}

char *capi_builtin_url(const struct capi_builtin *builtin)
{
    const char *file = builtin->file ? builtin->file : capi_type_row(builtin->type)->file;
    return xasprintf("https://github.com/%s/releases/latest/%s", builtin->repository, file);
}
