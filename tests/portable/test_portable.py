"""The static programs: that they need nothing of the machine they run on, and that they work there.

Those of another CPU run under qemu. What is to be tested lies in build/static-CPU/bin; ./dev build --cpu CPU makes it.
"""
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path.insert(0, str(TESTS))
from portable.tap import Tap  # noqa: E402
from servers.kubernetes.server import KubeServer  # noqa: E402
from support.module import Module  # noqa: E402

CPUS = {"x86_64": "Advanced Micro Devices X86-64", "aarch64": "AArch64"}  # as readelf calls them
MOST_BYTES = 6 << 20
CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "portable", "namespace": "default"},
              "data": {"key": "value"}}


@pytest.fixture(params=list(CPUS))
def cpu(request):
    return request.param


@pytest.fixture
def program(cpu) -> Path:
    path = Path(os.environ.get("MCAPI_BUILD", ROOT / "build"), "static-%s/bin/k8s_apply" % cpu)
    if not path.exists():
        pytest.fail("%s is missing: run ./dev build --cpu %s first" % (path, cpu))
    return path


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

def test_program__is_for_its_cpu_and_may_lie_anywhere_in_memory(program, cpu):
    header = readelf(program, "--file-header")
    assert re.search(r"Machine: +(.*)", header).group(1) == CPUS[cpu]
    assert re.search(r"Type: +(\w+)", header).group(1) == "DYN"


def test_program__needs_neither_a_loader_nor_a_library(program):
    assert "INTERP" not in readelf(program, "--program-headers")
    assert "NEEDED" not in readelf(program, "--dynamic")


def test_program__is_hardened(program):
    headers = readelf(program, "--program-headers")
    assert "GNU_RELRO" in headers
    assert "BIND_NOW" in readelf(program, "--dynamic")
    assert re.search(r"GNU_STACK .* RW +0", headers)
    assert not re.search(r"LOAD .* RWE ", headers)


def test_program__is_small_and_carries_no_symbols(program):
    assert program.stat().st_size <= MOST_BYTES
    assert ".symtab" not in readelf(program, "--sections")
    assert ".debug_info" not in readelf(program, "--sections")


def test_program__names_no_folder_of_the_machine_that_built_it(program):
    data = program.read_bytes()
    for folder in (ROOT, Path.home() / ".cache"):
        assert os.fsencode(folder) not in data


# ---- what it does

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
