#include "capi/metadata.h"
#include "unit/capi/support.h"

#define HEAD "apiVersion: clusterctl.cluster.x-k8s.io/v1alpha3\nkind: Metadata\n"
#define SERIES                                                                                     \
    "releaseSeries:\n- {major: 1, minor: 10, contract: v1beta1}\n"                                 \
    "- {major: 1, minor: 12, contract: v1beta2}\n- {major: 1, minor: 12, contract: late}\n"        \
    "- {major: 1, minor: 11, contract: v1beta2}\n"

static int parse(const char *text, const char *contract, struct capi_metadata *metadata,
                 struct error **err)
{
    return capi_metadata_parse(metadata, text, strlen(text), "infrastructure-x",
                               capi_generation_find(contract), err);
}

static void check_error(const char *text, const char *contract, const char *part)
{
    auto_error struct error *err = NULL;
    struct capi_metadata metadata = {0};
    assert_int_equal(parse(text, contract, &metadata, &err), -1);
    assert_error(&err, ERROR_PARSE, part);
    assert_null(metadata.series);
}

static void test_find__of_a_version__is_the_first_series_of_its_minor(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_metadata struct capi_metadata metadata = {0};
    assert_ok(parse(HEAD SERIES "more: 1\n", "v1beta2", &metadata, &err), &err);
    const struct capi_version version = {.major = 1, .minor = 12, .patch = 3};
    const struct capi_version other = {.major = 1, .minor = 13};
    assert_string_equal(capi_metadata_find(&metadata, &version)->contract, "v1beta2");
    assert_null(capi_metadata_find(&metadata, &other));
    auto_free char *list = capi_metadata_list(&metadata);
    assert_string_equal(list, "1.10, 1.12, 1.12, 1.11");
}

static void test_newest__of_a_contract__is_the_highest_and_then_the_later(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_metadata struct capi_metadata metadata = {0};
    assert_ok(parse(HEAD SERIES "- {major: 1, minor: 12, contract: v1beta2}\n", "v1beta2",
                    &metadata, &err),
              &err);
    assert_ptr_equal(capi_metadata_newest(&metadata, "v1beta2"), &metadata.series[4]);
    assert_ptr_equal(capi_metadata_newest(&metadata, "v1beta1"), &metadata.series[0]);
    assert_null(capi_metadata_newest(&metadata, "v1alpha4"));
}

static void test_020__an_empty_kind__is_fine(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_metadata struct capi_metadata metadata = {0};
    assert_ok(parse("apiVersion: clusterctl.cluster.x-k8s.io/v1alpha3\n" SERIES, "v1beta2",
                    &metadata, &err),
              &err);
    assert_int_equal(metadata.count, 4);
    check_error("apiVersion: clusterctl.cluster.x-k8s.io/v1alpha3\n" SERIES, "v1beta1",
                "error decoding \"metadata.yaml\" for provider \"infrastructure-x\"");
}

static void test_021__another_type_or_no_series__is_an_error(void **state)
{
    (void)state;
    check_error("apiVersion: clusterctl.cluster.x-k8s.io/v1alpha3\nkind: Foo\n" SERIES, "v1beta2",
                "error decoding \"metadata.yaml\" for provider \"infrastructure-x\": no kind "
                "\"Foo\" is registered for version \"clusterctl.cluster.x-k8s.io/v1alpha3\"");
    check_error("apiVersion: v1\nkind: Metadata\n" SERIES, "v1beta2",
                "no kind \"Metadata\" is registered for version \"v1\"");
    check_error("kind: Metadata\n" SERIES, "v1beta2",
                "invalid provider metadata: unexpected apiVersion \"\" for provider "
                "infrastructure-x (expected \"clusterctl.cluster.x-k8s.io/v1alpha3\")");
    check_error("kind: Metadata\n" SERIES, "v1beta1", "error decoding \"metadata.yaml\"");
    check_error(HEAD, "v1beta2",
                "invalid provider metadata: releaseSeries is empty in metadata.yaml for provider "
                "infrastructure-x");
    auto_error struct error *err = NULL;
    auto_capi_metadata struct capi_metadata metadata = {0};
    assert_ok(parse(HEAD, "v1beta1", &metadata, &err), &err);
    assert_int_equal(metadata.count, 0);
}

static void test_parse__of_broken_text__says_where(void **state)
{
    (void)state;
    static const char begin[] =
        "error decoding \"metadata.yaml\" for provider \"infrastructure-x\"";
    check_error("a: [\n", "v1beta2", begin);
    check_error("a: [\n", "v1beta2", "line 2");
    check_error("- a\n", "v1beta2", "expected a mapping, got list");
    check_error(HEAD "releaseSeries: 3\n", "v1beta2", "expected list, got number");
    check_error(HEAD "releaseSeries: [3]\n", "v1beta2", "each entry has to be");
    check_error(HEAD "releaseSeries: [{major: a}]\n", "v1beta2", "each entry has to be");
    check_error(HEAD "releaseSeries: [{major: -1}]\n", "v1beta2", "each entry has to be");
    check_error(HEAD "releaseSeries: [{major: 1, contract: 3}]\n", "v1beta2",
                "contract: expected string, got number");
    check_error("", "v1beta2", "unexpected apiVersion \"\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find__of_a_version__is_the_first_series_of_its_minor),
        cmocka_unit_test(test_newest__of_a_contract__is_the_highest_and_then_the_later),
        cmocka_unit_test(test_020__an_empty_kind__is_fine),
        cmocka_unit_test(test_021__another_type_or_no_series__is_an_error),
        cmocka_unit_test(test_parse__of_broken_text__says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
