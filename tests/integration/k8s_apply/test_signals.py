"""A signal in the middle of a run."""
import json
import signal
import threading
import time

from support.gadgets import custom, definition_of, held, holds, lagging, release
from support.objects import config_map
from support.relay import Relay
from support.wait import until
from support.webhook import Webhook, configuration, of_namespace
from support.world import exists


def stop(process):
    """Tells a run to stop; returns its one result and how long that took."""
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 1 and not stderr, (process.returncode, stdout, stderr)
    [line] = [line for line in stdout.decode().splitlines() if line]
    assert time.monotonic() - started < 5
    return json.loads(line)


def test_signal__in_the_middle_of_the_writes__names_what_was_done(k8s, ns, server, register):
    enough = threading.Event()

    def decide(request):
        if request["name"] == "probe":
            return "it is in effect"
        enough.wait(30)
        return None

    with Webhook(server, decide) as webhook:
        webhook.start()
        register(configuration(ns, webhook.client_config(), {"apiGroups": [""], "resources": ["configmaps"]},
                               namespaceSelector=of_namespace(ns), timeoutSeconds=30,
                               objectSelector={"matchLabels": {"slow": "yes"}}))
        until(holds(server, "/api/v1/namespaces/%s/configmaps" % ns, config_map(ns, "probe", labels={"slow": "yes"}),
                    403))
        wanted = [config_map(ns, "first"), config_map(ns, "second", labels={"slow": "yes"}), config_map(ns, "third")]
        process, _ = k8s.start(definition=wanted, parallel=1)
        until(lambda: [r for r in webhook.requests if r["name"] == "second"])
        outcome = stop(process)
        enough.set()
    assert outcome["failed"] and outcome["changed"] and "SIGTERM" in outcome["msg"]
    first, second = outcome["result"]["results"]
    assert first["changed"] and first["method"] == "create" and first["result"]["metadata"]["name"] == "first"
    assert second["failed"] and "second" in second["msg"] and "not known" in second["msg"]
    assert exists(server, config_map(ns, "first")) and not exists(server, config_map(ns, "third"))


def test_signal__while_a_webhook_is_waited_for__ends_the_run(k8s, ns, server, register):
    with Webhook(server) as webhook:
        register(configuration(ns, webhook.client_config(), {"apiGroups": [""], "resources": ["configmaps"]},
                               namespaceSelector=of_namespace(ns)))
        until(holds(server, "/api/v1/namespaces/%s/configmaps" % ns, config_map(ns), 500))
        process, mark = k8s.start(definition=config_map(ns), retry_timeout=600)
        until(lambda: [e for e in server.requests(mark, user="module") if e["verb"] == "patch"])
        outcome = stop(process)
    assert outcome["failed"] and not outcome["changed"] and "SIGTERM" in outcome["msg"]


def test_signal__while_something_is_being_deleted__ends_the_run(k8s, ns, server):
    held(server, config_map(ns))
    process, mark = k8s.start(definition=config_map(ns), wait_timeout=600)
    until(lambda: len([e for e in server.requests(mark, user="module") if e["verb"] == "get"]) >= 4)
    outcome = stop(process)
    assert outcome["failed"] and not outcome["changed"] and "SIGTERM" in outcome["msg"]
    release(server, config_map(ns))


def test_signal__while_a_kind_is_not_served_yet__ends_the_run(k8s, ns, server, group):
    before, left = lagging("/apis/%s/v1" % group, 10000)
    with Relay(server, before) as relay:
        process, _ = k8s.start(definition=[definition_of(group), custom(group, ns)], kubeconfig=relay.kubeconfig)
        until(lambda: left[0] < 9995)
        outcome = stop(process)
    assert outcome["failed"] and outcome["changed"] and "SIGTERM" in outcome["msg"]
    assert [r["result"]["kind"] for r in outcome["result"]["results"]] == ["CustomResourceDefinition"]
