#include "capi/image.h"
#include "unit/capi/support.h"

static void test_parse__of_canonical_references__gives_their_parts(void **state)
{
    (void)state;
#define DIGEST "sha256:0123456789012345678901234567890123456789012345678901234567890123"
    static const struct row {
        const char *text, *repository, *name, *tag, *digest;
    } rows[] = {
        {"registry.k8s.io/cluster-api/cluster-api-controller:v1.12.3",
         "registry.k8s.io/cluster-api", "cluster-api-controller", "v1.12.3", NULL},
        {"docker.io/dev/x:1", "docker.io/dev", "x", "1", NULL},
        {"url:5000/x", "url:5000", "x", NULL, NULL},
        {"localhost/x", "localhost", "x", NULL, NULL},
        {"10.0.0.1/x", "10.0.0.1", "x", NULL, NULL},
        {"[::1]:5000/x:1", "[::1]:5000", "x", "1", NULL},
        {"A/x", "A", "x", NULL, NULL},
        {"e.io/a__b/c-d.e_f:T_g.h-i@" DIGEST, "e.io/a__b", "c-d.e_f", "T_g.h-i", DIGEST},
        {"e.io/x@" DIGEST, "e.io", "x", NULL, DIGEST},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_capi_image struct capi_image image = {0};
        assert_ok(capi_image_parse(rows[i].text, &image, &err), &err);
        assert_string_equal(image.repository, rows[i].repository);
        assert_string_equal(image.name, rows[i].name);
        assert_true(str_equal(image.tag, rows[i].tag));
        assert_true(str_equal(image.digest, rows[i].digest));
        auto_free char *text = capi_image_text(&image);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_047__a_reference_that_is_not_written_in_full__is_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *text, *reason;
    } rows[] = {
        {"nginx", "repository name must be canonical"},
        {"nginx:1", "repository name must be canonical"},
        {"dev/x:1", "repository name must be canonical"},
        {"docker.io/nginx", "repository name must be canonical"},
        {"index.docker.io/library/x:1", "repository name must be canonical"},
        {"", "invalid reference format"},
        {"a b", "invalid reference format"},
        {"e.io//x", "invalid reference format"},
        {"e.io/x/", "invalid reference format"},
        {"https://e.io/x", "invalid reference format"},
        {"e.io/x:", "invalid reference format"},
        {"e.io/x:.a", "invalid reference format"},
        {"e.io/x:ä", "invalid reference format"},
        {"-e.io/x", "invalid reference format"},
        {"e..io/x", "invalid reference format"},
        {"e.io:p/x", "invalid reference format"},
        {"[::1/x", "invalid reference format"},
        {"[]/x:1", "invalid reference format"},
        {"e.io/x_-y", "invalid reference format"},
        {"e.io/x___y", "invalid reference format"},
        {"e.io/x@sha256:0123", "invalid reference format"},
        {"e.io/x@0", "invalid reference format"},
        {"e.io/x@md5:01234567890123456789012345678901", "unsupported digest algorithm"},
        {"e.io/x@sha256:01234567890123456789012345678901", "invalid checksum digest length"},
        {"e.io/x@sha256:A123456789012345678901234567890123456789012345678901234567890123",
         "invalid checksum digest format"},
        {"docker.io/A/x", "invalid reference format: repository name (A/x) must be lowercase"},
        {"0123456789012345678901234567890123456789012345678901234567890123",
         "invalid repository name "
         "(0123456789012345678901234567890123456789012345678901234567890123), cannot specify "
         "64-byte hexadecimal strings"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        struct capi_image image = {0};
        if (capi_image_parse(rows[i].text, &image, &err) == 0)
            fail_msg("%s is accepted", rows[i].text);
        auto_free char *want = xasprintf("couldn't parse image name: %s", rows[i].reason);
        assert_error_text(&err, ERROR_PARSE, want);
        assert_null(image.name);
    }
    auto_error struct error *err = NULL;
    struct capi_image image = {0};
    char tag[256] = "e.io/x:";
    memset(tag + 7, 'a', 129);
    assert_int_equal(capi_image_parse(tag, &image, &err), -1);
    assert_error(&err, ERROR_PARSE, "invalid reference format");
    char name[300] = "e.io/";
    memset(name + 5, 'a', 256);
    assert_int_equal(capi_image_parse(name, &image, &err), -1);
    assert_error(&err, ERROR_PARSE, "must not be more than 255 characters");
}

static struct capi_config *config_of(const char *images)
{
    auto_error struct error *err = NULL;
    json_auto_t *value = json_of(images);
    const struct capi_config_options options = {.images = value};
    struct capi_config *config = capi_config_new(&options, &err);
    if (!config)
        fail_msg("%s", err->message);
    return config;
}

/* One Deployment with one container of IMAGE as component COMPONENT, under overrides IMAGES. */
static void check_override(const char *images, const char *component, const char *image,
                           const char *want)
{
    auto_error struct error *err = NULL;
    auto_capi_config struct capi_config *config = config_of(images);
    auto_free char *text = xasprintf(
        "[{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'd'}, 'spec': "
        "{'template': {'spec': {'containers': [{'name': 'c', 'image': '%s'}]}}}}]",
        image);
    json_auto_t *objects = json_of(text);
    auto_strv struct strv found = {0};
    assert_ok(capi_images_override(objects, component, config, &err), &err);
    capi_images_list(objects, &found);
    assert_strv(&found, " ", want);
}

static void test_044__a_repository_for_all__replaces_what_stands_before_the_name(void **state)
{
    (void)state;
    check_override("{'all': {'repository': 'reg/x/'}}", "cluster-api",
                   "registry.k8s.io/cluster-api/cluster-api-controller:v1.12.3",
                   "reg/x/cluster-api-controller:v1.12.3");
    check_override("{'all': {'repository': 'reg/x//'}}", "cluster-api", "e.io/a/b/c:1",
                   "reg/x//c:1");
    check_override("{'all': {'name': 'n', 'tag': 'a b'}}", "cluster-api", "e.io/a/c",
                   "e.io/a/n:a b");
}

static void test_045__a_tag_for_one_component__leaves_the_others(void **state)
{
    (void)state;
    static const char images[] = "{'infrastructure-openstack': {'tag': 't'}}";
    check_override(images, "infrastructure-openstack", "e.io/a:1", "e.io/a:t");
    check_override(images, "cluster-api", "e.io/a:1", "e.io/a:1");
    check_override("{'openstack': {'tag': 't'}}", "infrastructure-openstack", "e.io/a:1",
                   "e.io/a:1");
}

static void test_046__the_nearest_override__wins(void **state)
{
    (void)state;
    static const char images[] =
        "{'all': {'repository': 'r1', 'tag': 't1'}, 'cluster-api': {'repository': 'r2'},"
        " 'cluster-api/cluster-api-controller': {'repository': 'r3'}}";
    check_override(images, "cluster-api", "e.io/cluster-api-controller:1",
                   "r3/cluster-api-controller:t1");
    check_override(images, "cluster-api", "e.io/other:1", "r2/other:t1");
    check_override(images, "bootstrap-kubeadm", "e.io/other:1", "r1/other:t1");
}

static void test_048__a_digest__survives_another_tag(void **state)
{
    (void)state;
    check_override("{'all': {'tag': 't'}}", "x", "e.io/a:1@" DIGEST, "e.io/a:t@" DIGEST);
}

static void check_failure(const char *objects_text, const char *message)
{
    auto_error struct error *err = NULL;
    auto_capi_config struct capi_config *config = config_of("{}");
    json_auto_t *objects = json_of(objects_text);
    assert_int_equal(capi_images_override(objects, "x", config, &err), -1);
    assert_error_text(&err, ERROR_PARSE, message);
}

static void test_override__of_a_wrong_image__says_where(void **state)
{
    (void)state;
    check_failure(
        "[{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'd'},"
        " 'spec': {'template': {'spec': {'containers': [{'name': 'c', 'image': 'x'}]}}}}]",
        "failed to fix containers in deployment d: failed to fix containers: failed to "
        "fix image for container c: couldn't parse image name: repository name must be "
        "canonical");
    check_failure("[{'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'metadata': {'name': 'd'},"
                  " 'spec': {'template': {'spec': {'initContainers': [{'name': 'c'}]}}}}]",
                  "failed to fix containers in deamonSet d: failed to fix init containers: failed "
                  "to fix image for container c: couldn't parse image name: invalid reference "
                  "format");
    check_failure("[{'apiVersion': 'extensions/v1beta1', 'kind': 'Deployment'}]",
                  "converting (v1beta1.Deployment) to (v1.Deployment): unknown conversion");
    check_failure("[{'kind': 'Deployment'}]",
                  "converting (.Deployment) to (v1.Deployment): unknown conversion");
}

static void test_override__of_other_kinds__leaves_them(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_strv struct strv images = {0};
    auto_capi_config struct capi_config *config = config_of("{'all': {'tag': 't'}}");
    json_auto_t *objects =
        json_of("[{'kind': 'StatefulSet', 'spec': {'template': {'spec': {'containers':"
                " [{'image': 'nginx'}]}}}}, {'apiVersion': 'apps/v1', 'kind': 'DaemonSet', 'spec':"
                " {'template': {'spec': {'containers': [{'image': 'e.io/b:1'}, {'image':"
                " 'e.io/a:1'}], 'initContainers': [{'image': 'e.io/b:1'}]}}}}]");
    assert_ok(capi_images_override(objects, "x", config, &err), &err);
    capi_images_list(objects, &images);
    assert_strv(&images, " ", "e.io/a:t e.io/b:t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse__of_canonical_references__gives_their_parts),
        cmocka_unit_test(test_047__a_reference_that_is_not_written_in_full__is_refused),
        sandbox_test(test_044__a_repository_for_all__replaces_what_stands_before_the_name),
        sandbox_test(test_045__a_tag_for_one_component__leaves_the_others),
        sandbox_test(test_046__the_nearest_override__wins),
        sandbox_test(test_048__a_digest__survives_another_tag),
        sandbox_test(test_override__of_a_wrong_image__says_where),
        sandbox_test(test_override__of_other_kinds__leaves_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
