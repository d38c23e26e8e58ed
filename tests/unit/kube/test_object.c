#include "kube/object.h"

#include "support/json_text.h"

static void check_label(const char *value, const char *label)
{
    struct kube_object object;
    kube_object_init_take(&object, json_from(value));
    auto_free char *got = kube_object_label(&object);
    assert_string_equal(got, label);
    kube_object_clear(&object);
    assert_null(object.value);
}

static void test_object_init__full_object__identity_read(maybe_unused void **state)
{
    struct kube_object object;
    kube_object_init_take(&object, json_from("{'apiVersion':'apps/v1','kind':'Deployment',"
                                             "'metadata':{'name':'a','generateName':'g-',"
                                             "'namespace':'t'}}"));
    assert_string_equal(object.api_version, "apps/v1");
    assert_string_equal(object.kind, "Deployment");
    assert_string_equal(object.name, "a");
    assert_string_equal(object.generate_name, "g-");
    assert_string_equal(object.namespace_, "t");
    assert_null(object.resource.plural);
    kube_object_clear(&object);
}

static void test_object_init__nothing_there_or_of_other_type__null(maybe_unused void **state)
{
    struct kube_object object;
    kube_object_init_take(&object, json_from("{'kind':7,'metadata':{'name':null}}"));
    assert_null(object.api_version);
    assert_null(object.kind);
    assert_null(object.name);
    assert_null(object.generate_name);
    assert_null(object.namespace_);
    kube_object_clear(&object);
}

static void test_object_refresh__value_changed__identity_follows(maybe_unused void **state)
{
    struct kube_object object;
    kube_object_init_take(&object, json_from("{'kind':'A','metadata':{'name':'a'}}"));
    json_object_set_new(json_object_get(object.value, "metadata"), "name", json_string("b"));
    json_object_del(object.value, "kind");
    kube_object_refresh(&object);
    assert_string_equal(object.name, "b");
    assert_null(object.kind);
    kube_object_clear(&object);
}

static void test_object_label__every_form__as_documented(maybe_unused void **state)
{
    check_label("{'kind':'ConfigMap','metadata':{'name':'a','namespace':'t'}}", "ConfigMap t/a");
    check_label("{'kind':'Namespace','metadata':{'name':'t','namespace':''}}", "Namespace t");
    check_label("{'kind':'Pod','metadata':{'generateName':'a-','namespace':'t'}}", "Pod t/a-*");
    check_label("{'kind':'Pod','metadata':{'name':'a','generateName':'g-'}}", "Pod a");
    check_label("{}", "object (no name)");
}

static void check_split(const char *api_version, const char *group, const char *version)
{
    auto_free char *got_group = NULL;
    auto_free char *got_version = NULL;
    kube_split_api_version(api_version, &got_group, &got_version);
    assert_string_equal(got_group, group);
    assert_string_equal(got_version, version);
}

static void test_split_api_version__core_and_group__both_parts(maybe_unused void **state)
{
    check_split("v1", "", "v1");
    check_split("apps/v1", "apps", "v1");
    check_split("cluster.x-k8s.io/v1beta1", "cluster.x-k8s.io", "v1beta1");
}

static bool is_secret(const char *text)
{
    json_auto_t *value = json_from(text);
    return kube_is_secret(value);
}

static void test_is_secret__core_v1_only(maybe_unused void **state)
{
    assert_true(is_secret("{'apiVersion':'v1','kind':'Secret'}"));
    assert_false(is_secret("{'apiVersion':'example.com/v1','kind':'Secret'}"));
    assert_false(is_secret("{'apiVersion':'v1','kind':'ConfigMap'}"));
    assert_false(is_secret("{'kind':'Secret'}"));
    assert_false(kube_is_secret(NULL));
}

static void check_path(const struct kube_resource *resource, const char *namespace_,
                       const char *name, const char *path)
{
    auto_buf struct buf got;
    buf_init(&got);
    kube_resource_path(&got, resource, namespace_, name);
    assert_string_equal(buf_str(&got), path);
}

static void test_resource_path__core_and_group__collections_and_objects(maybe_unused void **state)
{
    const struct kube_resource pods = {
        .group = "", .version = "v1", .plural = "pods", .namespaced = true};
    const struct kube_resource deployments = {
        .group = "apps", .version = "v1", .plural = "deployments", .namespaced = true};
    check_path(&pods, "t", "a", "/api/v1/namespaces/t/pods/a");
    check_path(&pods, "t", NULL, "/api/v1/namespaces/t/pods");
    check_path(&pods, NULL, NULL, "/api/v1/pods");
    check_path(&deployments, "t", "a", "/apis/apps/v1/namespaces/t/deployments/a");
    check_path(&deployments, "", NULL, "/apis/apps/v1/deployments");
}

static void test_012__resource_path__cluster_scoped__namespace_left_out(maybe_unused void **state)
{
    const struct kube_resource namespaces = {.group = "", .version = "v1", .plural = "namespaces"};
    check_path(&namespaces, "t", "a", "/api/v1/namespaces/a");
}

static void test_014__resource_path__special_characters__encoded(maybe_unused void **state)
{
    const struct kube_resource roles = {
        .group = "rbac.authorization.k8s.io", .version = "v1", .plural = "clusterroles"};
    auto_buf struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &roles, NULL, "system:foo bar%/x?y#z");
    const char *name = strrchr(buf_str(&path), '/') + 1;
    assert_null(strpbrk(name, " ?#"));
    assert_non_null(strstr(name, "%20bar%25%2Fx%3Fy%23z"));
}

static void test_group_path__core_and_group(maybe_unused void **state)
{
    auto_free char *core = kube_group_path("", "v1");
    auto_free char *apps = kube_group_path("apps", "v1");
    assert_string_equal(core, "/api/v1");
    assert_string_equal(apps, "/apis/apps/v1");
}

static void test_object_check__without_metadata__is_no_object(maybe_unused void **state)
{
    static const char *const texts[] = {"[1]", "{}", "{'metadata':7}", "{'metadata':[]}",
                                        "{'kind':'Pod'}"};
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_error struct error *err = NULL;
        json_auto_t *value = json_from(texts[i]);
        assert_int_equal(kube_object_check(value, &err), -1);
        assert_int_equal(err->kind, ERROR_PARSE);
    }
    assert_int_equal(kube_object_check(json_null(), NULL), -1);
    json_auto_t *good = json_from("{'metadata':{}}");
    assert_int_equal(kube_object_check(good, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_init__full_object__identity_read),
        cmocka_unit_test(test_object_init__nothing_there_or_of_other_type__null),
        cmocka_unit_test(test_object_refresh__value_changed__identity_follows),
        cmocka_unit_test(test_object_label__every_form__as_documented),
        cmocka_unit_test(test_split_api_version__core_and_group__both_parts),
        cmocka_unit_test(test_is_secret__core_v1_only),
        cmocka_unit_test(test_resource_path__core_and_group__collections_and_objects),
        cmocka_unit_test(test_012__resource_path__cluster_scoped__namespace_left_out),
        cmocka_unit_test(test_014__resource_path__special_characters__encoded),
        cmocka_unit_test(test_group_path__core_and_group),
        cmocka_unit_test(test_object_check__without_metadata__is_no_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
