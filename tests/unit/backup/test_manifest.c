#include "support/unit.h"

#include "backup/manifest_read.h"
#include "backup/manifest_write.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/sample.h"

#define FORMAT "\"format\":\"capi-backup/1\""

static void refused(const char *text, const char *message)
{
    struct error *err = NULL;
    size_t objects = 7;
    assert_null(backup_manifest_read(text, strlen(text), &err));
    assert_error(&err, ERROR_PARSE, message);
    assert_null(backup_manifest_glance(text, strlen(text), &objects, &err));
    assert_error(&err, ERROR_PARSE, message);
}

static void test_manifest__of_another_shape__is_refused(void **state)
{
    (void)state;
    refused("", "no JSON object");
    refused("[]", "no JSON object");
    refused("{\"a\":1", "no JSON object");
    refused("{}", "format of another type is not known");
    refused("{\"format\":1}", "format of another type is not known");
    refused("{\"format\":\"capi-backup/2\"}", "format capi-backup/2 is not known here");
    refused("{" FORMAT "}", "objects");
    refused("{" FORMAT ",\"objects\":{}}", "objects");
    refused("{" FORMAT ",\"objects\":[]}", "crds");
}

static void test_manifest__a_name_twice__is_refused_when_it_counts(void **state)
{
    (void)state;
    static const char text[] = "{" FORMAT ",\"objects\":[],\"crds\":[],\"crds\":[]}";
    struct error *err = NULL;
    assert_null(backup_manifest_read(text, strlen(text), &err));
    assert_error(&err, ERROR_PARSE, "no JSON object");
}

static void test_manifest__at_a_glance__objects_are_counted(void **state)
{
    (void)state;
    static const char text[] = "{" FORMAT ",\"objects\":[{\"path\":\"a\"},{}],\"crds\":[1]}";
    struct error *err = NULL;
    size_t objects = 0;
    json_auto_t *manifest = backup_manifest_glance(text, strlen(text), &objects, &err);
    assert_no_error(err);
    assert_int_equal(objects, 2);
    assert_int_equal(json_array_size(json_object_get(manifest, "objects")), 0);
    assert_int_equal(json_array_size(json_object_get(manifest, "crds")), 1);
}

static void test_manifest__written__has_its_keys_in_order(void **state)
{
    (void)state;
    auto_buf struct buf out = {0}, entries = {0};
    struct error *err = NULL;
    json_auto_t *head = json_pack("{s:b, s:s, s:s}", "z", 1, "a \"b\"", "\xc3\xa4", "objectt", "");
    buf_add_str(&entries, "{\"path\":\"x\"},{}");
    assert_int_equal(backup_manifest_write(&out, head, &entries, &err), 0);
    assert_string_equal(buf_str(&out),
                        "{\"a \\\"b\\\"\":\"\xc3\xa4\",\"objects\":[{\"path\":\"x\"},{}],"
                        "\"objectt\":\"\",\"z\":true}\n");
    buf_clear(&out);
    buf_clear(&entries);
    assert_int_equal(backup_manifest_write(&out, head, &entries, &err), 0);
    assert_non_null(strstr(buf_str(&out), "\"objects\":[],"));
}

static void test_manifest__of_a_draft__is_one_that_is_read(void **state)
{
    (void)state;
    auto_sample struct sample sample;
    auto_backup_draft struct backup_draft draft;
    auto_buf struct buf text = {0};
    struct error *err = NULL;
    sample_init(&sample);
    sample_draft(&sample, &draft, true);
    assert_int_equal(backup_draft_manifest(&draft, &text, &err), 0);
    json_auto_t *manifest = backup_manifest_read(text.data, text.size, &err);
    assert_no_error(err);
    json_t *objects = json_object_get(manifest, "objects");
    assert_int_equal(json_array_size(objects), sample.count);
    /* By identity: Cluster, Machine, Secret have groups "cluster.x-k8s.io" and "". */
    const json_t *secret = json_array_get(objects, 0);
    assert_string_equal(js_str(secret, "why", NULL), "extra");
    assert_string_equal(json_string_value(json_array_get(json_object_get(secret, "modified"), 0)),
                        "label:clusterctl.cluster.x-k8s.io/move");
    const json_t *machine = json_array_get(objects, 2);
    assert_string_equal(js_str(machine, "kind", NULL), "Machine");
    assert_string_equal(json_string_value(json_array_get(json_object_get(machine, "owners"), 0)),
                        "u-1");
    assert_false(js_true(machine, "sensitive", NULL));
    assert_true(js_true(secret, "sensitive", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest__of_another_shape__is_refused),
        cmocka_unit_test(test_manifest__a_name_twice__is_refused_when_it_counts),
        cmocka_unit_test(test_manifest__at_a_glance__objects_are_counted),
        cmocka_unit_test(test_manifest__written__has_its_keys_in_order),
        cmocka_unit_test(test_manifest__of_a_draft__is_one_that_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
