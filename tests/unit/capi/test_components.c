#include "capi/components.h"
#include "unit/capi/world.h"

#define FILE_NAME "infrastructure-components.yaml"
#define NAMESPACE "apiVersion: v1\nkind: Namespace\nmetadata: {name: capo-system}\n"

static int load(struct world *world, const char *target, bool list_only,
                struct capi_components *components, struct error **err)
{
    auto_capi_ref struct capi_ref ref = {0};
    if (capi_ref_parse(&ref, CAPI_INFRASTRUCTURE, "OpenStack:v0.14.4", err) < 0)
        return -1;
    return capi_components_load_ref(world->repositories, &ref, target, list_only, components, err);
}

/* The error of a provider whose file is TEXT. */
static void check_error(void **state, const char *text, enum error_kind kind, const char *message)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_components struct capi_components components = {0};
    world_release(state, "infrastructure-openstack", "v0.14.4", NULL, FILE_NAME, text);
    world_open(&world, state, NULL, NULL);
    assert_int_equal(load(&world, NULL, false, &components, &err), -1);
    assert_error(&err, kind, message);
    assert_null(components.name);
}

static void test_load__of_a_small_provider__goes_through_all_steps(void **state)
{
    static const char text[] =
        "# a comment alone\n---\n---\n"
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: capo-system}\n"
        "spec: {template: {spec: {containers: [{name: manager, image: 'e.io/m:1', "
        "args: ['${ADDRESS:=:8443}']}]}}}\n"
        "--- # the certificate\n"
        "apiVersion: cert-manager.io/v1\nkind: Certificate\n"
        "metadata: {name: c, namespace: capo-system}\nspec: {dnsNames: [s.capo-system.svc]}\n"
        "---\n" NAMESPACE;
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_components struct capi_components components = {0};
    world_release(state, "infrastructure-openstack", "v0.14.4", NULL, FILE_NAME, text);
    world_open(&world, state, NULL, NULL);
    assert_ok(load(&world, "foo", false, &components, &err), &err);
    assert_string_equal(components.name, "openstack");
    assert_string_equal(components.label, "infrastructure-openstack");
    assert_string_equal(components.version, "v0.14.4");
    assert_string_equal(components.target_namespace, "foo");
    assert_int_equal(components.type, CAPI_INFRASTRUCTURE);
    assert_contains(components.source, "/repo/infrastructure-openstack/v0.14.4/" FILE_NAME);
    assert_strv(&components.images, " ", "e.io/m:1");
    assert_strv(&components.variables, " ", "ADDRESS");
    assert_int_equal(components.missing.count, 0);
#define LABELS                                                                                     \
    "'labels': {'clusterctl.cluster.x-k8s.io': '',"                                                \
    " 'cluster.x-k8s.io/provider': 'infrastructure-openstack'}"
    assert_json(components.objects,
                "[{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'foo', " LABELS
                "}}, {'apiVersion': 'cert-manager.io/v1', 'kind': 'Certificate', 'metadata':"
                " {'name': 'c', 'namespace': 'foo', " LABELS
                "}, 'spec': {'dnsNames': ['s.foo.svc']}},"
                " {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata':"
                " {'name': 'd', 'namespace': 'foo', " LABELS
                "}, 'spec': {'template': {'spec': {'containers': [{'name': 'manager',"
                " 'image': 'e.io/m:1', 'args': [':8443']}]}}}}]");
}

static void test_023__a_missing_variable__is_named_with_the_provider_as_typed(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_components struct capi_components components = {0};
    world_release(state, "infrastructure-openstack", "v0.14.4", NULL, FILE_NAME,
                  NAMESPACE "# ${B} ${A}\n");
    world_open(&world, state, NULL, NULL);
    assert_int_equal(load(&world, NULL, false, &components, &err), -1);
    assert_json(err->detail, "{'missing_variables': ['A', 'B']}");
    assert_error_text(&err, ERROR_USAGE,
                      "failed to get provider components for the \"OpenStack:v0.14.4\" provider: "
                      "failed to perform variable substitution: value for variables [A, B] is not "
                      "set. Please set the value using os environment variables or the clusterctl "
                      "config file");
}

static void test_110__for_a_list_of_images__no_variable_is_required(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_components struct capi_components components = {0};
    world_release(state, "infrastructure-openstack", "v0.14.4", NULL, FILE_NAME,
                  NAMESPACE "# ${B} ${A}\n");
    world_open(&world, state, NULL, NULL);
    assert_ok(load(&world, NULL, true, &components, &err), &err);
    assert_strv(&components.missing, " ", "A B");
    assert_strv(&components.variables, " ", "A B");
    assert_string_equal(components.target_namespace, "capo-system");
}

