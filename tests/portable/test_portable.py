"""The static programs: that they need nothing of the machine they run on, and that they work there.

Those of another CPU run under qemu. What is to be tested lies in build/portable/CPU; ./dev test portable puts it there.
"""
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path.insert(0, str(TESTS))
from portable.tap import Tap  # noqa: E402
from servers.capi_bundle import CERT_MANAGER_CRDS, bundle  # noqa: E402
from servers.kubernetes.server import KubeServer  # noqa: E402
from support.module import Module  # noqa: E402
from support.wait import until  # noqa: E402

CPUS = {"x86_64": "Advanced Micro Devices X86-64", "aarch64": "AArch64"}  # as readelf calls them
MOST_BYTES = 6 << 20
MODULES = sorted(path.stem for path in (ROOT / "collection/plugins/modules").glob("*.yml"))
DAEMON = "magnum-cluster-api-proxy"
PROGRAMS = MODULES + [DAEMON]
DYNAMIC = ("lxc_container",)  # loads the host's liblxc
LOADERS = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "portable", "namespace": "default"},
              "data": {"key": "value"}}


@pytest.fixture(params=list(CPUS))
def cpu(request):
    return request.param


def folder_of(cpu) -> Path:
    folder = Path(os.environ.get("MCAPI_BUILD", ROOT / "build"), "portable", cpu)
    if not folder.is_dir():
        pytest.fail("%s is missing: run ./dev test portable" % folder)
    return folder


@pytest.fixture
def program(cpu) -> Path:
    return folder_of(cpu) / "k8s_apply"


@pytest.fixture(params=PROGRAMS)
def any_program(request, cpu) -> Path:
    return folder_of(cpu) / request.param


@pytest.fixture(params=[name for name in PROGRAMS if name not in DYNAMIC])
def static_program(request, cpu) -> Path:
    return folder_of(cpu) / request.param


@pytest.fixture
def launcher(cpu) -> list:
    if cpu == platform.machine():
        return []
    qemu = shutil.which("qemu-%s-static" % cpu) or shutil.which("qemu-%s" % cpu)
    return [qemu] if qemu else pytest.skip("no qemu-%s-static" % cpu)


@pytest.fixture
def run(program, launcher, tmp_path):
    """run(definition=…): the module on this CPU or under qemu."""
    module = Module(program, tmp_path)

    def call(**options):
        process, _ = module.start(launcher=launcher, **options)
        return module.finish(process, None)

    return call


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with KubeServer(tmp_path_factory.mktemp("kubernetes") / "plane", controller_manager=False) as running:
        yield running


def readelf(program: Path, *options) -> str:
    return subprocess.run(["readelf", "--wide", *options, str(program)], stdout=subprocess.PIPE, text=True, check=True,
                          env=dict(os.environ, LC_ALL="C")).stdout


# ---- what the file says

def test_program__is_for_its_cpu_and_may_lie_anywhere_in_memory(any_program, cpu):
    header = readelf(any_program, "--file-header")
    assert re.search(r"Machine: +(.*)", header).group(1) == CPUS[cpu]
    assert re.search(r"Type: +(\w+)", header).group(1) == "DYN"


