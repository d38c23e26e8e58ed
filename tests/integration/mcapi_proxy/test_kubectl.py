"""kubectl talks to an API server inside a tenant's network, by the name in the kubeconfigs of workload clusters."""
import os
import subprocess
import time

import yaml

from support.tenant_api import TenantApi
from support.wait import until

NAME = "kube-x.magnum-system"
IDLE = float(os.environ.get("MCAPI_SOAK_SECONDS", "15"))  # 600 for the long one; the predecessor cut after 10


def test_077__kubectl_watches_by_name__an_event_comes_after_a_long_silence(plane, lab, begin, tmp_path):
    network = lab.network("qdhcp-")
    admin = plane.kubeconfig_for("tenant", plane.pki.authority().client("tenant", ["system:masters"]))
    with TenantApi("qdhcp-" + network, "10.0.0.5", 6443, plane.port):
        proxy = begin({"kube-x": (network, 6443)}, address="10.0.0.5")
        proxy.up("kube-x")
        document = yaml.safe_load(admin.read_text("ascii"))
        document["clusters"][0]["cluster"].update({"server": "https://127.0.0.1:%d" % proxy.port(), "tls-server-name": NAME})
        config = tmp_path / "kubeconfig"
        config.write_text(yaml.safe_dump(document), encoding="ascii")

        def kubectl(*arguments):
            return [plane.bin / "kubectl", "--kubeconfig", config, "-n", "default", *arguments]

        assert "kube-system" in subprocess.run(kubectl("get", "namespaces"), check=True, stdout=subprocess.PIPE, text=True).stdout
        with open(tmp_path / "seen", "wb") as seen, subprocess.Popen(kubectl("get", "configmaps", "--watch-only", "-o", "name"),
                                                                     stdout=seen) as watch:
            until(lambda: proxy.metrics()["connections"] == 1)
            began = time.monotonic()
            time.sleep(IDLE)
            assert watch.poll() is None
            subprocess.run(kubectl("create", "configmap", "after-the-silence"), check=True)
            until(lambda: b"after-the-silence" in (tmp_path / "seen").read_bytes(), 20)
            print("a watch was silent for %.0f s" % (time.monotonic() - began))
            assert watch.poll() is None
            watch.kill()
        subprocess.run(kubectl("delete", "configmap", "after-the-silence"), check=True)
