#include "kube/hash.h"

#include "crypto/digest.h"
#include "support/json_text.h"

static void check(const char *object, const char *hash)
{
    json_auto_t *value = json_from(object);
    auto_free char *got = kube_hash(value);
    assert_non_null(got);
    assert_string_equal(got, hash);
}

static void test_112__hash__vectors_of_kubernetes_core__same(maybe_unused void **state)
{
    check("{'kind':'ConfigMap','metadata':{'name':'foo'},'data':{}}", "867km9574f");
    check("{'kind':'ConfigMap','metadata':{'name':'foo'},'data':{'key1':'value1','key2':'value2'}}",
          "gcb75dd9gb");
    check("{'kind':'Secret','metadata':{'name':'foo'},'data':{}}", "949tdgdkgg");
    check("{'kind':'Secret','metadata':{'name':'foo'},'type':'my-type','data':{}}", "dg474f9t76");
    check("{'kind':'Secret','metadata':{'name':'foo'},"
          "'data':{'key1':'dmFsdWUx','key2':'dmFsdWUy'}}",
          "tf72c228m4");
}

static void test_112__hash__order_and_other_members__do_not_count(maybe_unused void **state)
{
    check("{'data':{'key2':'value2','key1':'value1'},'binaryData':{'a':'YQ=='},"
          "'metadata':{'labels':{'x':'y'},'namespace':'t','name':'foo'},'kind':'ConfigMap',"
          "'apiVersion':'v1','immutable':true,'type':'ignored'}",
          "gcb75dd9gb");
    check("{'kind':'Secret','metadata':{'name':'foo'},'data':{},'stringData':{'a':'b'}}",
          "949tdgdkgg");
}

/* The hash of a ConfigMap is that of TEXT. */
static void check_text(const char *object, const char *text)
{
    auto_free char *hash = sha256_hex(text, strlen(text));
    hash[10] = '\0';
    for (char *at = hash; *at; at++)
        *at = *at == '0'   ? 'g'
              : *at == '1' ? 'h'
              : *at == '3' ? 'k'
              : *at == 'a' ? 'm'
              : *at == 'e' ? 't'
                           : *at;
    check(object, hash);
}

static void
test_hash__generated_or_missing_names_and_data__as_python_sees_them(maybe_unused void **state)
{
    check_text("{'kind':'ConfigMap','metadata':{'generateName':'foo-'},'data':{}}",
               "{\"data\":{},\"kind\":\"ConfigMap\",\"generateName\":\"foo-\"}");
    check_text("{'kind':'ConfigMap','metadata':{'name':'','generateName':'foo-'},'data':{}}",
               "{\"data\":{},\"kind\":\"ConfigMap\",\"generateName\":\"foo-\"}");
    check_text("{'kind':'ConfigMap','metadata':{'name':'a','generateName':'foo-'},'data':{}}",
               "{\"data\":{},\"kind\":\"ConfigMap\",\"name\":\"a\"}");
    check_text("{'kind':'ConfigMap','metadata':{}}",
               "{\"data\":\"\",\"kind\":\"ConfigMap\",\"name\":\"\"}");
    check_text("{'kind':'ConfigMap','metadata':{'name':'a'},'data':null}",
               "{\"data\":null,\"kind\":\"ConfigMap\",\"name\":\"a\"}");
}

static void test_hash__special_characters__escaped_as_python_does(maybe_unused void **state)
{
    check_text(
        "{'kind':'ConfigMap','metadata':{'name':'a'},'data':{'b':'é/\\u2028\\t\\u0001','a':'😀'}}",
        "{\"data\":{\"a\":\"\\ud83d\\ude00\",\"b\":\"\\u00e9/\\u2028\\t\\u0001\"},"
        "\"kind\":\"ConfigMap\",\"name\":\"a\"}");
}

static void test_hash__other_kinds__null(maybe_unused void **state)
{
    const char *const others[] = {
        "{'kind':'Deployment','metadata':{'name':'a'}}",
        "{'kind':'Secret','apiVersion':'example.com/v1','metadata':{'name':'a'}}",
        "{'metadata':{'name':'a'}}",
    };
    for (size_t i = 0; i < array_length(others); i++) {
        json_auto_t *value = json_from(others[i]);
        assert_null(kube_hash(value));
    }
    assert_null(kube_hash(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_112__hash__vectors_of_kubernetes_core__same),
        cmocka_unit_test(test_112__hash__order_and_other_members__do_not_count),
        cmocka_unit_test(test_hash__generated_or_missing_names_and_data__as_python_sees_them),
        cmocka_unit_test(test_hash__special_characters__escaped_as_python_does),
        cmocka_unit_test(test_hash__other_kinds__null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
