"""Two clusters that begin alike: clusterctl_init works on one, the real clusterctl on the other, with one request.

A request is a dict: core, bootstrap, control_plane, infrastructure, ipam, runtime_extension, addon (a name or a list),
target_namespace, validate, wait, wait_timeout, contract, all, include_namespace, include_crd.
"""
import concurrent.futures
import http.client
import json
import os
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from servers import capi_bundle
from servers.clusterctl.client import Clusterctl
from servers.kubernetes.server import KubeServer
from support import same, store
from support.module import Module

CERT_MANAGER = tuple(yaml.safe_load_all(capi_bundle.CERT_MANAGER_CRDS.read_text()))
INVENTORY = "providers.clusterctl.cluster.x-k8s.io"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CRD_KIND = ("apiextensions.k8s.io", "customresourcedefinitions")
DEFINITION = store.PREFIX + "/".join(CRD_KIND) + "/"

# word of a request: (flag of clusterctl, option of the module, whether it is a list)
PROVIDERS = {
    "core": ("--core", "core_provider", False),
    "bootstrap": ("--bootstrap", "bootstrap_providers", True),
    "control_plane": ("--control-plane", "control_plane_providers", True),
    "infrastructure": ("--infrastructure", "infrastructure_providers", True),
    "ipam": ("--ipam", "ipam_providers", True),
    "runtime_extension": ("--runtime-extension", "runtime_extension_providers", True),
    "addon": ("--addon", "addon_providers", True),
}
VALUES = {"target_namespace": "--target-namespace", "wait_timeout": "--wait-provider-timeout",
          "contract": "--contract"}
SWITCHES = {"wait": "--wait-providers", "validate": "--validate", "all": "--all",
            "include_namespace": "--include-namespace", "include_crd": "--include-crd"}
COMMANDS = {"present": ("init",), "upgraded": ("upgrade", "apply"), "absent": ("delete",),
            "images": ("init", "list-images")}


at_once = concurrent.futures.ThreadPoolExecutor(4)


def as_list(value) -> list:
    return [value] if isinstance(value, str) else list(value)


def words_of(state, request) -> list:
    """The command line of clusterctl for a request."""
    words = list(COMMANDS[state])
    for name, value in request.items():
        if name in PROVIDERS:
            words += ["%s=%s" % (PROVIDERS[name][0], item) for item in as_list(value)]
        elif name in VALUES:
            words.append("%s=%s" % (VALUES[name], value))
        else:
            words.append("%s=%s" % (SWITCHES[name], str(value).lower()))
    return words


def options_of(state, request) -> dict:
    """The options of the module for a request."""
    options = {"state": state}
    for name, value in request.items():
        if name in PROVIDERS:
            _, option, many = PROVIDERS[name]
            options[option] = as_list(value) if many else value
        else:
            options[name] = value
    return options


class Wire:
    """Requests over one connection: hundreds of them are what a clean-up costs."""

    def __init__(self, server):
        self._target = urlsplit(server.url)
        self._context = ssl.create_default_context(cafile=str(server.ca_file))
        self._context.load_cert_chain(str(server.client_cert_file), str(server.client_key_file))
        self._connection = None

    def request(self, method, path, body=None, content_type="application/json"):
        """(HTTP status, answer) as ApiServer.request()."""
        for last in (False, True):
            if self._connection is None:
                self._connection = http.client.HTTPSConnection(self._target.hostname, self._target.port,
                                                               context=self._context, timeout=30)
            try:
                self._connection.request(method, path, None if body is None else json.dumps(body),
                                         {"Content-Type": content_type, "Accept": "application/json"})
                response = self._connection.getresponse()
                text = response.read()
                try:
                    return response.status, json.loads(text)
                except ValueError:
                    return response.status, text.decode(errors="replace")
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._connection = None
                if last:
                    raise
        raise AssertionError("not reached")


