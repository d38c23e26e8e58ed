"""Files from a mirror onto a host, which is this machine."""
import functools
import hashlib
import http.server
import io
import tarfile
import threading

import pytest
import yaml as pyyaml
from conftest import CORES, ROOT, ansible
from osa import recap, yaml

PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: false
  roles: [osa_ops.mcapi_vexxhost.artifact]
  handlers:
    - name: Restart it
      ansible.builtin.debug:
        msg: it was restarted
"""


class Mirror:
    def __init__(self, folder):
        self.folder = folder / "mirror"
        handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(self.folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, path: str, data: bytes) -> str:
        """Its checksum."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def archive(*names: str, data: bytes = b"unpacked", folder: str = "bin") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as package:
        for name in names:
            entry = tarfile.TarInfo(folder + "/" + name)
            entry.size, entry.mode = len(data), 0o755
            package.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


@pytest.fixture
def mirror(tmp_path):
    server = Mirror(tmp_path)
    yield server
    server.close()


@pytest.fixture
def run(tmp_path, collections, mirror):
    (tmp_path / "play.yml").write_text(PLAYBOOK, encoding="utf-8")

    def play(items, *arguments):
        variables = {"artifact_list": items, "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                     "capi_offline_mirror_base": "http://127.0.0.1:%d" % mirror.server.server_address[1],
                     "artifact_record_path": str(tmp_path / "records"), "artifact_retries": 1, "artifact_delay": 0}
        (tmp_path / "variables.yml").write_text(yaml(variables), encoding="utf-8")
        return ansible(CORES[0], collections, "-i", "localhost,", tmp_path / "play.yml", "-e", "@%s" % (tmp_path / "variables.yml"), *arguments)
    return play


def changed(done) -> int:
    assert done.returncode == 0, done.stdout
    return recap(done.stdout)["localhost"]["changed"]


def items_of(mirror, folder):
    tool = mirror.put("dl.example/tool", b"tool")
    mirror.put("dl.example/other.sha256", mirror.put("dl.example/other", b"other").encode())
    packed = mirror.put("dl.example/packed.tar.gz", archive("unpacked"))
    return [{"name": "tool", "url": "https://dl.example/tool", "dest": str(folder / "in/tool"), "checksum": "sha256:" + tool, "mode": "0755",
             "notify": "Restart it"},
            {"name": "other", "url": "https://dl.example/other", "dest": str(folder / "other"),
             "checksum": "sha256:https://dl.example/other.sha256"},
            {"name": "packed", "url": "https://dl.example/packed.tar.gz", "dest": str(folder / "packed.tar.gz"), "checksum": "sha256:" + packed,
             "unarchive": str(folder / "bin"), "strip": 1, "notify": "Restart it"}]


def test_023__all_was_fetched__a_second_run_needs_no_network(run, mirror, tmp_path):
    items = items_of(mirror, tmp_path)
    done = run(items)
    assert changed(done) > 0 and "it was restarted" in done.stdout
    assert (tmp_path / "in/tool").read_bytes() == b"tool" and (tmp_path / "in/tool").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "other").read_bytes() == b"other"
    assert (tmp_path / "bin/unpacked").read_bytes() == b"unpacked"
    mirror.close()
    again = run(items)
    assert changed(again) == 0 and "it was restarted" not in again.stdout


def test_artifact__digest_in_capitals__is_the_same_digest(run, mirror, tmp_path):
    digest = mirror.put("example.org/tool", b"a tool")
    items = [{"name": "tool", "url": "https://example.org/tool", "dest": str(tmp_path / "tool"), "checksum": "sha256:" + digest.upper()}]
    assert changed(run(items)) > 0
    assert changed(run(items)) == 0 and not (tmp_path / "records").exists()


def test_018__nothing_is_there__check_mode_writes_nothing(run, mirror, tmp_path):
    changed(run(items_of(mirror, tmp_path), "--check"))
    assert not (tmp_path / "in").exists() and not (tmp_path / "other").exists() and not (tmp_path / "bin").exists()


def test_091__the_checksum_differs__the_old_file_stays(run, mirror, tmp_path):
    item = {"name": "tool", "url": "https://dl.example/tool", "dest": str(tmp_path / "tool"), "checksum": "sha256:" + mirror.put("dl.example/tool", b"1")}
    assert changed(run([item])) > 0
    mirror.put("dl.example/tool", b"not what was promised")
    done = run([dict(item, checksum="sha256:" + hashlib.sha256(b"2").hexdigest())])
    assert done.returncode != 0
    assert (tmp_path / "tool").read_bytes() == b"1"


def test_artifact__could_not_be_fetched__one_message_names_url_and_variable(run, mirror, tmp_path):
    """Whatever the loop was over: of a list of dictionaries nobody finds the variable to set."""
    mirror.put("dl.example/tool", b"not what was promised")
    digest = "sha256:" + hashlib.sha256(b"1").hexdigest()
    items = [{"name": name, "url": "https://dl.example/" + name, "dest": str(tmp_path / name), "checksum": digest, "variable": name + "_checksum"}
             for name in ("tool", "missing")]
    done = run(items)
    (told,) = [line for line in done.stdout.splitlines() if line.startswith("fatal: ") and "could not fetch" in line]
    base = "http://127.0.0.1:%d/dl.example/" % mirror.server.server_address[1]
    assert "tool from %stool (capi_offline_mirror_base): " % base in told and "did not match" in told and "- its digest is tool_checksum" in told
    assert "missing from %smissing (capi_offline_mirror_base): " % base in told and "404" in told and "missing_checksum" not in told
    assert not list(tmp_path.glob("tool")) and done.returncode != 0


@pytest.mark.parametrize("checksum", ["", "sha256:"])
def test_artifact__without_a_checksum__is_not_fetched(run, mirror, tmp_path, checksum):
    mirror.put("dl.example/tool", b"tool")
    done = run([{"name": "tool", "url": "https://dl.example/tool", "dest": str(tmp_path / "tool"), "checksum": checksum}])
    assert done.returncode != 0 and "tool without checksum; set it to sha256:HEX" in " ".join(done.stdout.split()), done.stdout
    assert not (tmp_path / "tool").exists()


def test_027__what_was_unpacked_is_gone__it_alone_comes_back(run, mirror, tmp_path):
    items = items_of(mirror, tmp_path)
    changed(run(items))
    (tmp_path / "bin/unpacked").unlink()
    assert changed(run(items)) >= 1
    assert (tmp_path / "bin/unpacked").read_bytes() == b"unpacked"


@pytest.mark.parametrize("role", ["cni", "magnum_capi"])
def test_helm__archive_has_more_than_the_program__the_program_alone_is_unpacked(run, mirror, tmp_path, role):
    told = pyyaml.safe_load((ROOT / "roles" / role / "vars/main.yml").read_text(encoding="utf-8"))
    (item,) = [item for item in told["_%s_artifacts" % role] if item["name"] == "helm"]
    packed = mirror.put("dl.example/helm.tar.gz", archive("helm", "LICENSE", "README.md", folder="linux-amd64"))
    item = dict(item, url="https://dl.example/helm.tar.gz", dest=str(tmp_path / "helm.tar.gz"), checksum="sha256:" + packed,
                unarchive=str(tmp_path / "bin"), include=[each.replace("{{ _%s_arch }}" % role, "amd64") for each in item.get("include", [])])
    assert changed(run([item])) > 0
    assert [path.name for path in (tmp_path / "bin").iterdir()] == ["helm"]
    assert changed(run([item])) == 0
