"""The parts of nodes, played by the test: the server has none, so Pods stay pending until somebody writes their status."""
from support.wait import until

MERGE = "application/merge-patch+json"


def pods_of(server, namespace):
    """The Pods of a namespace that nobody is deleting."""
    items = server.request("GET", "/api/v1/namespaces/%s/pods" % namespace)[1]["items"]
    return [pod for pod in items if "deletionTimestamp" not in pod["metadata"]]


def wait_for_account(server, namespace):
    """Pods can be created once the namespace has its default ServiceAccount."""
    until(lambda: server.request("GET", "/api/v1/namespaces/%s/serviceaccounts/default" % namespace)[0] == 200)


def report(server, pod, **status):
    """Writes the status of a Pod."""
    metadata = pod["metadata"]
    code, answer = server.request("PATCH", "/api/v1/namespaces/%s/pods/%s/status?fieldManager=kubelet"
                                  % (metadata["namespace"], metadata["name"]), {"status": status}, content_type=MERGE)
    assert code in (200, 404), answer


def is_ready(pod) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))


def make_ready(server, namespace, image=None) -> int:
    """Every Pod (with this image) runs and is ready; returns how many had not been."""
    fresh = [pod for pod in pods_of(server, namespace) if not is_ready(pod)
             and (image is None or pod["spec"]["containers"][0]["image"] == image)]
    for pod in fresh:
        report(server, pod, phase="Running", conditions=[{"type": "Ready", "status": "True"}],
               containerStatuses=[running(container) for container in pod["spec"]["containers"]])
    return len(fresh)


def running(container) -> dict:
    return {"name": container["name"], "image": container["image"], "imageID": "x", "ready": True, "restartCount": 0,
            "started": True, "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}


def fail_to_pull(server, namespace) -> int:
    """No Pod gets its image; returns how many there are."""
    pods = pods_of(server, namespace)
    for pod in pods:
        report(server, pod, phase="Pending", containerStatuses=[
            {"name": container["name"], "image": container["image"], "imageID": "", "ready": False, "restartCount": 0,
             "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}}
            for container in pod["spec"]["containers"]])
    return len(pods)
