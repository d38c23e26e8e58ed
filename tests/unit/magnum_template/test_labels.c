#include "magnum_template/labels.h"
#include "magnum_template/rules.h"
#include "unit/ostack/place.h"

#define GOOD                                                                                       \
    "'network_driver': 'calico', 'dns_nameserver': '8.8.8.8', 'external_network_id': 'e', "        \
    "'flavor_id': 'f', 'master_flavor_id': 'm', 'master_lb_enabled': true, 'server_type': 'vm'"

static const struct row {
    const char *template_;
    const char *complaints[5]; /* each a part of one text, in order */
} rows[] = {
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'boot_volume_size': '10', 'calico_ipv4pool': "
     "'10.1.0.0/16', 'auto_healing_enabled': 'True', 'octavia_provider': 'amphora'}}",
     {NULL}},
    {"{" GOOD ", 'labels': {}}", {"labels.kube_tag: it is not set"}},
    {"{'flavor_id': 'f', 'master_flavor_id': 'm', 'master_lb_enabled': true, "
     "'external_network_id': 'e', "
     "'network_driver': 'flannel', 'labels': {}}",
     {"network_driver: it is flannel", "dns_nameserver: it is not set", "labels.kube_tag"}},
    {"{'labels': {'kube_tag': 'v1.2.3'}}",
     {"network_driver: it is not set (Magnum", "dns_nameserver", "external_network_id", "flavor_id",
      "master_flavor_id"}},
    {"{" GOOD ", 'labels': {'kube_tag': '1.34'}}",
     {"labels.kube_tag: \"1.34\" is not a version like"}},
    {"{" GOOD
     ", 'labels': {'kube_tag': 'v1.34.6', 'octavia_provider': 'ovn', 'octavia_lb_algorithm': "
     "'ROUND_ROBIN'}}",
     {"octavia_lb_algorithm: \"ROUND_ROBIN\" does not go with octavia_provider ovn"}},
    {"{" GOOD
     ", 'labels': {'kube_tag': 'v1.34.6', 'octavia_provider': 'ovn', 'octavia_lb_algorithm': "
     "'SOURCE_IP_PORT'}}",
     {NULL}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'octavia_lb_algorithm': 'RANDOM'}}",
     {"is not one of ROUND_ROBIN, LEAST_CONNECTIONS, SOURCE_IP, SOURCE_IP_PORT"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'calico_tag': 'v3.1.0'}}",
     {"labels.calico_tag: \"v3.1.0\" is not one of v3.24.2"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'kube_tga': 'x'}}",
     {"labels.kube_tga: unknown label, did you mean kube_tag?"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'something_else': 'x'}}",
     {"labels.something_else: unknown label, the Cluster API driver ignores it"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'audit_log_maxage': '3'}}",
     {"use audit_log_max_age"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'container_runtime': 'x'}}",
     {"labels.container_runtime: ignored by this driver"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'auto_healing_enabled': 'maybe'}}",
     {"\"maybe\" is not a boolean"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'cinder_csi_enabled': 'yes'}}",
     {"\"yes\" is not true or false, as a word"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'boot_volume_size': '10G'}}",
     {"\"10G\" is not an integer from 0"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'fixed_subnet_cidr': '10.0.0.0'}}",
     {"\"10.0.0.0\" is not a network like"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'server_group_policies': 'affinity, other'}}",
     {"is not a comma-separated list of affinity"}},
    {"{" GOOD ", 'labels': {'kube_tag': 'v1.34.6', 'container_infra_prefix': 'reg.example/x/'}}",
     {"must not end in \"/\""}},
    {"{" GOOD ", 'http_proxy': 'h', 'labels': {'kube_tag': 'v1.34.6'}}",
     {"https_proxy: it is not set although http_proxy is"}},
    {"{" GOOD ", 'no_proxy': 'h', 'labels': {'kube_tag': 'v1.34.6'}}",
     {"no_proxy: it does nothing"}},
    {"{" GOOD ", 'cluster_distro': 'fedora-coreos', 'labels': {'kube_tag': 'v1.34.6'}}",
     {"image_id: the image's os_distro is fedora-coreos"}},
};

static void test_labels__each_template__gets_those_complaints(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_strv struct strv texts = {0};
        json_auto_t *template_ = quoted(rows[i].template_);
        labels_check(template_, &texts);
        size_t expected = 0;
        for (; expected < 5 && rows[i].complaints[expected]; expected++) {
            if (texts.count <= expected)
                fail_msg("row %zu: no complaint %zu", i, expected);
            assert_contains(texts.items[expected], rows[i].complaints[expected]);
        }
        if (expected < 5 && texts.count != expected)
            fail_msg("row %zu: also %s", i, texts.items[expected]);
    }
}

