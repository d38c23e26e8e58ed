/* What an archive is asked before anybody relies on it. */
#include "support/unit.h"

#include "archive/tar_write.h"
#include "backup/check.h"
#include "backup/members.h"
#include "backup/pack.h"
#include "base/base64.h"
#include "base/str.h"
#include "fakes/fake_pki.h"
#include "json/js_get.h"
#include "unit/backup/sample.h"

#define META(NAME) "\"metadata\":{\"name\":\"" NAME "\",\"namespace\":\"n\",\"uid\":\"u-" NAME "\""
#define CLUSTER                                                                                    \
    "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"kind\":\"Cluster\"," META(                     \
        "one") "},\"spec\":{}}"

/* What is found in a directory of these objects, "…; …;" in the order of names. */
static char *problems_of(const char *const *objects, size_t count, json_t **expires)
{
    auto_backup_members struct backup_members members = {0};
    auto_backup_contents struct backup_contents contents = {0};
    const struct backup_read_options options = {0};
    auto_buf struct buf tar = {0};
    auto_buf struct buf text = {0};
    auto_strv struct strv problems;
    struct error *err = NULL;
    strv_init(&problems);
    const struct sink sink = sink_of_buf(&tar);
    struct tar_writer *writer = tar_writer_new(&sink, 0);
    for (size_t i = 0; i < count; i++) {
        auto_free char *name = xasprintf("%zu.yaml", i);
        assert_int_equal(tar_writer_file(writer, name, 0600, objects[i], strlen(objects[i]), &err),
                         0);
    }
    assert_int_equal(tar_writer_finish(writer, &err), 0);
    tar_writer_free(writer);
    assert_int_equal(backup_members_unpack(&members, tar.data, tar.size, &err), 0);
    int result = backup_contents_read(&contents, &members, &options, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    assert_int_equal(backup_check(&contents, &problems, &err), 0);
    for (size_t i = 0; i < problems.count; i++)
        buf_printf(&text, "%s;", problems.items[i]);
    if (expires)
        *expires = backup_expires(&contents);
    return xstrdup(buf_str(&text));
}

/* A Secret of Cluster API's with up to two keys; values are plain. */
static char *secret_of(const char *name, const char *type, const char *key, const char *value,
                       const char *other, const char *other_value)
{
    auto_free char *first = base64_encode(value, strlen(value));
    auto_free char *second =
        other_value ? base64_encode(other_value, strlen(other_value)) : xstrdup("");
    return xasprintf(
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"%s\",\"metadata\":{"
        "\"name\":\"%s\",\"namespace\":\"n\",\"uid\":\"u-%s\"},\"data\":{\"%s\":\"%s\"%s%s%s%s%s}}",
        type, name, name, key, first, other ? ",\"" : "", other ? other : "", other ? "\":\"" : "",
        other ? second : "", other ? "\"" : "");
}

static void found(const char *secret, const char *problem)
{
    const char *objects[] = {secret};
    auto_free char *text = problems_of(objects, 1, NULL);
    if (!strstr(text, problem))
        print_message("%s\n", text);
    assert_non_null(strstr(text, problem));
    assert_null(strstr(text, "planted"));
}

static void silent(const char *secret)
{
    const char *objects[] = {secret};
    auto_free char *text = problems_of(objects, 1, NULL);
    assert_string_equal(text, "");
}

#define OURS "cluster.x-k8s.io/secret"

static void test_093__keys_and_certificates__have_to_fit(void **state)
{
    (void)state;
    struct fake_pair one = fake_pair_new("one", NULL, NULL, 0);
    struct fake_pair two = fake_pair_new("two", NULL, NULL, 0);
    auto_free char *locked = fake_encrypted_key(one.key);
    auto_free char *good =
        secret_of("one-ca", OURS, "tls.crt", one.certificate, "tls.key", one.key);
    auto_free char *other =
        secret_of("one-ca", OURS, "tls.crt", one.certificate, "tls.key", two.key);
    auto_free char *bad =
        secret_of("one-ca", OURS, "tls.crt", one.certificate, "tls.key", "planted");
    auto_free char *none = secret_of("one-ca", OURS, "tls.crt", one.certificate, "x", "planted");
    auto_free char *hidden =
        secret_of("one-ca", OURS, "tls.crt", one.certificate, "tls.key", locked);
    auto_free char *garbage = secret_of("one-ca", OURS, "tls.crt", "planted", "tls.key", one.key);
    auto_free char *bare =
        secret_of("one-sa", OURS, "tls.crt", "-----BEGIN PUBLIC KEY-----", "tls.key", one.key);
    silent(good);
    silent(bare);
    found(other, "Secret n/one-ca: tls.key belongs to another certificate;");
    found(bad, "Secret n/one-ca: tls.key is no private key;");
    found(none, "Secret n/one-ca: tls.key is missing;");
    found(hidden, "Secret n/one-ca: tls.key is encrypted;");
    found(garbage, "Secret n/one-ca: tls.crt is no certificate;");
    found("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"type\":\"" OURS
          "\"," META("one-ca") "},\"data\":{\"tls.crt\":\"=\"}}",
          "Secret n/one-ca: tls.crt is missing;");
    fake_pair_clear(&one);
    fake_pair_clear(&two);
}

static void test_093__kubeconfigs_and_clouds__have_to_be_some(void **state)
{
    (void)state;
    auto_free char *config =
        secret_of("one-kubeconfig", OURS, "value", "clusters: [{name: c}]", NULL, NULL);
    auto_free char *empty = secret_of("one-kubeconfig", OURS, "value", "planted: [", NULL, NULL);
    auto_free char *none = secret_of("one-kubeconfig", OURS, "x", "planted", NULL, NULL);
    auto_free char *clouds =
        secret_of("one-cloud-config", "Opaque", "clouds.yaml", "clouds: {default: {}}", NULL, NULL);
    auto_free char *no_clouds =
        secret_of("one-cloud-config", "Opaque", "clouds.yaml", "planted", NULL, NULL);
    auto_free char *no_key =
        secret_of("one-cloud-config", "Opaque", "cacert", "planted", NULL, NULL);
    silent(config);
    silent(clouds);
    found(empty, "Secret n/one-kubeconfig: value is no kubeconfig;");
    found(none, "Secret n/one-kubeconfig: value, the kubeconfig, is missing;");
    found(no_clouds, "Secret n/one-cloud-config: clouds.yaml holds no clouds;");
    found(no_key, "Secret n/one-cloud-config: clouds.yaml is missing;");
}

static void test_093__the_cloud_that_is_used__has_to_be_there(void **state)
{
    (void)state;
    auto_free char *clouds =
        secret_of("keys", "Opaque", "clouds.yaml", "clouds: {default: {}}", NULL, NULL);
    const char *objects[] = {
        "{\"apiVersion\":\"infrastructure.cluster.x-k8s.io/"
        "v1beta1\",\"kind\":\"OpenStackCluster\"," META(
            "one") "},\"spec\":{\"identityRef\":{\"name\":\"keys\",\"cloudName\":\"another\"}}}",
        clouds,
    };
    auto_free char *text = problems_of(objects, array_length(objects), NULL);
    assert_non_null(strstr(text, "Secret n/keys: clouds.yaml has no cloud another;"));
}

static void test_093__owners__have_to_be_in_the_archive_and_in_no_circle(void **state)
{
    (void)state;
    static const char *const objects[] = {
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," META(
            "a") ",\"ownerReferences\":[{\"apiVersion\":\"v1\","
                 "\"kind\":\"ConfigMap\",\"name\":\"b\",\"uid\":\"u-b\"}]}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," META(
            "b") ",\"ownerReferences\":[{\"apiVersion\":\"v1\","
                 "\"kind\":\"ConfigMap\",\"name\":\"a\",\"uid\":\"u-a\"}]}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," META(
            "c") ",\"ownerReferences\":[{\"apiVersion\":\"v1\","
                 "\"kind\":\"ConfigMap\",\"name\":\"gone\",\"uid\":\"u-gone\"}]}}",
    };
    auto_free char *text = problems_of(objects, array_length(objects), NULL);
    assert_non_null(strstr(text, "ConfigMap n/a: it owns itself by way of others;"));
    assert_non_null(strstr(text, "ConfigMap n/b: it owns itself by way of others;"));
    assert_non_null(strstr(text, "ConfigMap n/c: its owner ConfigMap gone is not in the archive;"));
}

