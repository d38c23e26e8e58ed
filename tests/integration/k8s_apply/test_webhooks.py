"""Webhooks that are away, and that deny: item 64."""
import time

from support.gadgets import holds, new_namespace, patches
from support.objects import config_map
from support.wait import until
from support.webhook import CONFIGURATIONS, Webhook, configuration, of_namespace
from support.world import exists


def test_064__webhook_service_without_endpoints__is_retried_until_the_end(k8s_plane, plane):
    own = new_namespace(plane)
    assert plane.request("POST", "/api/v1/namespaces/%s/services" % own, {
        "metadata": {"name": "hook"}, "spec": {"ports": [{"port": 443}]}})[0] == 201
    rule = {"apiGroups": [""], "resources": ["configmaps"]}
    definition = configuration(own, {"service": {"namespace": own, "name": "hook"}}, rule,
                               namespaceSelector=of_namespace(own))
    assert plane.request("POST", CONFIGURATIONS, definition)[0] == 201
    until(holds(plane, "/api/v1/namespaces/%s/configmaps" % own, config_map(own), 500))
    started = time.monotonic()
    outcome = k8s_plane(definition=config_map(own), retry_timeout=3)
    assert outcome.failed and not outcome.changed and outcome["status"] == 500
    assert 'no endpoints available for service \\"hook\\"' in outcome.msg or \
        'no endpoints available for service "hook"' in outcome.msg
    assert patches(outcome) >= 3 and 1 < time.monotonic() - started < 10
    assert plane.request("DELETE", CONFIGURATIONS + "/" + own)[0] == 200


def test_064__webhook_that_denies__fails_at_once_with_its_text(k8s, ns, server, register):
    with Webhook(server, lambda request: "no %s today" % request["name"]) as webhook:
        webhook.start()
        register(configuration(ns, webhook.client_config(), {"apiGroups": [""], "resources": ["configmaps"]},
                               namespaceSelector=of_namespace(ns)))
        until(holds(server, "/api/v1/namespaces/%s/configmaps" % ns, config_map(ns), 403))
        outcome = k8s(definition=config_map(ns))
    assert outcome.failed and not outcome.changed and outcome["status"] == 403
    assert "denied the request: no a today" in outcome.msg
    assert patches(outcome) == 1 and not exists(server, config_map(ns))
