"""The files: their rights, encryption and signatures beside the real openssl, retention, full disks."""
import grp
import os
import re
import signal
import stat
import subprocess
import time

import pytest

from conftest import is_metadata
from servers import pki
from support.magnum_clusters import PER_CLUSTER
from support.wait import until

CLASS_OBJECTS = 5
PASSPHRASE = "correct horse battery staple"
QUICK = 100000  # rounds of the passphrase; the fewest that are accepted


def openssl(*words, **options):
    return subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **options).stdout


class Keys:
    """Keys and certificates that openssl makes."""

    def __init__(self, folder):
        self.folder = folder

    def pair(self, name, algorithm):
        key, certificate = self.folder / (name + ".key"), self.folder / (name + ".pem")
        openssl("req", "-x509", "-newkey", *algorithm, "-nodes", "-subj", "/CN=" + name, "-days", 365, "-keyout", key,
                "-out", certificate)
        return key, certificate

    def rsa(self, name="rsa", bits=2048):
        return self.pair(name, ["rsa:%d" % bits])

    def curve(self, name="curve"):
        return self.pair(name, ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])


@pytest.fixture
def keys(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    return Keys(folder)


@pytest.fixture
def cluster(magnum):
    """One cluster to save."""
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    return magnum


def test_049__an_archive__has_the_rights_that_were_asked_for(cluster, backup):
    group = grp.getgrgid(os.getgid()).gr_name
    before = os.umask(0o077)
    try:
        outcome = backup.backup(group=group, mode="0640", owner="root")
    finally:
        os.umask(before)
    assert outcome.changed, outcome.data
    status = backup.newest().stat()
    assert stat.S_IMODE(status.st_mode) == 0o640 and status.st_gid == os.getgid()
    assert stat.S_IMODE(backup.archives.stat().st_mode) == 0o750
    assert stat.S_IMODE((backup.archives / ".capi-backup.lock").stat().st_mode) == 0o600


def test_050__a_directory_that_cannot_be_used__is_a_clean_error(cluster, backup, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    outcome = backup.backup(path=str(link))
    assert outcome.failed and "symbolic link" in outcome.msg
    missing = backup.backup(path=str(tmp_path / "missing"), create_path=False)
    assert missing.failed and "No such file" in missing.msg
    file = tmp_path / "file"
    file.write_text("")
    outcome = backup.backup(path=str(file))
    assert outcome.failed and "Not a directory" in outcome.msg


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine does not let us mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_048__a_full_disk__fails_and_replaces_nothing(cluster, backup, small_disk):
    good = small_disk / "cluster-api-objects.tar.gz"
    good.write_bytes(b"the one before")
    (small_disk / "filling").write_bytes(b"x" * 48 * 1024)
    outcome = backup.backup(path=str(small_disk))
    assert outcome.failed and not outcome.changed and "bytes are free" in outcome.msg, outcome.data
    assert good.read_bytes() == b"the one before"
    assert sorted(path.name for path in small_disk.iterdir()) == [".capi-backup.lock", good.name, "filling"]


def test_051__an_archive_for_several__is_read_by_openssl_with_each_key(cluster, backup, keys, tmp_path):
    rsa_key, rsa = keys.rsa()
    curve_key, curve = keys.curve()
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    secret.chmod(0o600)
    outcome = backup.backup(encryption={"recipients": [str(rsa), str(curve)], "passphrase_file": str(secret),
                                        "iterations": QUICK})
    assert outcome.changed and outcome["archive"]["encrypted"], outcome.data
    archive = backup.newest()
    assert archive.name.endswith(".tar.gz.cms") and not (backup.archives / "cluster-api-objects.tar.gz").exists()
    plain = {openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-inkey", key, "-recip", certificate, "-in", archive)
             for key, certificate in ((rsa_key, rsa), (curve_key, curve))}
    plain.add(openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-pwri_password", PASSPHRASE, "-in", archive))
    assert len(plain) == 1
    names = subprocess.run(["tar", "-tzf", "-"], input=plain.pop(), stdout=subprocess.PIPE, check=True).stdout.decode()
    assert "cluster-api-backup/Cluster_%s_kube-aaaaa.yaml" % cluster.namespace in names.splitlines()
    structure = openssl("cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", archive).decode()
    assert "aes-256-gcm" in structure and "rsaesOaep" in structure


def test_052__our_own_reading__takes_each_key_and_says_when_none_fits(cluster, backup, keys):
    rsa_key, rsa = keys.rsa()
    other_key, _ = keys.rsa("other")
    assert backup.backup(encryption={"recipients": [str(rsa)], "passphrase": PASSPHRASE, "iterations": QUICK}).changed

    def verified(**decryption):
        return backup(state="verified", src=str(backup.newest()), decryption=decryption or None)

    good = verified(key_file=str(rsa_key))
    assert good["counts"]["objects"] == PER_CLUSTER + CLASS_OBJECTS, good.data
    assert verified(passphrase=PASSPHRASE)["counts"] == good["counts"]
    wrong = verified(key_file=str(other_key))
    assert wrong.failed and "it is for another key or passphrase" in wrong.msg and "counts" not in wrong.data
    wrong = verified(passphrase=PASSPHRASE + "!")
    assert wrong.failed and "it is for another key or passphrase" in wrong.msg and PASSPHRASE not in wrong.text
    none = verified()
    assert none.failed and "decryption needs key_file or a passphrase" in none.msg


def test_057__with_a_passphrase__only_if_changed_needs_no_decryption(cluster, backup):
    sealed = {"passphrase": PASSPHRASE, "iterations": QUICK}
    other = {"passphrase": PASSPHRASE + "!"}  # of older archives
    assert backup.backup(only_if_changed=True, encryption=sealed, decryption=other).changed
    for decryption in (None, other):
        again = backup.backup(only_if_changed=True, encryption=sealed, decryption=decryption)
        assert not again.changed and not again.failed, again.data
        assert not [text for text in again.warnings if "only_if_changed" in text]
    time.sleep(1)  # names of archives count seconds
    changed = backup.backup(only_if_changed=True, encryption=dict(sealed, passphrase=PASSPHRASE + "?"))
    assert changed.changed and any("only_if_changed: whether anything changed" in text for text in changed.warnings)


def test_057__only_if_changed__what_is_to_be_encrypted_from_now_on_is_new(cluster, backup):
    assert backup.backup(only_if_changed=True).changed
    time.sleep(1)  # names of archives count seconds
    sealed = {"passphrase": PASSPHRASE, "iterations": QUICK}
    assert backup.backup(only_if_changed=True, encryption=sealed).changed
    left = sorted(path.name for path in backup.archives.glob("cluster-api-objects*"))
    assert len(left) == 4 and left[1] == left[0] + ".sha256" and left[3] == left[2] + ".sha256", left
    assert left[2].endswith(".cms") and not (backup.archives / "cluster-api-objects.tar.gz").exists()


def test_051__a_key_that_is_for_other_archives__keeps_none_from_being_made(cluster, backup, keys):
    _, certificate = keys.rsa()
    other, _ = keys.rsa("other")
    outcome = backup.backup(encryption={"recipients": [str(certificate)]}, decryption={"key_file": str(other)})
    assert outcome.changed and not outcome.failed, outcome.data
    assert any("is not proven" in text for text in outcome.warnings)


def test_053__encryption_that_hides_changes__is_refused(cluster, backup, keys):
    key, certificate = keys.rsa()
    assert backup.backup().changed
    weak = backup.directory / "weak.cms"
    openssl("cms", "-encrypt", "-binary", "-outform", "DER", "-aes256", "-in", backup.newest(), "-out", weak, certificate)
    outcome = backup(state="verified", src=str(weak), decryption={"key_file": str(key)})
    assert outcome.failed and "AES-256-GCM" in outcome.msg


def test_052__what_openssl_encrypts__is_read(cluster, backup, keys):
    key, certificate = keys.curve()
    assert backup.backup().changed
    theirs = backup.directory / "theirs.cms"
    openssl("cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-gcm", "-in", backup.newest(), "-out", theirs,
            certificate)
    outcome = backup(state="verified", src=str(theirs), decryption={"key_file": str(key)})
    assert outcome["counts"]["objects"] == PER_CLUSTER + CLASS_OBJECTS, outcome.data


def test_054__weak_recipients__are_refused_before_anything_is_read(cluster, backup, keys):
    _, short = keys.rsa("short", 1024)
    outcome = backup.backup(encryption={"recipients": [str(short)]})
    assert outcome.failed and "less than 2048 bits" in outcome.msg and not outcome.requests
    expired = cluster.server.pki.authority().client("expired", validity=pki.EXPIRED).cert_file
    outcome = backup.backup(encryption={"recipients": [str(expired)]})
    assert outcome.failed and "has expired" in outcome.msg and not outcome.requests
    outcome = backup.backup(encryption={"passphrase": "short"})
    assert outcome.failed and "less than 12 characters" in outcome.msg


def test_045__a_signature__is_asked_for_and_holds_for_the_bytes_alone(cluster, backup, keys):
    key, certificate = keys.curve("signer")
    _, stranger = keys.curve("stranger")
    assert backup.backup(sign_cert=str(certificate), sign_key=str(key)).changed
    archive = backup.newest()
    signature = archive.with_name(archive.name + ".sig")
    openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", archive, "-CAfile", certificate,
            "-purpose", "any", "-out", os.devnull)
    assert not backup(state="verified", src="latest", verify_ca=str(certificate)).get("msg", "").count("signature")
    other = backup(state="verified", src="latest", verify_ca=str(stranger))
    assert other.failed and "the signature does not hold" in other.msg
    signature.unlink()
    unsigned = backup(state="verified", src="latest", verify_ca=str(certificate))
    assert unsigned.failed and "verify_ca asks for a signature" in unsigned.msg


def test_055__beside_an_encrypted_archive__nothing_of_an_object_is_on_the_disk(cluster, backup, keys, tmp_path):
    _, certificate = keys.rsa()
    assert backup.backup(encryption={"recipients": [str(certificate)]}, env={"TMPDIR": str(tmp_path)}).changed
    words = "planted|kube-aaaaa|certificate of|application_credential"
    found = subprocess.run(["grep", "-rlaE", words, str(backup.archives), str(backup.state_dir)], stdout=subprocess.PIPE,
                           text=True, check=False).stdout
    assert found == ""


def old(backup, *stamps):
    """Copies of the newest archive under the names of other times."""
    for stamp in stamps:
        (backup.archives / ("cluster-api-objects-%s.tar.gz" % stamp)).write_bytes(backup.newest().read_bytes())


def names(outcome) -> list:
    return [each["name"][len("cluster-api-objects-"):][:8] for each in outcome["archives"]]


def test_056__old_archives__are_pruned_after_a_good_one(cluster, backup):
    assert backup.backup().changed
    old(backup, "20200101T000000Z", "20200102T000000Z", "20200103T000000Z", "20200103T120000Z")
    foreign = backup.archives / "notes.txt"
    foreign.write_text("mine")
    keep = dict(keep_last=1, keep_daily=3, keep_weekly=0, keep_monthly=0)
    listed = backup(state="listed")
    assert not listed.changed and len(listed["archives"]) == 5
    assert all(each["consistent"] and each["objects"] == PER_CLUSTER + CLASS_OBJECTS for each in listed["archives"])
    predicted = backup(state="pruned", check=True, **keep)
    assert predicted.changed and len(predicted["archives"]) == 5
    outcome = backup(state="pruned", **keep)
    assert outcome.changed and sorted(outcome["pruned"]) == sorted(predicted["pruned"])
    assert names(outcome)[1:] == ["20200103", "20200102"]
    assert foreign.exists() and not backup(state="pruned", **keep).changed


def test_056__in_check_mode__it_is_told_what_a_new_archive_pushes_out(cluster, backup):
    assert backup.backup().changed
    old(backup, "20200101T000000Z", "20200102T000000Z", "20200103T000000Z")
    keep = dict(keep_last=3, keep_daily=0, keep_weekly=0, keep_monthly=0)
    time.sleep(1)  # names of archives count seconds
    predicted = backup.backup(check=True, **keep)
    assert len(backup(state="listed")["archives"]) == 4
    outcome = backup.backup(**keep)
    assert outcome["pruned"] == predicted["pruned"] and names(backup(state="listed"))[2:] == ["20200103"]
    unchanged = backup.backup(check=True, only_if_changed=True, **dict(keep, keep_last=1))
    assert unchanged.changed and len(unchanged["pruned"]) == 2


def test_056__a_broken_archive__is_told_and_is_never_the_latest(cluster, backup):
    assert backup.backup().changed
    good = backup.newest()
    old(backup, "20380101T000000Z")
    broken = backup.newest()
    assert broken != good
    broken.write_bytes(broken.read_bytes()[:-100])
    listed = backup(state="listed")
    assert [each["problem"] is None for each in listed["archives"]] == [False, True]
    latest = backup(state="verified", src="latest")
    assert latest["archive"]["path"] == str(good)


def test_047__killed_at_any_moment__old_archives_stay_and_no_part_is_taken_for_one(cluster, backup):
    assert backup.backup().changed
    good = backup.newest().read_bytes()
    for hundredths in (1, 4, 8, 12, 16, 20, 25, 30):
        process, _ = backup.start(state="present")
        try:
            process.wait(hundredths / 20)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        listed = backup(state="listed")
        assert all(each["problem"] is None for each in listed["archives"]), listed.data
    assert good in {path.read_bytes() for path in backup.archives.glob("cluster-api-objects-*.tar.gz")}
    backup.backup()
    assert not list(backup.archives.glob(".*.part"))


def test_030__a_directory_in_use__is_waited_for(cluster, backup):
    backup.archives.mkdir(mode=0o750)
    with open(backup.archives / ".capi-backup.lock", "w", encoding="utf-8") as lock:
        import fcntl
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = backup.backup(lock_timeout=1)
    assert outcome.failed and "another run" in outcome.msg


def test_089__arguments__are_checked_before_anything_is_done(backup):
    for options, text in (
            ({}, "state"),
            ({"state": "restored"}, "src"),
            ({"state": "sideways"}, "value of state must be one of"),
            ({"state": "listed", "pathh": "x"}, "Unsupported parameters"),
            ({"state": "present", "mode": "rw-r--r--"}, "mode"),
            ({"state": "present", "namespaces": ["*", "a"]}, "namespaces"),
            ({"state": "present", "name_prefix": "../x"}, "name_prefix"),
            ({"state": "present", "retries": "many"}, "retries"),
            ({"state": "present", "sign_key": "/x"}, "sign_cert"),
            ({"state": "present", "encryption": {"passphrase": "a" * 20}, "osa_compat": True}, "osa_compat"),
            ({"state": "present", "encryption": {}}, "recipients"),
            ({"state": "verified", "src": "/missing/archive.tar.gz"}, "/missing/archive.tar.gz"),
            ({"state": "present", "group": "no-such-group-x"}, "no-such-group-x"),
            ({"state": "present", "kubeconfig": "/missing/config"}, "/missing/config"),
            ({"state": "present", "magnum_lock": True}, "magnum_lock")):
        outcome = backup(**options)
        assert outcome.failed and text in outcome.msg, (options, outcome.msg)


def test_090__without_home_and_path__it_works(cluster, backup):
    assert backup.backup(env={"HOME": None, "PATH": ""}).changed


# What changes who may read a file, or makes one. (fchmod comes last, on the way to its name.)
TRACED = "openat,open,creat,chmod,fchmod,fchmodat,chown,fchown,fchownat,rename,renameat,renameat2,linkat,umask"


def test_049__from_the_first_moment_on__nobody_else_can_read_it(cluster, backup, tmp_path):
    trace = tmp_path / "trace"
    process, mark = backup.start(state="present", mode="0640", launcher=["strace", "-f", "-y", "-o", str(trace), "-e", TRACED],
                                 # A leak cannot be looked for under a tracer.
                                 env={"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})
    assert backup.finish(process, mark, 300).changed
    lines = [line for line in trace.read_text().splitlines() if ".part" in line]
    made = [line for line in lines if "O_CREAT" in line]
    assert len(made) == 3  # the archive and two digests
    assert all(re.search(r"O_EXCL.*O_NOFOLLOW.*, 0600\)", line) for line in made), made
    archive = [line for line in lines if re.search(r"\.cluster-api-objects-\w+\.tar\.gz\.[^.]+\.part", line)]
    calls = [re.match(r"\d+ +(\w+)\(", line).group(1) for line in archive]
    assert calls.index("fchmod") > calls.index("openat") and calls[-1].startswith("rename"), calls
    assert [line for line in archive if "fchmod" in line and not line.rstrip().endswith("= 0")] == []
    assert "umask" not in calls and "chmod" not in calls


def test_055__when_it_crashes__nothing_of_an_object_is_in_a_core(cluster, backup, disturbed, tmp_path):
    here = tmp_path / "cores"
    here.mkdir()
    # Whoever was started in the background of a shell ignores this signal.
    shell = ["env", "--default-signal=QUIT", "bash", "-c", 'ulimit -c unlimited && exec "$@"', "bash"]
    control = subprocess.Popen([*shell, "sleep", "60"], cwd=here)
    until(lambda: "sleep" in open("/proc/%d/comm" % control.pid).read())
    control.send_signal(signal.SIGQUIT)
    _, status = os.waitpid(control.pid, 0)
    control.returncode = status
    cores = list(here.iterdir())

    def crash(request, run):
        if is_metadata(request) and run.process.poll() is None:  # every object is in its memory
            run.process.send_signal(signal.SIGQUIT)
            time.sleep(1)

    run = disturbed(crash)
    run(expect_answer=False, state="present", launcher=shell, cwd=here)
    assert run.process.returncode == -signal.SIGQUIT
    assert list(here.iterdir()) == cores
    assert os.WCOREDUMP(status) or not cores  # whether this machine would have written one
