"""Encryption and signatures, beside the real openssl."""
import os
import subprocess
import time

import pytest

from servers import pki
from support.magnum_clusters import PER_CLUSTER

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


def test_052__a_passphrase_file_that_cannot_be_read__is_told_where_an_archive_needs_it(cluster, backup, tmp_path):
    assert backup.backup().changed
    plain = backup.newest()
    time.sleep(1)  # names of archives count seconds
    assert backup.backup(encryption={"passphrase": PASSPHRASE, "iterations": QUICK}).changed
    sealed = backup.newest()
    (tmp_path / "empty").write_text("\n")
    for file, text in (("missing", "No such file or directory"), ("empty", "is empty")):
        lost = {"encryption": {"passphrase_file": str(tmp_path / file)}}
        told = "encryption.passphrase_file: "
        assert backup(state="verified", src=str(plain), **lost)["counts"]["objects"] == PER_CLUSTER + CLASS_OBJECTS
        assert backup(state="verified", src="latest", **lost)["archive"]["path"] == str(plain)
        for state in ("verified", "restored"):
            outcome = backup(state=state, src=str(sealed), **lost)
            assert outcome.failed and outcome.requests == [], outcome.data
            for part in (str(sealed), told, str(tmp_path / file), text):
                assert part in outcome.msg, outcome.msg
        for state in ("listed", "pruned"):
            problems = {each["name"]: each["problem"] for each in backup(state=state, **lost)["archives"]}
            assert problems[plain.name] is None and told in problems[sealed.name] and text in problems[sealed.name]
        outcome = backup.backup(**lost)
        assert outcome.failed and outcome.requests == [] and told in outcome.msg and text in outcome.msg
    plain.unlink()
    (backup.archives / "cluster-api-objects.tar.gz").unlink(missing_ok=True)
    latest = backup(state="verified", src="latest", **lost)
    assert latest.failed and sealed.name in latest.msg and told in latest.msg, latest.msg


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
