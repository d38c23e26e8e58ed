"""Certificate authorities and certificates for tests, made by the openssl command.

Elliptic-curve keys, because a key pair then costs milliseconds. Everything lies in one directory and is made once:
asking again for the same certificate gives the same files.
"""
import datetime
import re
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple, Sequence, Tuple

from servers import cache

# Validity as days from now: (begin, end).
VALID = (-1, 365)
EXPIRED = (-30, -1)
NOT_YET_VALID = (1, 30)

LOOPBACK = ("127.0.0.1", "::1", "localhost")

# `openssl ca` is the only command that takes both dates in every release (x509 -not_before came with 3.4).
CONFIG = """
[ca]
default_ca = issue
[issue]
database = {work}/index
new_certs_dir = {work}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
email_in_dn = no
copy_extensions = none
[anything]
organizationName = optional
commonName = optional
[req]
distinguished_name = req_dn
[req_dn]
[ca_cert]
basicConstraints = critical,CA:TRUE
keyUsage = critical,digitalSignature,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[client_cert]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
[server_cert]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
{names}
"""


class KeyPair(NamedTuple):
    cert_file: Path
    key_file: Path


def openssl(*arguments) -> bytes:
    result = subprocess.run(["openssl"] + [str(a) for a in arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if result.returncode != 0:
        raise RuntimeError("openssl %s: %s" % (arguments[0], result.stderr.decode(errors="replace")))
    return result.stdout


def new_key(path: Path) -> Path:
    """A private key on P-256, readable by the owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    return path


def public_key(key: Path) -> Path:
    path = key.with_suffix(".pub")
    if not path.exists():
        openssl("pkey", "-in", key, "-pubout", "-out", path)
    return path


def subject(common_name: str, organizations: Sequence[str] = ()) -> str:
    def escaped(value):
        return re.sub(r"([/\\+=])", r"\\\1", value)

    return "".join("/O=" + escaped(o) for o in organizations) + "/CN=" + escaped(common_name)


def alternative_names(hosts: Sequence[str]) -> str:
    """The subjectAltName line: addresses as IP, the rest as DNS."""
    def kind(host):
        return "IP" if re.fullmatch(r"[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*", host) else "DNS"

    return "subjectAltName = " + ",".join("%s:%s" % (kind(h), h) for h in hosts)


class Authority:
    """A certificate authority that signed itself."""

    def __init__(self, directory: Path, name: str):
        self.directory = directory
        self.name = name
        self.cert_file = directory / (name + ".crt")
        self.key_file = directory / (name + ".key")
        if not self.cert_file.exists():
            self._sign(KeyPair(self.cert_file, self.key_file), subject(name), "ca_cert", VALID)

    def client(self, user: str, groups: Sequence[str] = (), validity: Tuple[int, int] = VALID) -> KeyPair:
        """A client certificate, which Kubernetes reads as this user in these groups."""
        return self._issue("client", user, groups, (), validity)

    def server(self, hosts: Sequence[str] = LOOPBACK, validity: Tuple[int, int] = VALID) -> KeyPair:
        """A TLS server certificate for host names and addresses."""
        return self._issue("server", hosts[0], (), hosts, validity)

    def _issue(self, kind, common_name, organizations, hosts, validity) -> KeyPair:
        readable = re.sub(r"[^A-Za-z0-9]+", "-", common_name).strip("-")[:40]
        unique = cache.fingerprint(repr((common_name, tuple(organizations), tuple(hosts), validity)))[:8]
        stem = "%s-%s-%s-%s" % (self.name, kind, readable, unique)
        pair = KeyPair(self.directory / (stem + ".crt"), self.directory / (stem + ".key"))
        if not pair.cert_file.exists():
            self._sign(pair, subject(common_name, organizations), kind + "_cert", validity, hosts)
        return pair

    def _sign(self, pair: KeyPair, subject_name: str, section: str, validity, hosts=()) -> None:
        new_key(pair.key_file)
        with tempfile.TemporaryDirectory(prefix=".sign-", dir=self.directory) as work:
            config, request, signed = (Path(work) / n for n in ("config", "request", "signed"))
            config.write_text(CONFIG.format(work=work, names=alternative_names(hosts) if hosts else ""),
                              encoding="utf-8")
            (Path(work) / "index").touch()
            openssl("req", "-new", "-utf8", "-config", config, "-key", pair.key_file, "-subj", subject_name,
                    "-out", request)
            signer = (["-selfsign", "-keyfile", pair.key_file] if section == "ca_cert"
                      else ["-cert", self.cert_file, "-keyfile", self.key_file])
            begin, end = (date(days) for days in validity)
            openssl("ca", "-batch", "-notext", "-preserveDN", "-config", config, *signer, "-extensions", section,
                    "-startdate", begin, "-enddate", end, "-in", request, "-out", signed)
            signed.rename(pair.cert_file)


def date(days_from_now: int) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days_from_now)
    return moment.strftime("%Y%m%d%H%M%SZ")


class Pki:
    """All authorities of one directory."""

    def __init__(self, directory: Path):
        self.directory = Path(directory)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def authority(self, name: str = "ca") -> Authority:
        """The authority of that name, made on first use. A second name is a CA that nothing trusts."""
        return Authority(self.directory, name)

    def signing_key(self, name: str) -> Tuple[Path, Path]:
        """(private, public) key files without a certificate, as for ServiceAccount tokens."""
        key = new_key(self.directory / (name + ".key"))
        return key, public_key(key)
