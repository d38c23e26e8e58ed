"""What a fresh cloud has, put there through the services' own APIs.

Users are named after what they may do; the password of each is PASSWORD % name.

| user     | project | role         | for |
|----------|---------|--------------|-----|
| admin    | admin   | admin; admin of the system | |
| demo     | demo    | member       | the usual one; demo is also its default project |
| reader   | demo    | reader       | may look and not touch |
| other    | other   | member       | a second project |
| nobody   | none    | none         | a token without project and catalog |
| totp     | demo    | member       | logs in with a passcode too |
| mfa      | demo    | member       | must give password and passcode |
"""
import base64
import hashlib
import hmac
import struct
import time

from servers.openstack.services import (BROKEN_REGION, PASSWORD, REGION, SERVICES, TLS_REGION, TRUSTEE,
                                        TRUSTEE_DOMAIN)

TOTP_SECRET = base64.b32encode(b"a secret that the tests share").decode().rstrip("=")
APP_SECRET = "secret-of-the-application"
PROJECTS = ("service", "demo", "other")
USERS = (("demo", "demo", "member"), ("reader", "demo", "reader"), ("other", "other", "member"),
         ("totp", "demo", "member"), ("mfa", "demo", "member"), ("nobody", None, None))
KUBERNETES = ("v1.32.9", "v1.33.12", "v1.34.8", "v1.35.5", "v1.36.1")  # each with an image
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3cJ1Hn2kOyVfVWkPz3H3f6Zk0p0sZJ1yqU7rVxkQ9e test"


def passcode(at=None) -> str:
    """The time-based passcode of the users totp and mfa."""
    counter = int((time.time() if at is None else at) // 30)
    padded = TOTP_SECRET + "=" * (-len(TOTP_SECRET) % 8)
    digest = hmac.new(base64.b32decode(padded), struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF) % 1000000)


def seed(cloud) -> dict:
    """Fills the services of CLOUD. Returns the ids of what was made, by kind and name."""
    ids = {}
    identity(cloud, ids)
    for name, project, _ in USERS[:3]:
        cloud.login(name, project)
    images(cloud, ids)
    flavors(cloud, ids)
    networks(cloud, ids)
    return ids


def identity(cloud, ids) -> None:
    token = cloud.login("admin", "admin")

    def make(kind, path, body):
        return cloud.ok("keystone", "POST", "/v3/" + path, {kind: body}, token)[kind]

    def named(path, name):
        return cloud.ok("keystone", "GET", "/v3/%s?name=%s" % (path, name), None, token)[path][0]["id"]

    roles = {name: named("roles", name) for name in ("admin", "member", "reader", "service")}
    projects = {name: make("project", "projects", {"name": name, "domain_id": "default"})["id"] for name in PROJECTS}
    projects["admin"] = named("projects", "admin")
    users = {"admin": named("users", "admin")}

    def grant(user, project, *names):
        for name in names:
            cloud.ok("keystone", "PUT", "/v3/projects/%s/users/%s/roles/%s"
                     % (projects[project], users[user], roles[name]), None, token)

    for service in SERVICES[1:]:
        body = {"name": service.name, "password": PASSWORD % service.name, "domain_id": "default"}
        users[service.name] = make("user", "users", body)["id"]
        grant(service.name, "service", "admin", "service")
    for name, project, role in USERS:
        body = {"name": name, "password": PASSWORD % name, "domain_id": "default"}
        if project:
            body["default_project_id"] = projects[project]
        users[name] = make("user", "users", body)["id"]
        if project:
            grant(name, project, role)
    # Magnum up to 22 asks for a domain of its own, for the users of clusters, whatever it is to do.
    domain = make("domain", "domains", {"name": TRUSTEE_DOMAIN})["id"]
    trustee = make("user", "users", {"name": TRUSTEE, "password": PASSWORD % TRUSTEE, "domain_id": domain})["id"]
    cloud.ok("keystone", "PUT", "/v3/domains/%s/users/%s/roles/%s" % (domain, trustee, roles["admin"]), None, token)
    cloud.ok("keystone", "PUT", "/v3/domains/default/users/%s/roles/%s" % (users["admin"], roles["admin"]), None, token)
    endpoints(cloud, make, token)
    ids.update(roles=roles, projects=projects, users=users)
    ids["credentials"] = credentials(cloud, make, users)


