#include "daemon/slices.h"

#include "base/compiler.h"
#include "daemon/services.h"
#include "json/js_get.h"
#include "support/json_text.h"
#include "support/unit.h"

#define STAMP "2026-09-21T14:13:20.000042+00:00"

static const struct place place = {
    .namespace_ = "magnum-system",
    .host = "infra1",
    .address = "10.1.2.3",
    .port = 44355,
    .sign = "s1",
};

static void
test_slice__wanted__is_upstreams_with_a_label_and_an_owner_more(maybe_unused void **state)
{
    json_auto_t *slice = slice_wanted("kube-x", &place, STAMP);
    assert_json(slice, "{'apiVersion': 'discovery.k8s.io/v1', 'kind': 'EndpointSlice', 'metadata':"
                       " {'name': 'kube-x-infra1', 'namespace': 'magnum-system', 'labels':"
                       " {'kubernetes.io/service-name': 'kube-x',"
                       "  'magnum-cluster-api.vexxhost.com/node': 'infra1',"
                       "  'magnum-cluster-api.vexxhost.com/proxied-cluster': 'kube-x',"
                       "  'magnum-cluster-api.vexxhost.com/proxied-service': 'true',"
                       "  'endpointslice.kubernetes.io/managed-by': 'magnum-cluster-api-proxy'},"
                       " 'annotations': {'magnum-cluster-api.vexxhost.com/timestamp': '" STAMP "'},"
                       " 'ownerReferences': [{'apiVersion': 'discovery.k8s.io/v1',"
                       "  'kind': 'EndpointSlice', 'name': 'infra1.magnum-cluster-api-proxy',"
                       "  'uid': 's1'}]},"
                       " 'addressType': 'IPv4', 'endpoints': [{'addresses': ['10.1.2.3'],"
                       "  'conditions': {'ready': true}, 'nodeName': 'infra1'}],"
                       " 'ports': [{'name': 'https', 'port': 44355, 'protocol': 'TCP'}]}");
    assert_true(slice_is_proxied(slice));
    assert_true(slice_is_native(slice));
    assert_null(sign_host_of(slice));
    time_t seconds = 0;
    assert_true(slice_stamp(slice, &seconds));
    assert_int_equal(seconds, 1790000000);
}

static void test_slice__ipv6_address__has_its_family(maybe_unused void **state)
{
    struct place six = place;
    six.address = "fd00::1";
    json_auto_t *slice = slice_wanted("kube-x", &six, STAMP);
    json_auto_t *four = slice_wanted("kube-x", &place, STAMP);
    assert_string_equal(js_str(slice, "addressType", NULL), "IPv6");
    assert_true(slice_is_fixed(four, slice));
    assert_true(slice_differs(four, slice));
}

static void test_slice__only_time_and_servers_fields_differ__is_the_same(maybe_unused void **state)
{
    json_auto_t *wanted = slice_wanted("kube-x", &place, STAMP);
    json_auto_t *live = slice_wanted("kube-x", &place, "another time");
    json_t *metadata = json_object_get(live, "metadata");
    json_object_set_new(metadata, "uid", json_string("u"));
    json_object_set_new(json_object_get(metadata, "labels"), "mine", json_string("too"));
    assert_false(slice_differs(live, wanted));
    json_object_set_new(json_object_get(metadata, "labels"), "kubernetes.io/service-name",
                        json_string("other"));
    assert_true(slice_differs(live, wanted));
}

static void test_slice__another_port_or_address__differs(maybe_unused void **state)
{
    json_auto_t *wanted = slice_wanted("kube-x", &place, STAMP);
    struct place other = place;
    other.port = 1;
    json_auto_t *port = slice_wanted("kube-x", &other, STAMP);
    other = place;
    other.address = "10.1.2.4";
    json_auto_t *address = slice_wanted("kube-x", &other, STAMP);
    assert_true(slice_differs(port, wanted));
    assert_true(slice_differs(address, wanted));
    assert_false(slice_is_fixed(address, wanted));
}

