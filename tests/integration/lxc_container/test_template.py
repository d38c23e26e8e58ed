"""The template mcapi-rootfs and the program build-rootfs of the collection, by themselves and under lxc-create."""
import hashlib
import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from servers.lxc import rootfs
from servers.lxc.world import PLAIN, TEMPLATE

BUILDER = rootfs.TOOLS / "build-rootfs"


def create(box, *options, config=None):
    """lxc-create with the template; (exit status, what was printed)."""
    result = subprocess.run(["lxc-create", "-P", box.lxcpath, "-n", box.name, "-f", config or box.world.config(), "-t",
                             TEMPLATE, "--", *map(str, options)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    return result.returncode, result.stdout


@pytest.fixture
def box(world):
    box = world.box()
    yield box
    box.destroy()
    box.none_left()


def tarball(path, entries):
    """entries: {name: text, or (type, link)}."""
    with tarfile.open(path, "w") as package:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.mode = 0o755
            if isinstance(content, tuple):
                entry.type, entry.linkname = content
                package.addfile(entry)
            else:
                entry.size = len(content)
                package.addfile(entry, io.BytesIO(content.encode()))
    return path


SMALL = {"etc": (tarfile.DIRTYPE, ""), "sbin": (tarfile.DIRTYPE, ""), "sbin/init": "#!/bin/sh\n"}


def test_mcapi_rootfs__tarball__becomes_a_container_of_that_name(box, image):
    sum_ = hashlib.sha256(image.read_bytes()).hexdigest()
    status, output = create(box, "--tarball", image, "--sha256=" + sum_.upper())
    assert status == 0, output
    assert (box.rootfs / "etc/hostname").read_text() == box.name + "\n"
    assert "127.0.1.1 %s\n" % box.name in (box.rootfs / "etc/hosts").read_text()
    assert (box.rootfs / "etc/machine-id").read_text() == ""
    assert box.setting("lxc.uts.name") == [box.name]
    assert box.values("lxc.include") == ["/usr/share/lxc/config/common.conf"]
    assert (box.rootfs / "etc/shadow").stat().st_mode & 0o777 == 0o640
    assert (box.rootfs / "tmp").stat().st_mode & 0o7777 == 0o1777
    assert box.start().run("hostname").strip() == box.name


def test_mcapi_rootfs__name_with_underscore__is_no_host_name(box, world, image):
    other = world.box(box.name + "_x")
    status, output = create(other, "--tarball", image)
    assert status == 0, output
    assert other.setting("lxc.uts.name") == [box.name + "-x"]
    other.destroy()


def test_mcapi_rootfs__wrong_checksum__creates_nothing(box, image):
    status, output = create(box, "--tarball", image, "--sha256", "0" * 64)
    assert status != 0 and "has the checksum" in output and "expected is 000" in output
    assert not box.folder.exists()


def test_mcapi_rootfs__host_without_openssl__is_as_strict(box, image, tmp_path, monkeypatch):
    programs = {program.name: program for folder in ("/usr/bin", "/usr/sbin") for program in Path(folder).iterdir()}
    programs.pop("openssl", None)
    for name, program in programs.items():
        (tmp_path / name).symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path))
    status, output = create(box, "--tarball", image, "--sha256", "0" * 64)
    assert status != 0 and "has the checksum" in output and not box.folder.exists()
    status, output = create(box, "--tarball", image, "--sha256", hashlib.sha256(image.read_bytes()).hexdigest())
    assert status == 0, output


@pytest.mark.parametrize("text, said", [("0" * 64, "has the checksum"), ("", "cannot be read"), ("abc", "64 hexadecimal digits")])
def test_mcapi_rootfs__checksum_beside_the_tarball__is_heeded(box, tmp_path, text, said):
    path = tarball(tmp_path / "small.tar", SMALL)
    (tmp_path / "small.tar.sha256").write_text("%s  small.tar\n" % text if text else "")
    status, output = create(box, "--tarball", path)
    assert status != 0 and said in output
    assert not box.folder.exists()


def test_mcapi_rootfs__right_checksum_beside_the_tarball__is_fine(box, tmp_path):
    path = tarball(tmp_path / "small.tar", SMALL)
    sum_ = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "small.tar.sha256").write_text("%s  small.tar\n" % sum_)
    assert create(box, "--tarball", path)[0] == 0