static void test_labels__each_rule__has_a_sorted_name_and_what_it_needs(void **state)
{
    (void)state;
    for (size_t i = 0; i < label_rule_count; i++) {
        bool choice = label_rules[i].type == LABEL_CHOICE || label_rules[i].type == LABEL_CHOICES;
        assert_int_equal(choice, label_rules[i].allowed != NULL);
        assert_false(label_is_of_heat(label_rules[i].name));
        if (i > 0)
            assert_true(strcmp(label_rules[i - 1].name, label_rules[i].name) < 0);
    }
}

static void test_labels__values__are_stored_as_python_prints_them(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"true", "True"}, {"10", "10"}, {"1.10", "1.1"}, {"30.0", "30.0"}, {"'x'", "x"},
    };
    for (size_t i = 0; i < array_length(pairs); i++) {
        json_auto_t *value = quoted(pairs[i][0]);
        auto_free char *text = label_text(value);
        assert_string_equal(text, pairs[i][1]);
    }
}

static void test_labels__a_boolean__equals_every_spelling_of_its_truth(void **state)
{
    (void)state;
    json_auto_t *yes = json_true();
    json_auto_t *word = json_string("true");
    json_auto_t *ten = json_integer(10);
    assert_true(label_equal(yes, "True"));
    assert_true(label_equal(yes, "yes"));
    assert_false(label_equal(yes, "no"));
    assert_false(label_equal(yes, "nonsense"));
    assert_false(label_equal(word, "True"));
    assert_true(label_equal(ten, "10"));
}

static void test_labels__after_both_modes__hold_what_they_should(void **state)
{
    (void)state;
    json_auto_t *wanted = quoted("{'a': true, 'b': null, 'c': 5}");
    json_auto_t *has = quoted("{'a': 'yes', 'b': 'x', 'd': 'y'}");
    json_auto_t *replaced = labels_after(wanted, has, false);
    json_auto_t *merged = labels_after(wanted, has, true);
    json_auto_t *fresh = labels_after(wanted, NULL, true);
    assert_json(replaced, "{'a': 'yes', 'c': '5'}");
    assert_json(merged, "{'a': 'yes', 'c': '5', 'd': 'y'}");
    assert_json(fresh, "{'a': 'True', 'c': '5'}");
}

static void test_labels__a_version_that_is_a_number__is_warned_about(void **state)
{
    (void)state;
    auto_strv struct strv texts = {0};
    json_auto_t *wanted = quoted("{'kube_tag': 1.30, 'my_version': 5, 'boot_volume_size': 10}");
    labels_warn_numbers(wanted, &texts);
    assert_int_equal(texts.count, 2);
    assert_contains(texts.items[0], "labels.kube_tag: it is the number 1.3;");
    assert_contains(texts.items[1], "labels.my_version");
}

static void test_labels__templates_of_the_driver__are_known_by_driver_or_distribution(void **state)
{
    (void)state;
    static const struct {
        const char *template_;
        bool concern;
    } templates[] = {
        {"{'driver': 'k8s_cluster_api_ubuntu', 'cluster_distro': 'x'}", true},
        {"{'driver': 'k8s_capi_helm_v1', 'cluster_distro': 'ubuntu'}", false},
        {"{'driver': null, 'cluster_distro': 'flatcar'}", true},
        {"{'cluster_distro': 'fedora-coreos'}", false},
        {"{}", false},
    };
    for (size_t i = 0; i < array_length(templates); i++) {
        json_auto_t *template_ = quoted(templates[i].template_);
        assert_int_equal(labels_concern(template_), templates[i].concern);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels__each_template__gets_those_complaints),
        cmocka_unit_test(test_labels__each_rule__has_a_sorted_name_and_what_it_needs),
        cmocka_unit_test(test_labels__values__are_stored_as_python_prints_them),
        cmocka_unit_test(test_labels__a_boolean__equals_every_spelling_of_its_truth),
        cmocka_unit_test(test_labels__after_both_modes__hold_what_they_should),
        cmocka_unit_test(test_labels__a_version_that_is_a_number__is_warned_about),
        cmocka_unit_test(test_labels__templates_of_the_driver__are_known_by_driver_or_distribution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