static void test_031__a_broken_variable__is_an_error_even_for_a_list_of_images(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_components struct capi_components components = {0};
    world_release(state, "infrastructure-openstack", "v0.14.4", NULL, FILE_NAME, "# ${A.B}\n");
    world_open(&world, state, NULL, NULL);
    assert_int_equal(load(&world, NULL, true, &components, &err), -1);
    assert_error_text(&err, ERROR_PARSE,
                      "failed to get provider components for the \"OpenStack:v0.14.4\" provider: "
                      "missing closing brace");
}

static void test_040__broken_yaml__names_document_file_and_line(void **state)
{
    check_error(state, "---\n---\na: 1\n---\n# nothing\n---\nb: 2\n---\nc: 3\n  d: 4\n---\ne: 5\n",
                ERROR_PARSE, FILE_NAME ": line 10, column 4: ");
    check_error(state, "---\n---\na: 1\n---\n# nothing\n---\nb: 2\n---\nc: 3\n  d: 4\n---\ne: 5\n",
                ERROR_PARSE,
                "provider: failed to parse yaml: failed to unmarshal the 3rd yaml document: /");
    check_error(state, "[\n", ERROR_PARSE, "unmarshal the 1st yaml document");
    check_error(state, "a: 1\n---\n- b\n", ERROR_PARSE,
                "failed to unmarshal the 2nd yaml document: ");
    check_error(state, "a: 1\n---\n- b\n", ERROR_PARSE, "expected an object, got list");
    check_error(state, "a: 1\n---x\n", ERROR_PARSE,
                "failed to parse yaml: failed to read yaml: invalid Yaml document separator: x");
    check_error(state, "a: 1\n----\n", ERROR_PARSE, "invalid Yaml document separator: -");
}

