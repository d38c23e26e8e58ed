"""Files of providers behind a URL, which clusterctl would fetch from releases: each with its digest, and once."""
import contextlib
import functools
import hashlib
import http.server
import threading
import time

import pytest

from servers.ports import free_port
from support.providers import CORE, INFRASTRUCTURE, FILES

LABEL = "infrastructure-openstack"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):  # pylint: disable=redefined-builtin
        self.server.paths.append(self.path)


@contextlib.contextmanager
def serving(directory):
    """(URL, list of what was asked for) of a server of the files in DIRECTORY."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(directory))) as server:
        server.paths = []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield "http://127.0.0.1:%d" % server.server_port, server.paths
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def files(standard):
    """{name: digest} of the files of the provider."""
    folder = standard.base / LABEL / INFRASTRUCTURE
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (FILES[LABEL], "metadata.yaml")}


@pytest.fixture
def images(pair, standard, tmp_path):
    """images(URL, digests): the module's list of images, with the provider at URL."""
    def call(url, digests, **more):
        entry = {"name": "openstack", "type": "InfrastructureProvider",
                 "url": "%s/%s/%s/%s" % (url, LABEL, INFRASTRUCTURE, FILES[LABEL]), "sha256": digests}
        return pair.module(state="images", repository_path=str(standard.base), providers=[entry],
                           cache_path=str(tmp_path / "cache"), core_provider="cluster-api:" + CORE,
                           bootstrap_providers=["-"], control_plane_providers=["-"],
                           infrastructure_providers=["openstack:" + INFRASTRUCTURE], cert_manager={"mode": "skip"}, **more)

    return call


def test_remote__files_with_digests__are_fetched_once_and_then_found_offline(images, standard, files):
    with serving(standard.base) as (url, paths):
        first = images(url, files)
        assert not first.failed, first.data
        assert any("capo" in image for image in first["images"])
        asked = len(paths)
        assert asked > 0
        assert images(url, files)["images"] == first["images"]
        assert len(paths) == asked
    assert images(url, files)["images"] == first["images"]


def test_remote__file_of_another_digest__is_refused_and_not_kept(images, standard, files, tmp_path):
    with serving(standard.base) as (url, _):
        bad = images(url, dict(files, **{FILES[LABEL]: "0" * 64}))
    assert bad.failed and not bad.changed
    assert FILES[LABEL] in bad.msg and "sha256" in bad.msg.lower()
    assert not list((tmp_path / "cache").rglob(FILES[LABEL]))


def test_remote__file_without_digest__is_refused_with_the_remedy(images, files):
    bad = images("https://example.invalid", {})
    assert bad.failed
    assert "openstack" in bad.msg and "sha256" in bad.msg


def test_remote__server_that_is_not_there__is_soon_told_with_the_remedy(images, files):
    begin = time.monotonic()
    bad = images("http://127.0.0.1:%d" % free_port(), files)
    assert bad.failed
    assert time.monotonic() - begin < 40  # it tries for five seconds; a busy machine takes its time
    assert "failed to download" in bad.msg and "127.0.0.1" in bad.msg
    assert "https_proxy" in bad.msg and "repository_path" in bad.msg