static void test_093__certificates__are_listed_by_their_end(void **state)
{
    (void)state;
    struct fake_pair late = fake_pair_new("late", NULL, NULL, 86400);
    struct fake_pair soon = fake_pair_new("soon", NULL, NULL, 0);
    auto_free char *first =
        secret_of("late", OURS, "tls.crt", late.certificate, "tls.key", late.key);
    auto_free char *second =
        secret_of("soon", OURS, "tls.crt", soon.certificate, "tls.key", soon.key);
    auto_free char *third = secret_of("none", OURS, "tls.crt", "planted", NULL, NULL);
    const char *objects[] = {CLUSTER, first, second, third};
    json_t *taken = NULL;
    auto_free char *text = problems_of(objects, array_length(objects), &taken);
    json_auto_t *expires = taken;
    assert_int_equal(json_array_size(expires), 2);
    assert_string_equal(js_str(json_array_get(expires, 0), "secret", NULL), "n/soon");
    assert_string_equal(js_str(json_array_get(expires, 1), "secret", NULL), "n/late");
    assert_non_null(strstr(text, "Cluster n/one: Secret n/one-ca is not in the archive;"));
    fake_pair_clear(&late);
    fake_pair_clear(&soon);
}

#define LACKS "Cluster magnum-system/one: Secret magnum-system/one-ca is not in the archive"

