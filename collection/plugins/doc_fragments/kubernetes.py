# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""What every module that talks to a Kubernetes API has in common."""

from __future__ import annotations


class ModuleDocFragment:
    # How to reach the API server and as whom.
    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - A kubeconfig file, several of them joined by C(:), or the content of one as a dictionary.
      - Of several files the first that defines a cluster, user or context wins, as with kubectl.
      - Where the connection is P(ansible.builtin.local#connection), the path is looked up on the controller as
        the other files of a play are (C(files/) of the role or beside the playbook), and a file that is encrypted
        with Ansible Vault is decrypted. On every other connection it is a path on the target.
      - Without this option, and unless O(host) comes with credentials, the service account of the Pod that the
        module runs in is used, then the environment variable E(KUBECONFIG), then C(~/.kube/config).
      - Can also be given by the environment variable E(K8S_AUTH_KUBECONFIG).
    type: raw
  context:
    description:
      - The name of a context in the kubeconfig. The default is its C(current-context).
      - Can also be given by the environment variable E(K8S_AUTH_CONTEXT).
    type: str
  host:
    description:
      - The URL of the API server. It overrides the one in the kubeconfig.
      - Together with O(api_key), with O(username) and O(password), or with O(client_cert) and O(client_key), no
        kubeconfig is read at all.
      - Can also be given by the environment variable E(K8S_AUTH_HOST).
    type: str
  api_key:
    description:
      - A bearer token.
      - Can also be given by the environment variable E(K8S_AUTH_API_KEY).
    type: str
  username:
    description:
      - A user name for HTTP basic authentication, which Kubernetes itself no longer offers, but a proxy in front of
        it may.
      - Can also be given by the environment variable E(K8S_AUTH_USERNAME).
    type: str
  password:
    description:
      - The password that belongs to O(username).
      - Can also be given by the environment variable E(K8S_AUTH_PASSWORD).
    type: str
  client_cert:
    description:
      - The path of a client certificate in PEM format, on the target.
      - Can also be given by the environment variables E(K8S_AUTH_CLIENT_CERT) and E(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description:
      - The path of the key of O(client_cert) in PEM format, on the target.
      - Can also be given by the environment variables E(K8S_AUTH_CLIENT_KEY) and E(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  ca_cert:
    description:
      - The path of the certificates in PEM format that the server's certificate is verified with, on the target. It
        overrides those of the kubeconfig. Without either, the system's certificates are used.
      - Can also be given by the environment variables E(K8S_AUTH_CA_CERT) and E(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  validate_certs:
    description:
      - Whether the server's certificate is verified. It is, unless this option or the kubeconfig says otherwise.
      - Can also be given by the environment variables E(K8S_AUTH_VALIDATE_CERTS) and E(K8S_AUTH_VERIFY_SSL).
    type: bool
    aliases: [verify_ssl]
  proxy:
    description:
      - The URL of an HTTP proxy. The proxy variables of the environment, such as E(HTTPS_PROXY), are not used.
      - Can also be given by the environment variable E(K8S_AUTH_PROXY).
    type: str
  no_proxy:
    description:
      - Hosts, domains, addresses and networks in CIDR notation, joined by commas, that are reached without the
        proxy, for example V(localhost,.example.com,10.0.0.0/8).
      - A port behind a name or an address, as in V(api.example.com:6443), leaves out the proxy for this port only.
      - Can also be given by the environment variable E(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description:
      - Headers for the proxy.
    type: dict
    suboptions:
      proxy_basic_auth:
        description:
          - C(user:password) for the header C(Proxy-Authorization).
          - Can also be given by the environment variable E(K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH).
        type: str
      basic_auth:
        description:
          - C(user:password) for the header C(Authorization).
          - Can also be given by the environment variable E(K8S_AUTH_PROXY_HEADERS_BASIC_AUTH).
        type: str
      user_agent:
        description:
          - The text of the header C(User-Agent).
          - Can also be given by the environment variable E(K8S_AUTH_PROXY_HEADERS_USER_AGENT).
        type: str
  persist_config:
    description:
      - Whether refreshed tokens are written back to the kubeconfig. Accepted so that existing tasks keep working;
        this module gets fresh tokens from credential plugins and writes nothing.
      - Can also be given by the environment variable E(K8S_AUTH_PERSIST_CONFIG).
    type: bool
  impersonate_user:
    description:
      - The user in whose name the requests are made. The user who logs in needs the right to impersonate.
      - Can also be given by the environment variable E(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description:
      - The groups in whose name the requests are made.
      - Can also be given by the environment variable E(K8S_AUTH_IMPERSONATE_GROUPS), joined by commas.
    type: list
    elements: str
notes:
  - The module is a native program. The target needs neither Python packages nor a Kubernetes client.
"""

    # Waiting for objects to become ready or to disappear.
    WAIT = r"""
options:
  wait:
    description:
      - Whether to wait until the objects are ready, or gone with O(state=absent). All objects are written first,
        then all are waited for, so that one may need another to become ready.
      - Ready means what C(kubectl rollout status) means for Deployment, DaemonSet and StatefulSet; C(Complete) for
        a Job, where C(Failed) is an error; C(Ready) or C(Succeeded) for a Pod; C(Bound) for a PersistentVolumeClaim;
        C(Established) and served for a CustomResourceDefinition; C(Available) for an APIService; C(Active) for a
        Namespace. Any other kind is ready when its status has seen the newest generation.
      - Check mode never waits.
    type: bool
    default: false
  wait_sleep:
    description:
      - The longest pause between two looks, in seconds. The first looks follow each other faster.
    type: int
    default: 5
  wait_timeout:
    description:
      - How many seconds to wait.
    type: int
    default: 120
  wait_condition:
    description:
      - A condition in C(status.conditions) to wait for instead of the kind's own rule. A list of conditions is
        accepted too; then all must hold. Ignored without O(wait) and where C(type) is empty.
      - The keys are C(type), C(status) (V(True), V(False) or V(Unknown), default V(True)) and C(reason), which is not
        compared when it is missing.
      - A condition that was observed on an older generation of the object does not count.
    type: raw
  wait_jsonpath:
    description:
      - "A value to wait for, as C(kubectl wait --for=jsonpath) writes it: C(.status.phase=Bound), or a path alone,
        which must then exist. Ignored without O(wait)."
      - "Paths may hold C(.key), C(['key/with.dots']), C([0]) and V([?(@.type==\"Ready\"\\)])."
    type: str
"""
