"""Our reader against the real kubectl: what both make of the same bytes.

kubectl label --local decodes a file, adds a label and prints the result without any server. Each golden of yaml.read
that can stand below a key is read as the field "spec" of a custom resource; streams of several documents are written
out below. Where we differ on purpose, DIFFERENT says why, and the test holds us to it.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
from servers.kubernetes import build  # noqa: E402

GOLDENS = TESTS / "golden/yaml.read"
HEAD = b"apiVersion: example.com/v1\nkind: Probe\nmetadata:\n  name: probe\n"
LINE_BREAK = re.compile(rb"\r\n|\r|\n|\xc2\x85")

DIFFERENT = {
    "108-merge-does-not-override-what-stands-before": "what is written wins over what is merged, with a warning",
    "content-behind-a-separator": "valid YAML; kubectl looks for separators before it parses",
    "text-behind-dots": "kubectl drops the rest silently",
    "json-values-then-a-separator": "kubectl gives up on YAML after a second JSON value",
    "json-with-invalid-utf-8": "kubectl replaces the bytes, data would be lost silently",
    "108-invalid-utf-8": "as above",
    "108-overlong-utf-8": "as above",
    "108-truncated-utf-8": "as above",
}


def probe(name, spec=b"spec: 1\n"):
    return HEAD.replace(b"probe", name) + spec


def as_json(name, **more):
    return json.dumps({"apiVersion": "example.com/v1", "kind": "Probe", "metadata": {"name": name}, **more}).encode()


STREAMS = {
    "separators-with-blanks-and-comments": probe(b"a") + b"---  \n" + probe(b"b") + b"---\t\n" + probe(b"c")
    + b"--- # comment\n" + probe(b"d"),
    "leading-and-trailing-separators": b"---\n" + probe(b"a") + b"---\n",
    "empty-documents-between": b"# c\n---\n\n---\nnull\n---\n" + probe(b"a") + b"---\n~\n---\n# c\n---\n" + probe(b"b"),
    "content-behind-a-separator": b"--- {apiVersion: example.com/v1, kind: Probe, metadata: {name: a}}\n",
    "dots-and-a-separator": probe(b"a") + b"...\n---\n" + probe(b"b"),
    "text-behind-dots": probe(b"a") + b"...\n" + probe(b"b"),
    "separator-within-a-block": probe(b"a", b"spec: |\n  x\n  ---\n  y\n"),
    "block-without-a-newline-at-the-end": probe(b"a", b"spec: |\n  x"),
    "plain-without-a-newline-at-the-end": probe(b"a", b"spec: x"),
    "separator-within-quotes": probe(b"a", b'spec: "x\n---\ny"\n'),
    "yaml-directive": b"%YAML 1.1\n---\n" + probe(b"a"),
    "yaml-directive-1.2": b"%YAML 1.2\n---\n" + probe(b"a"),
    "yaml-directive-2.0": b"%YAML 2.0\n---\n" + probe(b"a"),
    "tag-directive": b"%TAG ! tag:x,2000:\n---\n" + probe(b"a"),
    "anchor-of-another-document": probe(b"a", b"spec: &x 1\n") + b"---\n" + probe(b"b", b"spec: *x\n"),
    "byte-order-mark": b"\xef\xbb\xbf" + probe(b"a"),
    "byte-order-mark-behind-a-separator": probe(b"a") + b"---\n\xef\xbb\xbf" + probe(b"b"),
    "utf-16-little-endian": b"\xff\xfe" + probe(b"a").decode().encode("utf-16-le"),
    "utf-16-big-endian": b"\xfe\xff" + probe(b"a").decode().encode("utf-16-be"),
    "carriage-returns": (probe(b"a") + b"---\n" + probe(b"b")).replace(b"\n", b"\r\n"),
    "flow-object": b"{apiVersion: example.com/v1, kind: Probe, metadata: {name: a}, spec: [x, 'y']}\n",
    "flow-object-broken": b"{apiVersion: example.com/v1, kind: Probe, metadata: {name: a}, spec: [x}\n",
    "json-values-in-a-row": as_json("a") + as_json("b") + b"\n\n " + as_json("c"),
    "json-separated": as_json("a") + b"\n---\n" + as_json("b"),
    "json-then-yaml": as_json("a") + b"\n---\n" + probe(b"b"),
    "json-values-then-a-separator": as_json("a") + as_json("b") + b"\n---\n" + as_json("c"),
    "json-escapes": as_json("a", spec="\U0001f600 \0 \u2028 \x85").replace(b'"spec": "', b'"spec": "\\/'),
    "json-numbers": as_json("a").replace(b'"Probe"', b'"Probe", "spec": [1.0, -0.0, 1e5, 9223372036854775807, 0.1,'
                                         b'9223372036854775808, -9223372036854775809, 1e21, 1e-7]'),
    "json-number-too-large": as_json("a").replace(b'"Probe"', b'"Probe", "spec": 1e400'),
    "json-duplicate-members": as_json("a").replace(b'"Probe"', b'"Probe", "spec": 1, "spec": 2'),
    "json-with-invalid-utf-8": as_json("a").replace(b'"Probe"', b'"Probe", "spec": "\xff"'),
    "json-behind-a-byte-order-mark": b"\xef\xbb\xbf" + as_json("a").replace(b'"Probe"', b'"Probe", "spec": "\\/"'),
    "json-cut-off": as_json("a")[:-1],
}


def can_be_a_field(data):
    """Not what only means something at the start of a stream or of a line."""
    lines = LINE_BREAK.split(data)
    return bool(data.strip()) and data[:1] not in (b"{", b"\xef", b"\xff", b"\xfe", b"%") and not any(
        line.startswith((b"---", b"...")) for line in lines)


def field_cases():
    for path in sorted(GOLDENS.glob("108-*/input")):
        data = path.read_bytes()
        if can_be_a_field(data):
            yield path.parent.name, HEAD + b"spec:\n  " + LINE_BREAK.sub(lambda m: m.group(0) + b"  ", data) + b"\n"


CASES = dict(list(field_cases()) + list(STREAMS.items()))


@pytest.fixture(scope="session")
def kubectl():
    return str(build.build() / "kubectl")


@pytest.fixture(scope="session")
def reader():
    folder = Path(os.environ.get("MCAPI_BUILD", TESTS.parent / "build" / "dev"))
    program = folder / "tests" / "yaml_to_json"
    if not program.exists():
        pytest.fail("%s is missing: build it first, or set MCAPI_BUILD" % program)
    return str(program)


def read_with_kubectl(kubectl, path):
    """The objects, without the label that had to be added, or None when kubectl refuses the file."""
    run = subprocess.run([kubectl, "label", "--local", "-f", str(path), "probed=yes", "-o", "json"],
                         env={"PATH": "/usr/bin:/bin", "HOME": str(path.parent), "KUBECONFIG": "/dev/null"},
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60)
    if run.returncode != 0:
        return None
    text, objects, at = run.stdout.decode(), [], 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        found, at = json.JSONDecoder().raw_decode(text, at)
        del found["metadata"]["labels"]
        objects.append(found)
    return objects


def read_with_ours(reader, path):
    run = subprocess.run([reader, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=60)
    assert run.returncode in (0, 1), run.stderr
    if run.returncode == 1:
        return None
    return [found for found in json.loads(run.stdout.decode()) if found is not None]


@pytest.mark.parametrize("case", sorted(CASES))
def test_108_kubectl_reads_the_same(case, kubectl, reader, tmp_path):
    path = tmp_path / "manifest.yaml"
    path.write_bytes(CASES[case])
    ours, theirs = read_with_ours(reader, path), read_with_kubectl(kubectl, path)
    if case in DIFFERENT:
        assert ours != theirs, "no difference any more: " + DIFFERENT[case]
    else:
        assert ours == theirs


def test_108_every_known_difference_is_a_case():
    assert set(DIFFERENT) <= set(CASES)
    assert len(CASES) > 100
