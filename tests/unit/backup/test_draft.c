/* Nodes become files and a digest. */
#include "support/unit.h"

#include "backup/draft.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/sample.h"

static json_t *head(void)
{
    return json_pack("{ss}", "created", "2026-08-31T01:02:03Z");
}

static char *content_of(const char *text)
{
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    json_auto_t *value = json_loads(text, 0, NULL);
    assert_int_equal(backup_content(value, &out, &err), 0);
    return buf_steal(&out);
}

static void test_057__content__is_what_does_not_change_by_itself(void **state)
{
    (void)state;
    auto_free char *whole = content_of(
        "{\"status\":{\"phase\":\"x\"},\"spec\":{\"a\":\"<\",\"status\":1},\"metadata\":{\"uid\":"
        "\"u\",\"resourceVersion\":\"7\",\"name\":\"n\",\"managedFields\":[],\"generation\":3,"
        "\"labels\":{\"generation\":\"1\"}}}");
    assert_string_equal(whole, "{\"metadata\":{\"labels\":{\"generation\":\"1\"},\"name\":\"n\","
                               "\"uid\":\"u\"},\"spec\":{\"a\":\"\\u003c\",\"status\":1}}");
}

static void test_046__nodes_in_any_order__give_the_same_and_lose_their_texts(void **state)
{
    (void)state;
    char *content[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        auto_sample struct sample sample;
        auto_backup_draft struct backup_draft draft;
        struct error *err = NULL;
        size_t size = 0;
        sample_init(&sample);
        if (i) {
            struct capi_node *first = sample.nodes[0];
            sample.nodes[0] = sample.nodes[2];
            sample.nodes[2] = first;
        }
        backup_draft_init(&draft);
        assert_int_equal(backup_draft_fill(&draft, sample.nodes, 3, head(), true, &err), 0);
        for (size_t k = 0; k < 3; k++)
            assert_null(sample.nodes[k]->text);
        for (size_t k = 0; k < draft.count; k++) {
            size += draft.files[k].size;
            assert_true(k == 0 || strcmp(draft.files[k - 1].name, draft.files[k].name) < 0);
        }
        assert_true(draft.count > 3); /* those of OpenStack-Ansible are sorted in */
        assert_int_equal(backup_draft_size(&draft), size);
        content[i] = xstrdup(js_str(draft.manifest, "content_sha256", NULL));
    }
    assert_string_equal(content[0], content[1]);
    free(content[0]);
    free(content[1]);
}

static void test_draft__an_object_that_cannot_be_read_again__is_named(void **state)
{
    (void)state;
    static const char *const kinds[] = {"Secret", "Cluster", "Machine"};
    static const char *const labels[] = {
        "Secret magnum-system/one-cloud-config: ", "Cluster magnum-system/one: ",
        "Machine magnum-system/m: "};
    for (size_t i = 0; i < array_length(kinds); i++) {
        auto_sample struct sample sample;
        auto_backup_draft struct backup_draft draft;
        auto_error struct error *err = NULL;
        sample_init(&sample);
        for (size_t k = 0; k < 3; k++)
            if (str_equal(sample.nodes[k]->kind, kinds[i]))
                sample.nodes[k]->text[1] = 'x';
        backup_draft_init(&draft);
        assert_int_equal(backup_draft_fill(&draft, sample.nodes, 3, head(), false, &err), -1);
        assert_true(str_starts_with(err->message, labels[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_057__content__is_what_does_not_change_by_itself),
        cmocka_unit_test(test_046__nodes_in_any_order__give_the_same_and_lose_their_texts),
        cmocka_unit_test(test_draft__an_object_that_cannot_be_read_again__is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
