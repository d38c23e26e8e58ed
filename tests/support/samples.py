"""Objects of many kinds, each with what makes its kind special to a server-side apply. NS and NAME in them stand for a
namespace and a unique name."""
import json

LABELS = {"app": "a", "rules": "r", "versions": "v"}


def meta(namespaced=True, **more):
    return dict({"name": "NAME", "labels": LABELS, "annotations": {"a/b": "c"}},
                **(dict(namespace="NS", **more) if namespaced else more))


POD_SPEC = {
    "serviceAccountName": "s", "terminationGracePeriodSeconds": 10, "nodeSelector": {"a": "b"},
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "tolerations": [{"key": "k", "effect": "NoSchedule"}, {"key": "l", "operator": "Exists"}],
    "imagePullSecrets": [{"name": "p"}],
    "hostAliases": [{"ip": "127.0.0.1", "hostnames": ["h", "i"]}],
    "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchExpressions": [{"key": "k", "operator": "In", "values": ["v"]}]}]}}},
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "t", "whenUnsatisfiable": "ScheduleAnyway",
                                   "labelSelector": {"matchLabels": {"app": "a"}}}],
    "containers": [
        {"name": "c", "image": "example.invalid/c:1", "args": ["--a", "--b"], "command": ["/c"],
         "env": [{"name": "A", "value": "1"},
                 {"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                 {"name": "M", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                 {"name": "S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
         "envFrom": [{"configMapRef": {"name": "m"}}],
         "ports": [{"containerPort": 53, "protocol": "UDP", "name": "u"}, {"containerPort": 53, "name": "t"},
                   {"containerPort": 80, "protocol": "TCP"}],
         "resources": {"limits": {"cpu": "1", "memory": "64Mi"}, "requests": {"cpu": "500m"}},
         "livenessProbe": {"httpGet": {"path": "/", "port": "t", "httpHeaders": [{"name": "h", "value": "v"}]}},
         "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 3},
         "securityContext": {"capabilities": {"drop": ["ALL"]}, "privileged": False},
         "volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "e", "mountPath": "/e", "readOnly": True}]},
        {"name": "d", "image": "example.invalid/d:1"}],
    "volumes": [{"name": "v", "configMap": {"name": "m", "items": [{"key": "k", "path": "p"}]}},
                {"name": "e", "emptyDir": {}}],
}

RULES = [{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get", "list"]},
         {"apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": ["d"], "verbs": ["*"]}]
ROLE_REF = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
SUBJECTS = [{"kind": "ServiceAccount", "name": "s", "namespace": "NS"},
            {"kind": "Group", "name": "g", "apiGroup": "rbac.authorization.k8s.io"}]


def webhook(name):
    return {"name": name, "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Ignore",
            "clientConfig": {"service": {"name": "s", "namespace": "NS", "path": "/p"}},
            "rules": [{"apiGroups": ["nobody.example.com"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"],
                       "resources": ["nothings"]}]}


def workload(kind, **more):
    spec = {"selector": {"matchLabels": LABELS},
            "template": {"metadata": {"labels": LABELS, "annotations": {"x": "y"}}, "spec": POD_SPEC}}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": meta(), "spec": dict(spec, **more)}


DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": dict(meta(False), name="NAMEs.example.com"),
    "spec": {"group": "example.com", "scope": "Namespaced",
             "names": {"plural": "NAMEs", "singular": "NAME", "kind": "Kind-NAME", "listKind": "Kind-NAMEList",
                       "shortNames": ["s-NAME"], "categories": ["all"]},
             "conversion": {"strategy": "Webhook", "webhook": {
                 "conversionReviewVersions": ["v1"],
                 "clientConfig": {"service": {"name": "s", "namespace": "NS", "path": "/c"}}}},
             "versions": [{"name": "v1", "served": True, "storage": True, "subresources": {"status": {}},
                           "additionalPrinterColumns": [{"name": "N", "type": "string", "jsonPath": ".spec.n",
                                                         "priority": 1}],
                           "schema": {"openAPIV3Schema": {"type": "object", "description": "d", "properties": {
                               "spec": {"type": "object", "required": ["n"], "properties": {
                                   "n": {"type": "integer", "minimum": 0, "maximum": 2147483647, "default": 1},
                                   "l": {"type": "array", "maxItems": 3, "items": {"type": "string"}}}}}}}}]},
}

SAMPLES = {
    "ConfigMap": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(),
                  "data": {"k": "v", "n": "1", "items": "i"}, "binaryData": {"b": "AAE="}},
    "Secret": {"apiVersion": "v1", "kind": "Secret", "metadata": meta(), "type": "Opaque", "data": {"p": "eA=="}},
    "ServiceAccount": {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta(),
                       "automountServiceAccountToken": False, "secrets": [{"name": "s"}]},
    "Service": {"apiVersion": "v1", "kind": "Service", "metadata": meta(), "spec": {
        "selector": {"app": "a"}, "type": "ClusterIP", "sessionAffinity": "None",
        "ports": [{"name": "a", "port": 443, "targetPort": "w"}, {"name": "b", "port": 53, "protocol": "UDP"},
                  {"name": "c", "port": 53, "protocol": "TCP", "targetPort": 8053}]}},
    "Namespace": {"apiVersion": "v1", "kind": "Namespace", "metadata": meta(False)},
    "PersistentVolumeClaim": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta(), "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "none"}},
    "ResourceQuota": {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta(),
                      "spec": {"hard": {"count/widgets.example.com": "9"}}},
    "Deployment": workload("Deployment", replicas=0, strategy={"type": "RollingUpdate",
                                                               "rollingUpdate": {"maxSurge": 1}}),
    "StatefulSet": workload("StatefulSet", replicas=0, serviceName="s"),
    "DaemonSet": workload("DaemonSet", updateStrategy={"type": "OnDelete"}),
    "CronJob": {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta(), "spec": {
        "schedule": "0 0 1 1 *", "suspend": True, "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", "image": "example.invalid/c:1"}]}}}}}},
    "Role": {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": meta(), "rules": RULES},
    "ClusterRole": {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": meta(False),
                    "rules": RULES},
    "RoleBinding": {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": meta(),
                    "roleRef": ROLE_REF, "subjects": SUBJECTS},
    "ClusterRoleBinding": {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
                           "metadata": meta(False), "roleRef": ROLE_REF, "subjects": SUBJECTS},
    "NetworkPolicy": {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta(), "spec": {
        "podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [{"ports": [{"port": 80}]}],
        "egress": [{"to": [{"podSelector": {"matchLabels": {"a": "b"}}}]}]}},
    "Ingress": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(), "spec": {
        "ingressClassName": "c", "tls": [{"hosts": ["h.example"], "secretName": "t"}],
        "rules": [{"host": "h.example", "http": {"paths": [
            {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"number": 80}}}}]}}]}},
    "PodDisruptionBudget": {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta(), "spec": {
        "minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}},
    "HorizontalPodAutoscaler": {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta(),
                                "spec": {"maxReplicas": 3, "minReplicas": 2,
                                         "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"},
                                         "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {
                                             "type": "Utilization", "averageUtilization": 50}}}]}},
    "PriorityClass": {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": meta(False),
                      "value": 7, "globalDefault": False, "description": "d"},
    "StorageClass": {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": meta(False),
                     "provisioner": "example.com/p", "parameters": {"a": "b"}, "mountOptions": ["ro"],
                     "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
    "ValidatingWebhookConfiguration": {
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": meta(False), "webhooks": [webhook("a.example.com"), webhook("b.example.com")]},
    "MutatingWebhookConfiguration": {
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
        "metadata": meta(False), "webhooks": [webhook("a.example.com")]},
    "CustomResourceDefinition": DEFINITION,
}


def sample(kind, ns, name):
    """The sample of a kind in namespace NS; NAME is lower-case letters and digits."""
    return named(SAMPLES[kind], ns, name)


def named(definition, ns, name):
    """DEFINITION with NS and NAME filled in."""
    text = json.dumps(definition).replace('"NS"', json.dumps(ns)).replace("Kind-NAME", "Kind" + name.capitalize())
    return json.loads(text.replace("NAME", name))