@pytest.mark.parametrize("options, said", [
    ([], "--tarball is missing"),
    (["--tarball", "/nonexistent"], "/nonexistent: there is no such file"),
    (["--tarball"], "--tarball needs a value"),
    (["--tarball=/etc/hostname"], "cannot be unpacked"),
    (["--tarball", "IMAGE", "--sha256", "xyz"], "64 hexadecimal digits"),
    (["--tarball", "IMAGE", "--machine-id", "1234"], "32 hexadecimal digits"),
    (["--tarball", "IMAGE", "--authorized-keys", "/nonexistent"], "--authorized-keys /nonexistent"),
    (["--tarball", "IMAGE", "--wrong", "x"], "unknown option --wrong"),
])
def test_mcapi_rootfs__wrong_option__names_it_and_creates_nothing(box, image, options, said):
    status, output = create(box, *[str(image) if option == "IMAGE" else option for option in options])
    assert status != 0 and said in output
    assert not box.folder.exists()


def test_mcapi_rootfs__no_root_file_system__is_refused(box, tmp_path):
    status, output = create(box, "--tarball", tarball(tmp_path / "x.tar", {"README": "hello"}))
    assert status != 0 and "holds no root file system" in output
    assert not box.folder.exists()


@pytest.mark.parametrize("start", ["", "./", "/"])
def test_mcapi_rootfs__dev_alone__stays_empty(box, tmp_path, start):
    entries = {start + name: text for name, text in dict(SMALL, **{"dev/x": "x", "usr/lib/dev/x": "x"}).items()}
    status, output = create(box, "--tarball", tarball(tmp_path / "small.tar", entries))
    assert status == 0, output
    assert os.listdir(box.rootfs / "dev") == [] and (box.rootfs / "usr/lib/dev/x").read_text() == "x"


@pytest.mark.parametrize("entries, said", [
    ({"etc": (tarfile.SYMTYPE, "TRAP"), "sbin": (tarfile.DIRTYPE, "")}, "/etc is a link"),
    ({**SMALL, "var": (tarfile.DIRTYPE, ""), "var/lib": (tarfile.SYMTYPE, "TRAP")}, "/var/lib/dbus is a link"),
    ({**SMALL, "root": (tarfile.SYMTYPE, "TRAP")}, "/root/.ssh is a link"),
    ({**SMALL, "../../../escaped": "x"}, "cannot be unpacked"),
])
def test_mcapi_rootfs__tarball_that_leads_outside__writes_nothing_there(box, tmp_path, entries, said):
    trap = tmp_path / "trap"
    (trap / "dbus").mkdir(parents=True)
    (trap / "dbus/machine-id").write_text("of the host")
    (trap / "hostname").write_text("of the host")
    keys = tmp_path / "keys"
    keys.write_text("ssh-ed25519 AAAA\n")
    entries = {name: (content[0], str(trap)) if content[1:] == ("TRAP",) else content for name, content in entries.items()}
    status, output = create(box, "--tarball", tarball(tmp_path / "x.tar", entries), "--authorized-keys", keys)
    assert status != 0 and said in output, output
    assert sorted(os.listdir(trap)) == ["dbus", "hostname"] and (trap / "hostname").read_text() == "of the host"
    assert (trap / "dbus/machine-id").read_text() == "of the host"
    assert not box.folder.exists() and not list(box.lxcpath.rglob("escaped"))


def test_mcapi_rootfs__links_as_files_to_write__are_replaced_not_followed(box, tmp_path):
    trap = tmp_path / "trap"
    trap.write_text("of the host")
    path = tarball(tmp_path / "x.tar", {**SMALL, "etc/hostname": (tarfile.SYMTYPE, str(trap)),
                                        "etc/machine-id": (tarfile.SYMTYPE, str(trap))})
    status, output = create(box, "--tarball", path, "--machine-id", "0123456789abcdef" * 2)
    assert status == 0, output
    assert trap.read_text() == "of the host"
    assert (box.rootfs / "etc/machine-id").read_text() == "0123456789abcdef" * 2 + "\n"