static void test_093__a_cluster_that_never_came_up__may_lack_its_secrets(void **state)
{
    (void)state;
    for (int ready = 0; ready < 2; ready++) {
        auto_buf struct buf packed = {0};
        auto_backup_members struct backup_members members = {0};
        auto_backup_contents struct backup_contents contents = {0};
        const struct backup_read_options options = {0};
        auto_strv struct strv problems;
        struct error *err = NULL;
        strv_init(&problems);
        sample_archive(&packed, false);
        assert_int_equal(backup_members_unpack(&members, packed.data, packed.size, &err), 0);
        assert_int_equal(backup_contents_read(&contents, &members, &options, &err), 0);
        json_object_set_new(contents.manifest, "clusters",
                            json_pack("[{ss sb}]", "uid", "u-1", "ready", ready));
        assert_int_equal(backup_check(&contents, &problems, &err), 0);
        assert_int_equal(strv_contains(&problems, LACKS), ready);
        assert_int_equal(strv_contains(&contents.warnings, LACKS), !ready);
    }
}

/* ---- packing: whoever takes the bytes may fail at any moment */

struct narrow {
    size_t left;
};

static int add_some(void *context, const void *bytes, size_t length, struct error **err)
{
    (void)bytes;
    struct narrow *narrow = context;
    if (length <= narrow->left) {
        narrow->left -= length;
        return 0;
    }
    error_make(err, ERROR_IO, "full");
    return -1;
}

static void test_048__a_sink_that_is_full_at_any_moment__is_an_error(void **state)
{
    (void)state;
    auto_buf struct buf whole = {0};
    sample_archive(&whole, true);
    for (size_t room = 0; room < whole.size; room += 64) {
        auto_sample struct sample sample;
        auto_backup_draft struct backup_draft draft;
        struct narrow narrow = {.left = room};
        const struct sink sink = {.add = add_some, .context = &narrow};
        struct error *err = NULL;
        sample_init(&sample);
        sample_draft(&sample, &draft, true);
        assert_int_equal(backup_pack(&draft, 1788138123, &sink, &err), -1);
        assert_error(&err, ERROR_IO, "full");
    }
}

static void test_pack_check__another_archive__is_not_what_was_written(void **state)
{
    (void)state;
    auto_buf struct buf plain = {0}, with_texts = {0};
    auto_sample struct sample sample;
    auto_backup_draft struct backup_draft draft;
    struct error *err = NULL;
    sample_archive(&plain, false);
    sample_archive(&with_texts, true);
    sample_init(&sample);
    sample_draft(&sample, &draft, false);
    assert_int_equal(backup_pack_check(&draft, plain.data, plain.size, &err), 0);
    assert_int_equal(backup_pack_check(&draft, with_texts.data, with_texts.size, &err), -1);
    assert_error(&err, ERROR_PARSE, "what was written does not read back");
    draft.count++; /* a file more than there is */
    draft.files[draft.count - 1] = draft.files[0];
    int result = backup_pack_check(&draft, plain.data, plain.size, &err);
    draft.count--;
    assert_int_equal(result, -1);
    assert_error(&err, ERROR_PARSE, "members are missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_093__keys_and_certificates__have_to_fit),
        cmocka_unit_test(test_093__kubeconfigs_and_clouds__have_to_be_some),
        cmocka_unit_test(test_093__the_cloud_that_is_used__has_to_be_there),
        cmocka_unit_test(test_093__owners__have_to_be_in_the_archive_and_in_no_circle),
        cmocka_unit_test(test_093__certificates__are_listed_by_their_end),
        cmocka_unit_test(test_093__a_cluster_that_never_came_up__may_lack_its_secrets),
        cmocka_unit_test(test_048__a_sink_that_is_full_at_any_moment__is_an_error),
        cmocka_unit_test(test_pack_check__another_archive__is_not_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