def endpoints(cloud, make, token) -> None:
    """Each service in each region; Magnum's internal URL lacks the version, as some deployments have it."""
    for region in (BROKEN_REGION, TLS_REGION):
        cloud.ok("keystone", "POST", "/v3/regions", {"region": {"id": region}}, token)
    found = cloud.ok("keystone", "GET", "/v3/services", None, token)["services"]
    known = {each["type"]: each["id"] for each in found}
    for service in SERVICES:
        if service.type not in known:
            known[service.type] = make("service", "services", {"type": service.type, "name": service.name})["id"]
        for region in (REGION, BROKEN_REGION, TLS_REGION):
            if region == REGION and service.name == "keystone":
                continue  # made by the bootstrap
            for interface in ("public", "internal", "admin"):
                make("endpoint", "endpoints", {"service_id": known[service.type], "interface": interface,
                                               "region_id": region, "url": cloud.endpoint(service, region, interface)})


def credentials(cloud, make, users) -> dict:
    """Passcodes, the rule that asks for both, and application credentials."""
    token = cloud.login("admin", "admin")
    for name in ("totp", "mfa"):
        make("credential", "credentials", {"type": "totp", "blob": TOTP_SECRET, "user_id": users[name]})
    options = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}
    cloud.ok("keystone", "PATCH", "/v3/users/" + users["mfa"], {"user": {"options": options}}, token)
    token = cloud.login("demo", "demo")
    path = "/v3/users/%s/application_credentials" % users["demo"]
    rules = [{"path": "/v1/clustertemplates", "method": "GET", "service": "container-infra"}]
    made = {}
    for name, more in (("plain", {}), ("restricted", {"access_rules": rules})):
        body = dict(more, name=name, secret=APP_SECRET)
        made[name] = cloud.ok("keystone", "POST", path, {"application_credential": body},
                              token)["application_credential"]["id"]
    return made


def images(cloud, ids) -> None:
    """Nothing is uploaded: what Magnum looks at are properties."""
    admin, other = cloud.login("admin", "admin"), cloud.login("other", "other")
    wanted = [("ubuntu-2404-kube-" + version, {"os_distro": "ubuntu"}) for version in KUBERNETES]
    wanted += [("ubuntu-a", {"os_distro": "ubuntu"}), ("debian-a", {"os_distro": "debian"}), ("nodistro", {}),
               ("flatcar-a", {"os_distro": "flatcar"}), ("with-driver", {"os_distro": "ubuntu",
                                                                        "magnum_driver": "k8s_cluster_api_debian"})]
    made = {}
    for name, properties in wanted + [("dup", {"os_distro": "ubuntu"})] * 2:
        body = dict(properties, name=name, visibility="public", container_format="bare", disk_format="qcow2")
        made[name] = cloud.ok("glance", "POST", "/v2/images", body, admin)["id"]
    body = {"name": "private-of-other", "os_distro": "ubuntu", "container_format": "bare", "disk_format": "qcow2"}
    made["private-of-other"] = cloud.ok("glance", "POST", "/v2/images", body, other)["id"]
    ids["images"] = made


def flavors(cloud, ids) -> None:
    admin, made = cloud.login("admin", "admin"), {}
    for name, disk in (("m1.medium", 20), ("m1.large", 40), ("zero", 0)):
        body = {"name": name, "ram": 4096, "vcpus": 2, "disk": disk}
        made[name] = cloud.ok("nova", "POST", "/v2.1/flavors", {"flavor": body}, admin)["flavor"]["id"]
    ids["flavors"] = made
    body = {"keypair": {"name": "key-of-demo", "public_key": PUBLIC_KEY}}
    cloud.ok("nova", "POST", "/v2.1/os-keypairs", body, cloud.login("demo", "demo"))


def networks(cloud, ids) -> None:
    admin, demo = cloud.login("admin", "admin"), cloud.login("demo", "demo")

    def make(kind, body, token):
        return cloud.ok("neutron", "POST", "/v2.0/%ss" % kind, {kind: body}, token)[kind]["id"]

    external = {"router:external": True, "shared": True}
    names = ("public", "public2", "dupext", "dupext")
    made = {name: make("network", dict(external, name=name), admin) for name in names}
    made["net1"] = make("network", {"name": "net1"}, demo)
    made["net2"] = make("network", {"name": "net2"}, demo)
    ids["networks"] = made
    ids["subnets"] = {name: make("subnet", {"name": name, "network_id": made["net1"], "ip_version": 4, "cidr": cidr},
                                 demo) for name, cidr in (("sub1", "10.1.0.0/24"), ("sub2", "10.2.0.0/24"))}