class Side:
    """A server and what it held at the beginning, to which reset() returns."""

    def __init__(self, directory, stub=True, **server_options):
        self.server = KubeServer(directory, controller_manager=False, **server_options)
        self.wire = Wire(self.server)
        self.store = store.Store(self.server)
        if stub:
            self.add_cert_manager()
        self._begin = self.store.snapshot(values=True)
        self.baseline = same.world(self.wire)
        self._paths = same.builtin(self.wire)

    def add_cert_manager(self):
        """Open definitions of cert-manager's kinds: clusterctl takes them for a working cert-manager."""
        for definition in CERT_MANAGER:
            status, answer = self.request("POST", CRDS, definition)
            assert status in (201, 409), answer
        self.wait_for("/apis/cert-manager.io/v1/issuers")
        self.wait_for("/apis/cert-manager.io/v1/certificates")

    def request(self, method, path, body=None, content_type="application/json"):
        return self.wire.request(method, path, body, content_type)

    def get(self, path):
        status, answer = self.request("GET", path)
        assert status == 200, (path, answer)
        return answer

    def names(self, path) -> list:
        """Names of the objects below a path, sorted; [] where the kind is unknown."""
        status, answer = self.request("GET", path)
        return sorted(o["metadata"]["name"] for o in answer["items"]) if status == 200 else []

    def post(self, path, body):
        status, answer = self.request("POST", path, body)
        assert status == 201, answer
        return answer

    def patch(self, path, body):
        status, answer = self.request("PATCH", path, body, "application/merge-patch+json")
        assert status == 200, answer
        return answer

    def delete(self, path):
        status, answer = self.request("DELETE", path)
        assert status in (200, 202), answer

    def wait_for(self, path, status=200, seconds=30):
        deadline = time.monotonic() + seconds
        while self.request("GET", path)[0] != status:
            assert time.monotonic() < deadline, "%s is not %d" % (path, status)
            time.sleep(0.05)

    def settle(self):
        """Ends namespaces that are being deleted, as the controllers would; nothing may be left in them."""
        for item in self.get("/api/v1/namespaces")["items"]:
            if item["metadata"].get("deletionTimestamp"):
                self.finalize(item["metadata"]["name"])

    def finalize(self, name):
        self.request("PUT", "/api/v1/namespaces/%s/finalize" % name,
                     {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {"finalizers": []}})

    def providers(self) -> dict:
        """{label: object} of the inventory."""
        status, answer = self.request("GET", "/apis/clusterctl.cluster.x-k8s.io/v1alpha3/providers")
        return {o["metadata"]["name"]: o for o in answer["items"]} if status == 200 else {}

    def versions(self) -> dict:
        """{label: version} of the inventory."""
        return {name: o["version"] for name, o in self.providers().items()}

    def everything(self) -> dict:
        """{"group/version Kind namespace/name": object}"""
        return same.world(self.wire)

    def made(self) -> dict:
        """What was made or changed since the beginning, but for the leavings of the probe of cert-manager."""
        kinds = {store.kind_of(key) for key in self._changed()}
        now = same.objects(self.wire, self._collections(kinds))
        return {key: value for key, value in same.made(now, self.baseline).items() if "cert-manager-test" not in key}

    def reset(self, empty=False):
        """Makes everything as it was at the beginning. The definition of the inventory, which every command makes first,
        may stay unless the side shall be empty, or a test has made one of its own."""
        self.restore(self._begin, set() if empty or not self._has_inventory() else {DEFINITION + INVENTORY})

    def _has_inventory(self) -> bool:
        status, definition = self.request("GET", "%s/%s" % (CRDS, INVENTORY))
        return status == 200 and [v["name"] for v in definition["spec"]["versions"]] == ["v1alpha3"]

    def restore(self, wanted, kept=frozenset()):
        """Makes everything as in `wanted`, a snapshot of the store with its values, but for the keys `kept`."""
        there = self.store.snapshot()
        keys = store.changed(wanted, there) - kept
        if not keys:
            return
        gone = [self.get(CRDS + "/" + key[len(DEFINITION):]) for key in keys
                if key.startswith(DEFINITION) and key not in wanted]
        back = [key[len(DEFINITION):] for key in keys if key.startswith(DEFINITION) and key in wanted]
        revision = self.store.restore([key for key in keys if key not in wanted],
                                      {key: wanted[key][1] for key in keys if key in wanted})
        wanted.update((key, (revised, wanted[key][1])) for key, (revised, _) in self.store.snapshot().items()
                      if key in keys and key in wanted)
        self._await(revision, gone, back)

    def _changed(self) -> set:
        """The keys of the store that were made, changed or deleted since the beginning."""
        return store.changed(self._begin, self.store.snapshot())

    def _collections(self, kinds) -> list:
        """[(path, group/version, kind)] of kinds as the store names them."""
        found = [self._paths[plural] for group, plural in kinds if group is None and plural not in same.SKIPPED]
        if any(group for group, _ in kinds):
            definitions = {(d["spec"]["group"], d["spec"]["names"]["plural"]): d for d in self.get(CRDS)["items"]}
            for kind in kinds:
                if kind[0] is not None and kind != CRD_KIND and kind in definitions:
                    found.append(same.collection(definitions[kind]))
        return found + [(CRDS, "apiextensions.k8s.io/v1", "CustomResourceDefinition")] * (CRD_KIND in kinds)

    def _await(self, revision, gone, back):
        """Until the server has heard of what was done behind its back: the definitions that are gone, the names of those
        that came back."""
        for path in ("/api/v1/namespaces", CRDS):
            self.get("%s?limit=1&resourceVersion=%d&resourceVersionMatch=NotOlderThan" % (path, revision))
        for definition in gone:
            self.wait_for(same.collection(definition)[0], 404)
        for name in back:
            self.wait_for(same.collection(self.get("%s/%s" % (CRDS, name)))[0])

    def stop(self):
        self.server.stop()