def test_mcapi_rootfs__authorized_keys__are_for_root_alone(box, image, tmp_path):
    (tmp_path / "keys").write_text("ssh-ed25519 AAAA somebody\n")
    (tmp_path / "resolv").write_text("nameserver 192.0.2.1\n")
    status, output = create(box, "--tarball", image, "--authorized-keys", tmp_path / "keys", "--resolv-conf",
                            tmp_path / "resolv", "--no-include")
    assert status == 0, output
    keys = box.rootfs / "root/.ssh/authorized_keys"
    assert keys.read_text() == "ssh-ed25519 AAAA somebody\n"
    assert keys.stat().st_mode & 0o777 == 0o600 and keys.parent.stat().st_mode & 0o777 == 0o700
    assert (box.rootfs / "etc/resolv.conf").read_text() == "nameserver 192.0.2.1\n"
    assert box.values("lxc.include") == []


def test_mcapi_rootfs__idmap__files_belong_to_the_container(box, image, idmap):
    status, output = create(box, "--tarball", image, config=box.world.config(*PLAIN, *idmap))
    assert status == 0, output
    assert (box.rootfs / "sbin/init").stat().st_uid == 100000 and (box.rootfs / "etc/hostname").stat().st_uid == 100000
    box.start()
    assert box.run("stat", "-c", "%u", "/sbin/init").strip() == "0"
    assert box.run("cat", "/proc/self/uid_map").split() == ["0", "100000", "65536"]


def test_mcapi_rootfs__by_hand__tells_what_it_is():
    result = subprocess.run([TEMPLATE], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert result.returncode == 1 and "is a template" in result.stdout
    result = subprocess.run([TEMPLATE, "--help"], stdout=subprocess.PIPE, text=True, check=True)
    assert "--tarball FILE" in result.stdout


@pytest.mark.parametrize("options, said", [
    ([], "--output is missing"),
    (["--output", "/tmp/x.zip"], "must end in .tar.zst, .tar.gz or .tar"),
    (["--output", "/nonexistent/x.tar"], "there is no such folder"),
    (["--output=/tmp/x.tar", "--distribution", "arch"], "known are debian and ubuntu"),
    (["--output"], "needs a value"),
    (["--wrong", "x"], "unknown option --wrong"),
])
def test_build_rootfs__wrong_option__names_it(world, options, said):
    result = subprocess.run([BUILDER, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert result.returncode == 1 and said in result.stdout


def test_build_rootfs__unreachable_archive__leaves_nothing(world, tmp_path):
    result = subprocess.run([BUILDER, "--output", tmp_path / "x.tar.gz", "--mirror", "http://127.0.0.1:9/debian", "--work", tmp_path],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    assert result.returncode == 1 and "debootstrap failed" in result.stdout, result.stdout
    assert os.listdir(tmp_path) == []


def test_build_rootfs__folder_is_in_the_way__stays(world, tmp_path):
    file = tmp_path / "rootfs/home/x"
    file.parent.mkdir(parents=True)
    file.write_text("kept", encoding="ascii")
    result = subprocess.run([BUILDER, "--output", tmp_path / "x.tar.gz", "--work", tmp_path],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60)
    assert result.returncode == 1 and "rootfs is in the way" in result.stdout, result.stdout
    assert file.read_text(encoding="ascii") == "kept"


def test_build_rootfs__debian__is_nobody_s_machine_yet(systemd_image):
    listing = subprocess.run(["tar", "-tvf", systemd_image], stdout=subprocess.PIPE, text=True, check=True).stdout
    names = {line.split()[5]: line for line in listing.splitlines()}
    assert " 0 " in names["./etc/machine-id"] and "./etc/hostname" not in names and "./etc/resolv.conf" not in names
    assert "./var/lib/dbus/machine-id" not in names
    assert not [name for name in names if "ssh_host_" in name or name.endswith(".deb")]
    assert not [line for line in names.values() if line[0] in "bc"]
    sum_, name = (systemd_image.parent / (systemd_image.name + ".sha256")).read_text().split()
    assert sum_ == hashlib.sha256(systemd_image.read_bytes()).hexdigest() and name == systemd_image.name
