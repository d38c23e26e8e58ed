"""The five services: what each serves, and its configuration."""
from pathlib import Path
from typing import Dict, NamedTuple

REGION = "RegionOne"
TLS_REGION = "RegionTls"      # the same services behind TLS, with another authority for each interface
BROKEN_REGION = "RegionTwo"   # whose services do not exist
TRUSTEE_DOMAIN, TRUSTEE = "magnum", "trustee_domain_admin"  # of which Magnum 22 makes users for clusters
PASSWORD = "secret-of-%s"     # of every user, with the user's name


class Service(NamedTuple):
    name: str
    module: str   # with the WSGI application
    type: str     # in the catalog
    path: str     # behind the port in the catalog


SERVICES = (
    Service("keystone", "keystone.wsgi.api", "identity", "/v3"),
    Service("glance", "glance.wsgi.api", "image", ""),
    Service("neutron", "neutron.wsgi.api", "network", ""),
    Service("nova", "nova.wsgi.osapi_compute", "compute", "/v2.1"),
    Service("magnum", "magnum.wsgi.api", "container-infra", "/v1"),
)

# It is never contacted, but the driver builds its clients from it.
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: nowhere
clusters: [{name: nowhere, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: nobody, user: {token: none}}]
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
"""

AUTH = """
[keystone_authtoken]
www_authenticate_uri = http://127.0.0.1:{keystone}/v3
auth_url = http://127.0.0.1:{keystone}/v3
auth_type = password
username = {name}
password = {password}
user_domain_name = Default
project_name = service
project_domain_name = Default
service_token_roles_required = true
service_type = {type}
"""

COMMON = """\
[DEFAULT]
use_stderr = true
transport_url = fake:/
{default}
[database]
connection = sqlite:///{directory}/{name}.sqlite
[oslo_concurrency]
lock_path = {directory}/lock
[oslo_messaging_notifications]
driver = noop
"""

DEFAULT = {
    "keystone": "",
    "glance": "enabled_backends = files:file",
    "nova": "my_ip = 127.0.0.1\nstate_path = {directory}/nova",
    "neutron": "core_plugin = ml2\nservice_plugins =\napi_paste_config = {etc}/neutron/api-paste.ini\n"
               "notify_nova_on_port_status_changes = false\nnotify_nova_on_port_data_changes = false\n"
               "state_path = {directory}/neutron",
    "magnum": "host = testhost\nstate_path = {directory}/magnum",
}
MORE = {
    "keystone": """
[token]
provider = fernet
expiration = {expiration}
[fernet_tokens]
key_repository = {directory}/keys/fernet
[fernet_receipts]
key_repository = {directory}/keys/fernet
[credential]
key_repository = {directory}/keys/credential
[cache]
enabled = true
backend = dogpile.cache.memory
[auth]
methods = password,token,application_credential,totp
[identity]
password_hash_rounds = 4
""",
    "glance": """
[paste_deploy]
flavor = keystone
config_file = {etc}/glance/glance-api-paste.ini
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = {directory}/images
""",
    "nova": """
[api_database]
connection = sqlite:///{directory}/nova_api.sqlite
[api]
auth_strategy = keystone
""",
    "neutron": """
[ml2]
type_drivers = local
tenant_network_types = local
mechanism_drivers =
""",
    "magnum": """
[api]
api_paste_config = {etc}/magnum/api-paste.ini
[keystone_auth]
auth_section = keystone_authtoken
[certificates]
cert_manager_type = x509keypair
[trust]
trustee_domain_name = {trustee_domain}
trustee_domain_admin_domain_name = {trustee_domain}
trustee_domain_admin_name = {trustee}
trustee_domain_admin_password = {trustee_password}
[drivers]
default_driver = k8s_cluster_api_ubuntu
# Each creation and change makes an instance of every driver.
disabled_drivers = k8s_cluster_api_ubuntu_focal,k8s_cluster_api_flatcar,k8s_cluster_api_rockylinux
[glance_client]
region_name = RegionOne
[nova_client]
region_name = RegionOne
[neutron_client]
region_name = RegionOne
[cinder_client]
region_name = RegionOne
[heat_client]
region_name = RegionOne
[cluster_template]
kubernetes_allowed_network_drivers = flannel,calico
kubernetes_default_network_driver = calico
""",
}


def config_file(directory: Path, name: str) -> Path:
    return directory / name / ("glance-api.conf" if name == "glance" else name + ".conf")  # Glance insists


def write_configs(directory: Path, etc: Dict[str, Path], ports: Dict[str, int], expiration: int) -> None:
    """One folder per service. ETC: the folder of a service's example files, by service."""
    for service in SERVICES:
        values = {"directory": directory, "name": service.name, "etc": etc[service.name], "type": service.type,
                  "keystone": ports["keystone"], "password": PASSWORD % service.name,
                  "trustee": TRUSTEE, "trustee_domain": TRUSTEE_DOMAIN, "trustee_password": PASSWORD % TRUSTEE,
                  "expiration": expiration}
        text = COMMON.format(default=DEFAULT[service.name].format(**values), **values)
        text += MORE[service.name].format(**values)
        if service.name != "keystone":
            text += AUTH.format(**values)
        if service.name == "magnum":
            text += "token_cache_time = -1\n"  # so that a token that was revoked is refused at once
        path = config_file(directory, service.name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="ascii")
    (directory / "lock").mkdir(exist_ok=True)
    (directory / "images").mkdir(exist_ok=True)
    (directory / "kubeconfig").write_text(KUBECONFIG, encoding="ascii")


def environment(directory: Path, service: Service, etc: Path) -> Dict[str, str]:
    """What the process of a service gets in addition. ETC: the folder of its example files."""
    config = config_file(directory, service.name)
    more = {
        "keystone": {"OS_KEYSTONE_CONFIG_FILES": str(config)},
        "glance": {"OS_GLANCE_CONFIG_DIR": str(config.parent)},
        "magnum": {"KUBECONFIG": str(directory / "kubeconfig")},
        "neutron": {"OS_NEUTRON_CONFIG_DIR": str(config.parent), "OS_NEUTRON_CONFIG_FILES": config.name},
        "nova": {"OS_NOVA_CONFIG_DIR": str(config.parent),
                 "OS_NOVA_CONFIG_FILES": "%s;%s" % (etc / "nova/api-paste.ini", config.name)},
    }[service.name]
    return dict(more, WSGI_MODULE=service.module, REQUEST_LOG=str(directory / (service.name + ".requests")))


def uwsgi_arguments(directory: Path, service: Service, port: int, logged: Path) -> list:
    arguments = [
        "--http-socket", "127.0.0.1:%d" % port, "--wsgi-file", logged, "--processes", "1", "--threads", "4",
        "--enable-threads", "--buffer-size", "65535", "--http-chunked-input", "--add-header", "Connection: close",
        "--die-on-term", "--lazy-apps", "--need-app", "--disable-logging"]
    if service.name == "magnum":
        arguments += ["--pyargv", "--config-file %s" % config_file(directory, "magnum")]
    return arguments