@pytest.mark.parametrize("name", DYNAMIC)
def test_dynamic_program__needs_glibc_2_28_and_nothing_else(cpu, name):
    program = folder_of(cpu) / name
    needed = re.findall(r"NEEDED.*\[(.*)\]", readelf(program, "--dynamic"))
    assert set(needed) <= {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"} | LOADERS
    versions = re.findall(r"GLIBC_([0-9.]+)", readelf(program, "--version-info"))
    assert max(tuple(map(int, version.split("."))) for version in versions) <= (2, 28)


def test_static_program__needs_neither_a_loader_nor_a_library(static_program):
    assert "INTERP" not in readelf(static_program, "--program-headers")
    assert "NEEDED" not in readelf(static_program, "--dynamic")


def test_program__is_hardened(any_program):
    headers = readelf(any_program, "--program-headers")
    assert "GNU_RELRO" in headers
    assert "BIND_NOW" in readelf(any_program, "--dynamic")
    assert re.search(r"GNU_STACK .* RW +0", headers)
    assert not re.search(r"LOAD .* RWE ", headers)


# mov, sub, xor or cmp with the word behind the thread pointer that guards a frame
GUARD = re.compile(rb"\x64\x48[\x8b\x2b\x33\x3b][\x04\x0c\x14\x1c\x24\x2c\x34\x3c]\x25\x28\x00\x00\x00")


@pytest.mark.parametrize("name", PROGRAMS)
def test_program__guards_its_frames(name):
    """Of the other CPU the guard is a variable like any other, which no byte tells."""
    assert len(GUARD.findall((folder_of("x86_64") / name).read_bytes())) > 100


def test_program__runs_with_the_rights_of_its_caller_and_is_written_by_its_owner_alone(any_program):
    assert any_program.stat().st_mode & 0o7022 == 0


def test_program__is_small_and_carries_no_symbols(any_program):
    assert any_program.stat().st_size <= MOST_BYTES
    assert ".symtab" not in readelf(any_program, "--sections")
    assert ".debug_info" not in readelf(any_program, "--sections")


def test_program__names_no_folder_of_the_machine_that_built_it(any_program):
    data = any_program.read_bytes()
    for folder in (ROOT, Path.home() / ".cache"):
        assert os.fsencode(folder) not in data


# ---- what it does

def test_daemon__settings__are_checked_on_either_cpu(cpu, launcher):
    def call(*arguments):
        done = subprocess.run([*launcher, folder_of(cpu) / DAEMON, *arguments], env={}, stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    assert call("--version") == (0, DAEMON + " 1.0.0\n", "")
    assert "--check-config" in call("--help")[1]
    status, settings, _ = call("--check-config", "--bind", "127.0.0.1", "--port", "8443")
    assert status == 0 and json.loads(settings)["PROXY_PORT"] == 8443
    status, _, complaint = call("--check-config", "--port", "70000")
    assert status == os.EX_CONFIG and "70000" in complaint


def test_bad_options__fail_cleanly(run):
    outcome = run(definition=CONFIG_MAP, kubeconfig="/nonexistent/config")
    assert outcome.failed
    assert "/nonexistent/config" in outcome.msg


def test_config_map__is_created_and_then_left_alone(run, server, cpu):
    definition = dict(CONFIG_MAP, metadata={"name": "portable-" + cpu.replace("_", "-"), "namespace": "default"})
    assert run(definition=definition, kubeconfig=str(server.kubeconfig)).changed
    again = run(definition=definition, kubeconfig=str(server.kubeconfig))
    assert not again.failed, again.msg
    assert not again.changed
    found = run(state="info", kind="ConfigMap", name=definition["metadata"]["name"], namespace="default",
                kubeconfig=str(server.kubeconfig))
    assert "value" in json.dumps(found.data)


def test_server__is_spoken_to_by_http_2(run, server):
    context = ssl.create_default_context(cafile=str(server.ca_file))
    context.load_cert_chain(server.client_cert_file, server.client_key_file)
    pair = server.pki.authority().server()
    with Tap(*pair, int(server.url.rsplit(":", 1)[1]), context) as tap:
        outcome = run(state="info", kind="Namespace", name="default", host="https://127.0.0.1:%d" % tap.port,
                      ca_cert=str(server.ca_file), api_key="none")
    assert not outcome.failed, outcome.msg
    assert tap.protocols == ["h2"]


@pytest.mark.skipif(os.geteuid() != 0, reason="this machine lets only root change the root directory")
def test_empty_root__is_enough(program, launcher, server, tmp_path):
    """No library, no resolver's configuration, no device, no temporary directory."""
    root = tmp_path / "root"
    root.mkdir()
    files = {"k8s_apply": program, "ca.crt": server.ca_file, "client.crt": server.client_cert_file,
             "client.key": server.client_key_file, **{Path(qemu).name: qemu for qemu in launcher}}
    for name, source in files.items():
        shutil.copy(source, root / name)
    options = {"definition": CONFIG_MAP, "host": server.url, "ca_cert": "/ca.crt", "client_cert": "/client.crt",
               "client_key": "/client.key"}
    (root / "args.json").write_text(json.dumps(options))
    result = subprocess.run([shutil.which("chroot"), root, *("/" + Path(qemu).name for qemu in launcher), "/k8s_apply", "/args.json"],
                            env={}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert result.returncode == 0, result.stdout
    assert json.loads(result.stdout)["result"]["kind"] == "ConfigMap"


def test_server_name__is_resolved_without_the_machines_c_library(run, server):
    port = server.url.rsplit(":", 1)[1]
    outcome = run(state="info", kind="Namespace", name="default", host="https://localhost:" + port,
                  ca_cert=str(server.ca_file), client_cert=str(server.client_cert_file),
                  client_key=str(server.client_key_file))
    assert not outcome.failed, outcome.msg


def test_authorities_of_the_host__are_found(run, server):
    """SSL_CERT_FILE stands for the distribution's file, which trusts no server of ours."""
    identity = {"host": server.url, "client_cert": str(server.client_cert_file),
                "client_key": str(server.client_key_file)}
    refused = run(state="info", kind="Namespace", name="default", **identity)
    assert "not signed by an authority that is trusted" in refused.msg
    trusted = run(state="info", kind="Namespace", name="default", env={"SSL_CERT_FILE": str(server.ca_file)}, **identity)
    assert not trusted.failed, trusted.msg


@pytest.mark.parametrize("cpu", [platform.machine()])
def test_large_answers_at_once__do_not_stand_still(run, server, cpu):
    """libcurl before 8.1 kept one of the many now and then until its next timer, ten seconds later: one run of ten."""
    server.kubectl("apply", "--server-side", "-f", CERT_MANAGER_CRDS)
    until(lambda: server.request("GET", "/apis/cert-manager.io/v1/issuers")[0] == 200)
    config = server.kubeconfig_for("module", server.pki.authority().client("module", ["system:masters"]))
    mark = server.audit.mark()
    for _ in range(24):
        outcome = run(src=str(bundle("core")), kubeconfig=str(config))
        assert not outcome.failed, outcome.msg
    times = sorted(datetime.fromisoformat(event["requestReceivedTimestamp"][:19]) for event in server.requests(mark, user="module"))
    assert len(times) > 24 * 20
    assert max(later - earlier for earlier, later in zip(times, times[1:])).seconds < 9
