/* What a manifest, files and their folders may say of each other. */
#include "support/unit.h"

#include "backup/contents.h"
#include "backup/draft.h"
#include "backup/pack.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/sample.h"

static int read_members(struct backup_members *members, struct backup_contents *contents,
                        bool ignore_unknown, struct error **err)
{
    const struct backup_read_options options = {.ignore_unknown = ignore_unknown};
    *contents = (struct backup_contents){0};
    return backup_contents_read(contents, members, &options, err);
}

/* ---- with a manifest */

/* Reads the sample after the manifest lost FROM for TO, of the same length. */
static int read_changed(const char *from, const char *to, json_t *crds_take, struct error **err)
{
    auto_sample struct sample sample;
    auto_backup_draft struct backup_draft draft;
    auto_buf struct buf packed = {0};
    auto_backup_members struct backup_members members = {0};
    auto_backup_contents struct backup_contents contents = {0};
    sample_init(&sample);
    sample_draft(&sample, &draft, false);
    if (crds_take)
        json_object_set_new(draft.manifest, "crds", crds_take);
    if (from) {
        char *place = strstr(buf_str(&draft.entries), from);
        assert_non_null(place);
        memcpy(place, to, strlen(to));
    }
    const struct sink sink = sink_of_buf(&packed);
    assert_int_equal(backup_pack(&draft, 1788138123, &sink, err), 0);
    assert_int_equal(backup_members_unpack(&members, packed.data, packed.size, err), 0);
    return read_members(&members, &contents, false, err);
}

static void test_045__an_object_the_manifest_does_not_speak_of__is_refused(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"\"kind\":\"Machine\"", "\"kind\":\"Machina\""},
        {"\"name\":\"m\"", "\"name\":\"n\""},
        {"\"namespace\":\"magnum-system\"", "\"namespace\":\"magnum-sistem\""},
        {"\"uid\":\"u-3\"", "\"uid\":\"u-4\""},
        {"cluster.x-k8s.io/v1beta2\"", "cluster.x-k8s.io/v1beta1\""},
    };
    struct error *err = NULL;
    assert_int_equal(read_changed(NULL, NULL, NULL, &err), 0);
    for (size_t i = 0; i < array_length(rows); i++) {
        assert_int_equal(read_changed(rows[i][0], rows[i][1], NULL, &err), -1);
        assert_error(&err, ERROR_PARSE, "it is not the object that the manifest speaks of");
    }
}

static void test_079__kinds_of_another_shape__are_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_int_equal(read_changed(NULL, NULL, json_pack("[{ss}]", "name", "x"), &err), -1);
    assert_error(&err, ERROR_PARSE, "MANIFEST.json: crds");
}

/* ---- without one */

static void put(struct backup_members *members, const char *path, const char *text)
{
    members->items = xreallocarray(members->items, members->count + 1, sizeof(*members->items));
    members->items[members->count++] =
        (struct backup_member){.path = xstrdup(path), .bytes = xstrdup(text), .size = strlen(text)};
}

#define OBJECT(KIND, NAME, REST)                                                                   \
    "{\"apiVersion\":\"v1\",\"kind\":\"" KIND "\",\"metadata\":{\"name\":\"" NAME                  \
    "\",\"namespace\":\"n\"}" REST "}"

static void test_079__files_that_hold_no_object__are_refused_or_passed_over(void **state)
{
    (void)state;
    static const char *const paths[] = {"b/y.yaml", "y.yaml", "a/b/y.yaml", "a/y.txt", "a/y"};
    for (size_t i = 0; i < array_length(paths); i++)
        for (int ignore = 0; ignore < 2; ignore++) {
            auto_backup_members struct backup_members members = {0};
            auto_backup_contents struct backup_contents contents = {0};
            struct error *err = NULL;
            put(&members, "a/x.yaml", OBJECT("Secret", "s", ""));
            put(&members, paths[i], OBJECT("Secret", "t", ""));
            int result = read_members(&members, &contents, ignore, &err);
            if (!ignore) {
                assert_int_equal(result, -1);
                assert_error(&err, ERROR_PARSE, paths[i]);
                continue;
            }
            assert_int_equal(result, 0);
            assert_int_equal(contents.count, 1);
            assert_int_equal(contents.warnings.count, 1);
            assert_true(str_starts_with(contents.warnings.items[0], paths[i]));
        }
}

#define STRAY "the credentials of j were passed over: there is no Cluster of that name"

static void
test_061__texts_beside_a_secret__are_told_where_they_differ_and_do_not_count(void **state)
{
    (void)state;
    for (int same = 0; same < 2; same++) {
        auto_backup_members struct backup_members members = {0};
        auto_backup_contents struct backup_contents contents = {0};
        struct error *err = NULL;
        put(&members, "d/Cluster.yaml",
            "{\"apiVersion\":\"cluster.x-k8s.io/v1beta1\",\"kind\":\"Cluster\",\"metadata\":"
            "{\"name\":\"k\",\"namespace\":\"n\",\"uid\":\"1\"}}");
        put(&members, "d/Secret.yaml",
            OBJECT("Secret", "k-cloud-config", ",\"data\":{\"clouds.yaml\":\"Yw==\"}"));
        put(&members, "d/clouds-yaml-k.txt", same ? "c" : "d");
        put(&members, "d/cacert-k.txt", "");
        put(&members, "d/cacert-j.txt", "");
        assert_int_equal(read_members(&members, &contents, false, &err), 0);
        assert_int_equal(contents.count, 2);
        const struct capi_node *secret =
            capi_graph_find(&contents.graph, "", "Secret", "n", "k-cloud-config");
        assert_non_null(strstr(secret->text, "Yw=="));
        auto_free char *told = strv_join(&contents.warnings, "; ");
        assert_string_equal(told, same ? STRAY
                                       : "Secret n/k-cloud-config: the text files beside it hold "
                                         "something else; the object counts; " STRAY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_045__an_object_the_manifest_does_not_speak_of__is_refused),
        cmocka_unit_test(test_079__kinds_of_another_shape__are_refused),
        cmocka_unit_test(test_079__files_that_hold_no_object__are_refused_or_passed_over),
        cmocka_unit_test(
            test_061__texts_beside_a_secret__are_told_where_they_differ_and_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