static void test_slice__owner_of_another_life__differs(maybe_unused void **state)
{
    json_auto_t *wanted = slice_wanted("kube-x", &place, STAMP);
    struct place other = place;
    other.sign = "s0";
    json_auto_t *live = slice_wanted("kube-x", &other, STAMP);
    assert_true(slice_differs(live, wanted));
    /* A second owner is somebody else's matter. */
    json_array_append(json_object_get(json_object_get(live, "metadata"), "ownerReferences"),
                      json_array_get(js_get(wanted, "metadata", "ownerReferences", NULL), 0));
    assert_false(slice_differs(live, wanted));
    json_object_del(json_object_get(live, "metadata"), "ownerReferences");
    assert_true(slice_differs(live, wanted));
}

static void
test_sign__is_no_slice_of_a_cluster_but_has_what_upstream_reads(maybe_unused void **state)
{
    json_auto_t *sign = sign_wanted(&place, STAMP);
    assert_string_equal(js_str(sign, "metadata", "name", NULL), "infra1.magnum-cluster-api-proxy");
    assert_string_equal(sign_host_of(sign), "infra1");
    assert_false(slice_is_proxied(sign));
    assert_null(slice_host_of(sign)); /* upstream's proxy on this host would delete it */
    assert_true(service_is_proxied(sign));
    time_t seconds = 0;
    assert_true(slice_stamp(sign, &seconds));
}

static void test_host__any_name__becomes_a_valid_one(maybe_unused void **state)
{
    static const char *const rows[][2] = {
        {"infra1", "infra1"},
        {"Infra1.Example.COM", "infra1.example.com"},
        {"infra1_nova_compute-1a", "infra1-nova-compute-1a"},
        {"_x_", "x"},
        {"a-.b", "a--b"},
        {"a..b", "a.b"},
        {"...", "proxy"},
        {"", "proxy"},
        {"a23456789-123456789-123456789-123456789-123456789-123456789-123456789",
         "a23456789-123456789-123456789-123456789-123456789-123456789-123"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *host = slices_host(rows[i][0]);
        if (strcmp(host, rows[i][1]) != 0)
            fail_msg("%s became %s", rows[i][0], host);
    }
}

static void test_service__wanted__is_what_upstream_compares_with(maybe_unused void **state)
{
    json_auto_t *service = service_wanted("kube-x", "magnum-system");
    assert_json(service, "{'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': 'kube-x',"
                         " 'namespace': 'magnum-system', 'labels':"
                         " {'magnum-cluster-api.vexxhost.com/proxied-service': 'true'}},"
                         " 'spec': {'ports': [{'name': 'https', 'port': 6443, 'targetPort': 6443,"
                         " 'protocol': 'TCP'}]}}");
    assert_false(service_differs(service));
}

static void test_service__changed_by_hand__differs(maybe_unused void **state)
{
    static const char *const ports[] = {
        "[]",
        "[{'name': 'https', 'port': 443, 'targetPort': 6443, 'protocol': 'TCP'}]",
        "[{'name': 'https', 'port': 6443, 'targetPort': 443, 'protocol': 'TCP'}]",
        "[{'name': 'https', 'port': 6443, 'targetPort': 'https', 'protocol': 'TCP'}]",
        "[{'name': 'http', 'port': 6443, 'targetPort': 6443, 'protocol': 'TCP'}]",
        "[{'name': 'https', 'port': 6443, 'targetPort': 6443, 'protocol': 'UDP'}]",
    };
    for (size_t i = 0; i < array_length(ports); i++) {
        json_auto_t *service = service_wanted("kube-x", "magnum-system");
        json_object_set_new(json_object_get(service, "spec"), "ports", json_from(ports[i]));
        if (!service_differs(service))
            fail_msg("%s does not differ", ports[i]);
    }
    json_auto_t *service = service_wanted("kube-x", "magnum-system");
    json_object_del(json_object_get(service, "metadata"), "labels");
    assert_true(service_differs(service));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slice__wanted__is_upstreams_with_a_label_and_an_owner_more),
        cmocka_unit_test(test_slice__ipv6_address__has_its_family),
        cmocka_unit_test(test_slice__only_time_and_servers_fields_differ__is_the_same),
        cmocka_unit_test(test_slice__another_port_or_address__differs),
        cmocka_unit_test(test_slice__owner_of_another_life__differs),
        cmocka_unit_test(test_sign__is_no_slice_of_a_cluster_but_has_what_upstream_reads),
        cmocka_unit_test(test_host__any_name__becomes_a_valid_one),
        cmocka_unit_test(test_service__wanted__is_what_upstream_compares_with),
        cmocka_unit_test(test_service__changed_by_hand__differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
