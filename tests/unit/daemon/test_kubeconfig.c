#include "daemon/kubeconfig.h"

#include "base/base64.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "json/js_get.h"
#include "support/json_text.h"
#include "support/unit.h"

#define SERVER "https://kube-x.magnum-system:6443"
#define CLUSTER(NAME, ADDRESS)                                                                     \
    "- cluster:\n    server: " ADDRESS "\n    certificate-authority-data: QQ==\n  name: " NAME "\n"
#define OTHER_PARTS                                                                                \
    "contexts:\n- context: {cluster: kube-x, user: u}\n  name: c\ncurrent-context: c\n"            \
    "users:\n- name: u\n  user: {token: secret-token}\n- name: mine\n  user: {exec: {command: "    \
    "yes}}\n"                                                                                      \
    "x-unknown: 012\n"

static json_t *secret_of(const char *text)
{
    auto_free char *value = base64_encode(text, strlen(text));
    return json_pack("{s:{s:s}, s:{s:s}}", "metadata", "resourceVersion", "41", "data", "value",
                     value);
}

/* The text that PATCH writes, owned. */
static char *text_of(const json_t *patch)
{
    struct buf text;
    buf_init(&text);
    const char *value = js_str(patch, "data", "value", NULL);
    struct error *err = NULL;
    assert_int_equal(base64_decode(value, strlen(value), &text, &err), 0);
    return buf_steal(&text);
}

static const struct kubeconfig_change change = {.cluster = "kube-x", .server = SERVER};

static void
test_kubeconfig__another_server__is_replaced_and_all_else_stays(maybe_unused void **state)
{
    json_auto_t *secret = secret_of("kind: Config\nclusters:\n" CLUSTER("first", "https://1.1.1.1")
                                        CLUSTER("kube-x", "https://10.0.0.5:6443") OTHER_PARTS);
    json_auto_t *patch = NULL;
    struct error *err = NULL;
    assert_int_equal(kubeconfig_plan(secret, &change, &patch, &err), 1);
    assert_string_equal(js_str(patch, "metadata", "resourceVersion", NULL), "41");
    auto_free char *text = text_of(patch);
    assert_non_null(strstr(text, "server: " SERVER));
    assert_non_null(strstr(text, "https://1.1.1.1"));
    assert_null(strstr(text, "10.0.0.5"));
    assert_non_null(strstr(text, "token: secret-token"));
    assert_non_null(strstr(text, "command: \"yes\""));
    assert_non_null(strstr(text, "x-unknown"));
    assert_true(strstr(text, "kind:") < strstr(text, "clusters:"));
}

static void test_kubeconfig__no_entry_of_that_name__the_first_is_meant(maybe_unused void **state)
{
    json_auto_t *secret =
        secret_of("clusters:\n" CLUSTER("a", "https://1.1.1.1") CLUSTER("b", "https://2.2.2.2"));
    json_auto_t *patch = NULL;
    struct error *err = NULL;
    assert_int_equal(kubeconfig_plan(secret, &change, &patch, &err), 1);
    auto_free char *text = text_of(patch);
    assert_null(strstr(text, "1.1.1.1"));
    assert_non_null(strstr(text, "2.2.2.2"));
}

static void test_kubeconfig__right_server__is_left_alone(maybe_unused void **state)
{
    json_auto_t *secret = secret_of("clusters:\n" CLUSTER("kube-x", SERVER));
    json_t *patch = NULL;
    struct error *err = NULL;
    assert_int_equal(kubeconfig_plan(secret, &change, &patch, &err), 0);
    assert_null(patch);
}

static void test_kubeconfig__restored__only_from_the_proxys_server(maybe_unused void **state)
{
    struct kubeconfig_change back = {
        .cluster = "kube-x", .server = "https://9.9.9.9:6443", .only_from = SERVER};
    json_auto_t *ours = secret_of("clusters:\n" CLUSTER("kube-x", SERVER));
    json_auto_t *theirs = secret_of("clusters:\n" CLUSTER("kube-x", "https://8.8.8.8"));
    json_auto_t *patch = NULL;
    json_t *none = NULL;
    struct error *err = NULL;
    assert_int_equal(kubeconfig_plan(ours, &back, &patch, &err), 1);
    assert_int_equal(kubeconfig_plan(theirs, &back, &none, &err), 0);
}

static void test_kubeconfig__something_else__is_an_error_without_content(maybe_unused void **state)
{
    static const char *const texts[] = {"", "- secret-token", "a: [secret-token", "clusters: []",
                                        "clusters: [{name: kube-x}]"};
    for (size_t i = 0; i < array_length(texts); i++) {
        json_auto_t *secret = secret_of(texts[i]);
        json_t *patch = NULL;
        struct error *err = NULL;
        assert_int_equal(kubeconfig_plan(secret, &change, &patch, &err), -1);
        assert_null(strstr(err->message, "secret-token"));
        assert_error(&err, ERROR_PARSE, "kubeconfig");
    }
    json_auto_t *empty = json_from("{'metadata': {}}");
    json_t *patch = NULL;
    struct error *err = NULL;
    assert_int_equal(kubeconfig_plan(empty, &change, &patch, &err), -1);
    assert_error(&err, ERROR_PARSE, "kubeconfig");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kubeconfig__another_server__is_replaced_and_all_else_stays),
        cmocka_unit_test(test_kubeconfig__no_entry_of_that_name__the_first_is_meant),
        cmocka_unit_test(test_kubeconfig__right_server__is_left_alone),
        cmocka_unit_test(test_kubeconfig__restored__only_from_the_proxys_server),
        cmocka_unit_test(test_kubeconfig__something_else__is_an_error_without_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