static void test_manifest_read__of_the_eleventh_document__has_the_right_ending(void **state)
{
    (void)state;
    static const struct row {
        int before;
        const char *want;
    } rows[] = {
        {10, "the 11th yaml"}, {20, "the 21st yaml"}, {3, "the 4th yaml"}, {111, "the 112th yaml"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_buf struct buf text = {0};
        for (int j = 0; j < rows[i].before; j++)
            buf_add_str(&text, "a: 1\n---\n");
        buf_add_str(&text, "- x\n");
        assert_null(capi_manifest_read(buf_str(&text), text.size, "f", &err));
        assert_error(&err, ERROR_PARSE, rows[i].want);
    }
}

static void test_039__separators_and_comments_alone__are_skipped(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    static const char text[] =
        "# first\n---\n---\n--- # more\r\na: |\n  x ---\n  ---y\n\n---\nb: yes\n...\n---\n";
    json_auto_t *objects = capi_manifest_read(text, strlen(text), "f", &err);
    assert_non_null(objects);
    assert_int_equal(json_array_size(objects), 2);
    assert_json(json_array_get(objects, 1), "{'b': true}");
    json_auto_t *none = capi_manifest_read("", 0, "f", &err);
    assert_json(none, "[]");
}

static void test_042__without_namespace_and_target__it_cannot_be_defaulted(void **state)
{
    check_error(state, "kind: Service\n", ERROR_USAGE,
                "provider: target namespace can't be defaulted. Please specify a target namespace");
    check_error(state, "", ERROR_USAGE, "target namespace can't be defaulted");
    check_error(state, NAMESPACE "---\n" NAMESPACE, ERROR_USAGE,
                "failed to detect default target namespace: Invalid manifest. There should be");
}

static void test_load__of_other_faults__names_the_step(void **state)
{
    check_error(state,
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
                "spec: {template: {spec: {containers: [{name: c, image: nginx}]}}}\n",
                ERROR_PARSE,
                "failed to apply image overrides: failed to fix containers in deployment d: ");
    check_error(state, NAMESPACE "---\napiVersion: a/v9\nkind: MutatingWebhookConfiguration\n",
                ERROR_PARSE,
                "failed to set the TargetNamespace on the components: failed to patch v9 Mutating");
}

static void test_011__another_version__is_read_from_its_own_directory(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_components struct capi_components pinned = {0};
    auto_capi_components struct capi_components plain = {0};
    auto_capi_ref struct capi_ref old = {0};
    auto_capi_ref struct capi_ref unpinned = {0};
    world_release(state, "infrastructure-openstack", "v0.12.2", NULL, "c.yaml",
                  "kind: Namespace\nmetadata: {name: old}\n");
    world_release(state, "infrastructure-openstack", "v0.14.4", NULL, "c.yaml",
                  "kind: Namespace\nmetadata: {name: new}\n");
    world_open(&world, state,
               "[{'name': 'openstack', 'type': 'InfrastructureProvider', 'url': "
               "'REPO/infrastructure-openstack/v0.14.4/c.yaml'}]",
               NULL);
    assert_ok(capi_ref_parse(&old, CAPI_INFRASTRUCTURE, "openstack:v0.12.2", &err), &err);
    assert_ok(capi_ref_parse(&unpinned, CAPI_INFRASTRUCTURE, "openstack", &err), &err);
    assert_ok(capi_components_load_ref(world.repositories, &old, NULL, false, &pinned, &err), &err);
    assert_ok(capi_components_load_ref(world.repositories, &unpinned, "", false, &plain, &err),
              &err);
    assert_string_equal(pinned.version, "v0.12.2");
    assert_string_equal(pinned.target_namespace, "old");
    assert_string_equal(plain.version, "v0.14.4");
    assert_string_equal(plain.target_namespace, "new");
}

static void test_load__of_a_missing_file_or_version__says_which(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_capi_components struct capi_components components = {0};
    auto_capi_ref struct capi_ref unpinned = {0};
    world_open(&world, state, NULL, NULL);
    assert_ok(capi_ref_parse(&unpinned, CAPI_IPAM, "in-cluster", &err), &err);
    assert_int_equal(
        capi_components_load_ref(world.repositories, &unpinned, NULL, false, &components, &err),
        -1);
    assert_error(&err, ERROR_USAGE,
                 "the version of provider ipam-in-cluster has to be given, as in-cluster:v1.2.3");
    assert_int_equal(load(&world, NULL, false, &components, &err), -1);
    assert_error(&err, ERROR_NOT_FOUND,
                 "failed to get provider components for the \"OpenStack:v0.14.4\" provider: failed "
                 "to read \"infrastructure-components.yaml\" from provider's repository "
                 "\"infrastructure-openstack\": failed to read file \"/");
}

static void test_079__cert_manager__is_marked_and_ordered(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_free char *url = sandbox_path(state, "repo/cert-manager/v1.19.1/cert-manager.yaml");
    const struct capi_cert_manager settings = {.url = url, .version = "v1.20.2"};
    world_release(state, "cert-manager", "v1.20.2", NULL, "cert-manager.yaml",
                  "kind: ClusterRole\n---\nkind: ServiceAccount\nmetadata: {labels: {a: b}}\n---\n"
                  "kind: CustomResourceDefinition\n---\nkind: Role\n---\nkind: Namespace\n"
                  "# ${NOT_REPLACED\n");
    world_open(&world, state, NULL, NULL);
    json_auto_t *objects = capi_cert_manager_load(world.repositories, &settings, &err);
    if (!objects)
        fail_msg("%s", err->message);
    auto_strv struct strv kinds = {0};
    for (size_t i = 0; i < json_array_size(objects); i++)
        strv_add(&kinds, json_string_value(json_object_get(json_array_get(objects, i), "kind")));
    assert_strv(&kinds, " ", "Namespace CustomResourceDefinition ServiceAccount ClusterRole Role");
    assert_json(json_array_get(objects, 2),
                "{'kind': 'ServiceAccount', 'metadata': {'labels': {'a': 'b',"
                " 'clusterctl.cluster.x-k8s.io': '',"
                " 'clusterctl.cluster.x-k8s.io/core': 'cert-manager'}, 'annotations':"
                " {'cert-manager.clusterctl.cluster.x-k8s.io/version': 'v1.20.2'}}}");
}

static void test_cert_manager__without_its_file__says_so(void **state)
{
    auto_world struct world world = {0};
    auto_error struct error *err = NULL;
    auto_free char *url = sandbox_path(state, "repo/cert-manager/v1.19.1/cert-manager.yaml");
    const struct capi_cert_manager settings = {.url = url, .version = "v1.20.2"};
    world_open(&world, state, NULL, NULL);
    assert_null(capi_cert_manager_load(world.repositories, &settings, &err));
    assert_error(&err, ERROR_NOT_FOUND,
                 "failed to get cert-manager components: failed to read file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_load__of_a_small_provider__goes_through_all_steps),
        sandbox_test(test_023__a_missing_variable__is_named_with_the_provider_as_typed),
        sandbox_test(test_110__for_a_list_of_images__no_variable_is_required),
        sandbox_test(test_031__a_broken_variable__is_an_error_even_for_a_list_of_images),
        sandbox_test(test_040__broken_yaml__names_document_file_and_line),
        sandbox_test(test_manifest_read__of_the_eleventh_document__has_the_right_ending),
        sandbox_test(test_039__separators_and_comments_alone__are_skipped),
        sandbox_test(test_042__without_namespace_and_target__it_cannot_be_defaulted),
        sandbox_test(test_load__of_other_faults__names_the_step),
        sandbox_test(test_011__another_version__is_read_from_its_own_directory),
        sandbox_test(test_load__of_a_missing_file_or_version__says_which),
        sandbox_test(test_079__cert_manager__is_marked_and_ordered),
        sandbox_test(test_cert_manager__without_its_file__says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
