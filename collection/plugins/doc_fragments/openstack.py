# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""What every module that talks to OpenStack has in common."""

from __future__ import annotations


class ModuleDocFragment:
    # Which cloud, and who we are there.
    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - The name of a cloud in C(clouds.yaml), or a dictionary with what stands below such a name.
      - C(clouds.yaml), C(secure.yaml) and C(clouds-public.yaml) are searched in the current directory,
        C(~/.config/openstack) and C(/etc/openstack), as openstacksdk does; E(OS_CLIENT_CONFIG_FILE) and
        E(OS_CLIENT_SECURE_FILE) go first.
      - Without this option the cloud is the one that E(OS_CLOUD) names, else the one that the other C(OS_) variables
        describe, else the only one in the file.
      - C(connect_retries), C(status_code_retries) and C(connect_retry_delay) say there how often, and after how many
        seconds, a request is repeated that reached no server, or was answered with 503. Unlike with openstacksdk what
        makes an object is not repeated after a 503, because it may have been made.
      - A dictionary stands for itself. Unlike with C(openstack.cloud) nothing of another cloud leaks into it, unless it
        has the key C(cloud) or C(profile). It cannot be combined with the options below.
    type: raw
  auth:
    description:
      - What the authentication needs, C(auth_url), C(username), C(password), C(project_name), C(user_domain_name) and
        C(project_domain_name) for instance. It is merged over what the cloud has.
      - Secrets in it and in O(cloud) (C(password), C(token), C(passcode), C(application_credential_secret)) are shown
        nowhere.
    type: dict
  auth_type:
    description:
      - How to authenticate. V(password), V(token), V(v3applicationcredential), V(v3totp), V(v3multifactor),
        V(admin_token) and V(none) are supported.
    type: str
  region_name:
    description: The region whose endpoints are used.
    type: str
  interface:
    description:
      - Which endpoints of the catalog are used. The default overrides C(interface) of C(clouds.yaml), as with
        C(openstack.cloud).
    type: str
    choices: [public, internal, admin]
    default: public
    aliases: [endpoint_type]
  validate_certs:
    description: Whether the certificates of the servers are verified. The default is the cloud's C(verify), else V(true).
    type: bool
    aliases: [verify]
  ca_cert:
    description:
      - A file with the certificates of the authorities to trust, or a directory of such files, on the target. The default
        is the cloud's C(cacert), else E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE), else the trust store of the target.
    type: str
    aliases: [cacert]
  client_cert:
    description: A file with a client certificate in PEM format, on the target. It may hold the key too.
    type: str
    aliases: [cert]
  client_key:
    description: The file of the key of O(client_cert), on the target.
    type: str
    aliases: [key]
  api_timeout:
    description: Seconds that one request may take. The default is the cloud's C(api_timeout), else there is no limit but
      60 seconds for the connection.
    type: int
  wait:
    description: Accepted so that tasks of C(openstack.cloud) keep working. Nothing here needs waiting for.
    type: bool
    default: true
  timeout:
    description: Accepted so that tasks of C(openstack.cloud) keep working.
    type: int
    default: 180
  sdk_log_path:
    description:
      - A file on the target to which a log of the requests is appended. It is created with mode 0600. Secrets are masked.
    type: str
  sdk_log_level:
    description: With V(DEBUG), O(sdk_log_path) also gets headers and bodies.
    type: str
    choices: [INFO, DEBUG]
    default: INFO
  availability_zone:
    description: Accepted so that older tasks of C(openstack.cloud) keep working. It is ignored, with a warning.
    type: str
"""