def reset(sides, empty=False):
    """Side.reset() of several at the same time."""
    for waiting in [at_once.submit(side.reset, empty) for side in sides]:
        waiting.result()


class Remembered:
    """What installations left on two sides, to be put back instead of being made again for each test."""

    def __init__(self, sides):
        self.sides = sides
        self._snapshots = {}

    def __call__(self, name, install):
        """Makes both sides as install() did when it was first called for this name."""
        if name not in self._snapshots:
            reset(self.sides)
            install()
            self._snapshots[name] = [side.store.snapshot(values=True) for side in self.sides]
            return
        for waiting in [at_once.submit(side.restore, wanted) for side, wanted in zip(self.sides, self._snapshots[name])]:
            waiting.result()


class Both:
    """What came of a request on both sides."""

    def __init__(self, ours, theirs):
        self.ours = ours
        self.theirs = theirs

    @property
    def ok(self) -> bool:
        assert self.ours.failed == self.theirs.failed, (self.ours.data, self.theirs)
        return not self.ours.failed

    def assert_same_error(self, ours=None):
        """Both failed with the same words; `ours` replaces a difference that is meant."""
        assert self.theirs.failed, self.theirs
        assert self.ours.failed, self.ours.data
        want = self.theirs.error if ours is None else ours
        assert self.ours.msg == want, "ours:   %s\ntheirs: %s" % (self.ours.msg, want)


class Pair:
    """The two sides with a repository and a configuration."""

    def __init__(self, ours: Side, theirs: Side, directory: Path, program: Path, providers, own_contract="v1beta2"):
        self.ours = ours
        self.theirs = theirs
        self.directory = directory
        self.program = program
        self.config = {"providers": providers}
        self.own_contract = own_contract
        self.env = {}
        self._clusterctl = self._module = None

    @property
    def clusterctl(self) -> Clusterctl:
        if self._clusterctl is None:
            self._clusterctl = Clusterctl(self.directory / "theirs", self.theirs.server)
        return self._clusterctl

    def use(self, clusterctl: Clusterctl):
        """Another version of clusterctl from now on."""
        self._clusterctl = clusterctl

    @property
    def module(self) -> Module:
        if self._module is None:
            if not self.program.exists():
                pytest.skip("there is no program %s yet" % self.program)
            home = self.directory / "ours"
            (home / "config").mkdir(parents=True, exist_ok=True)
            server = self.ours.server
            pair = server.pki.authority().client("module", ["system:masters"])
            self._module = Module(self.program, home, server=server)
            kept = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
            self._module.environment = dict(kept, PATH=os.defpath, HOME=str(home), XDG_CONFIG_HOME=str(home / "config"),
                                            KUBECONFIG=str(server.kubeconfig_for("module", pair)))
        return self._module

    def run_theirs(self, state="present", config=None, env=None, kubeconfig=None, **request):
        self.theirs.settle()
        return self.clusterctl(*words_of(state, request), config=self._config(config), env={**self.env, **(env or {})},
                               kubeconfig=kubeconfig)

    def run_ours(self, state="present", config=None, env=None, check=False, diff=False, more=None, **request):
        """more: options that a request has no word for."""
        self.ours.settle()
        return self.module(check=check, diff=diff, env={**self.env, **(env or {})},
                           **self.options(state, config, **request, **(more or {})))

    def options(self, state="present", config=None, **request) -> dict:
        """The options of the module for a request, with the configuration file of this pair."""
        options = {"config": str(self.clusterctl.write_config(self._config(config))), "own_contract": self.own_contract}
        if state == "upgraded":
            options["force_reinstall"] = True  # what clusterctl does
        options.update(options_of(state, request))
        return options

    def run(self, state="present", config=None, env=None, more=None, **request) -> Both:
        """Both at the same time."""
        assert self.clusterctl  # made here: two threads would make two, and one rewrite the file that the other reads
        ours = at_once.submit(self.run_ours, state, config, env, more=more, **request)
        theirs = self.run_theirs(state, config, env, **request)
        return Both(ours.result(), theirs)

    def assert_same_world(self, ignore=()):
        ours = at_once.submit(self.ours.made)
        theirs = self.theirs.made()
        same.assert_same(ours.result(), theirs, ignore)

    def _config(self, config):
        """A dict is merged into the usual configuration; a text or a Path is one of its own."""
        return {**self.config, **config} if isinstance(config, dict) else self.config if config is None else config
