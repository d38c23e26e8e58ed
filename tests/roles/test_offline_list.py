"""The lists that a mirror is filled by: every file that somebody would ask it for, and one form of digest."""
import re

import pytest
from test_digests import FILES, IMAGE, TOLD


def lines(tmp_path) -> dict:
    """{URL: digest, or none} of files.txt."""
    return {url: digest for url, _, digest in (line.partition(" ") for line in (tmp_path / "files.txt").read_text(encoding="utf-8").splitlines())}


HELM = "https://get.helm.sh/helm-v3.20.0-linux-amd64.tar.gz"
# name: (variables, of Magnum's host, URLs that are listed, URLs that are not)
LISTS = {
    "cilium": (TOLD, None, [HELM, "https://helm.cilium.io/cilium-1.19.4.tgz"], []),
    "manifest": (FILES, None, [], [HELM, "https://helm.cilium.io/cilium-1.19.4.tgz"]),
    "magnum": (FILES, {}, [HELM], ["https://helm.cilium.io/cilium-1.19.4.tgz"]),
    "magnum-without-helm": (FILES, {"magnum_capi_helm": False}, [], [HELM]), "other-driver": (FILES, {"magnum_k8s_driver": "heat"}, [], [HELM]),
    "newer-helm-of-magnum": (TOLD, {"magnum_capi_helm_version": "v3.21.0"}, [HELM, HELM.replace("3.20", "3.21"),
                                                                           HELM.replace("3.20", "3.21") + ".sha256sum"], []),
    "images": (FILES, {"magnum_glance_images": [IMAGE]}, [IMAGE["url"]], []),
    "capitals": ({name: digest.upper().replace("SHA", "sha") for name, digest in TOLD.items()}, None,
                 ["https://helm.cilium.io/cilium-1.19.4.tgz"], []),
    "provider-source": ({**TOLD, "cluster_api_provider_source": "/files"}, None, [],
                        ["https://github.com/kubernetes-sigs/cluster-api/releases/download/v1.13.2/metadata.yaml"]),
    "kubernetes": ({**TOLD, "kubernetes_version": "1.36.7"}, None, ["https://dl.k8s.io/release/v1.36.7/bin/linux/amd64/kubelet",
                                                                     "https://dl.k8s.io/release/v1.36.7/bin/linux/amd64/kubelet.sha256"], []),
}


@pytest.mark.parametrize("case", LISTS)
def test_offline_list__digests__have_one_form_and_no_file_is_missing(plays_of, tmp_path, case):
    variables, magnum, there, not_there = LISTS[case]
    done = plays_of("offline_list", {**variables, "offline_list_path": str(tmp_path)}, magnum=magnum)
    assert done.returncode == 0, done.stdout
    found = lines(tmp_path)
    assert all(re.fullmatch(r"https://\S+", url) and re.fullmatch(r"(sha256:[0-9a-f]{64})?", digest) for url, digest in found.items()), found
    # Without a digest are only those of which a further line tells it, and these lines.
    assert {url for url, digest in found.items() if not digest} == {url for url in found if url.endswith((".sha256", ".sha256sum"))
                                                                   or url + ".sha256" in found or url + ".sha256sum" in found}
    assert not set(there) - set(found) and not set(not_there) & set(found), found


def test_offline_list__digest_is_still_missing__the_file_is_listed_without(plays_of, tmp_path):
    done = plays_of("offline_list", {"offline_list_path": str(tmp_path)})
    assert done.returncode == 0 and lines(tmp_path)["https://helm.cilium.io/cilium-1.19.4.tgz"] == "", done.stdout
