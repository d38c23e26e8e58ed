#include "support/unit.h"

#include "archive/tar_write.h"
#include "backup/contents.h"
#include "backup/draft.h"
#include "backup/manifest_read.h"
#include "backup/members.h"
#include "backup/pack.h"
#include "base/buf.h"
#include "base/str.h"
#include "json/js_get.h"
#include "support/gzip_whole.h"
#include "unit/backup/sample.h"

enum { BLOCK = 512 };

static const struct backup_read_options strict = {0};

static int read_bytes(const void *bytes, size_t size, struct backup_contents *contents,
                      const struct backup_read_options *options, struct error **err)
{
    auto_backup_members struct backup_members members = {0};
    *contents = (struct backup_contents){0};
    if (backup_members_unpack(&members, bytes, size, err) < 0)
        return -1;
    return backup_contents_read(contents, &members, options, err);
}

/* The tar in an archive of the sample. */
static void sample_tar(struct buf *tar)
{
    auto_buf struct buf packed = {0};
    struct error *err = NULL;
    sample_archive(&packed, true);
    buf_init(tar);
    assert_int_equal(gunzip_whole(packed.data, packed.size, BACKUP_TOTAL_MAX, tar, &err), 0);
}

/* An archive of one file in a folder. */
static void pack_file(struct buf *out, const char *path, const char *text)
{
    struct error *err = NULL;
    buf_init(out);
    const struct sink sink = sink_of_buf(out);
    struct tar_writer *writer = tar_writer_new(&sink, 0);
    assert_int_equal(tar_writer_file(writer, path, 0600, text, strlen(text), &err), 0);
    assert_int_equal(tar_writer_finish(writer, &err), 0);
    tar_writer_free(writer);
}

static void refused(const char *path, const char *text, const char *message)
{
    auto_buf struct buf tar = {0};
    auto_backup_contents struct backup_contents contents = {0};
    struct error *err = NULL;
    pack_file(&tar, path, text);
    assert_int_equal(read_bytes(tar.data, tar.size, &contents, &strict, &err), -1);
    assert_error(&err, ERROR_PARSE, message);
}

static size_t accepted(const char *path, const char *text)
{
    auto_buf struct buf tar = {0};
    auto_backup_contents struct backup_contents contents = {0};
    struct error *err = NULL;
    pack_file(&tar, path, text);
    int result = read_bytes(tar.data, tar.size, &contents, &strict, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    return contents.count;
}

/* ---- */

static void test_archive__what_was_packed__is_read_again(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0};
    auto_backup_contents struct backup_contents contents = {0};
    struct error *err = NULL;
    sample_archive(&packed, true);
    assert_int_equal(read_bytes(packed.data, packed.size, &contents, &strict, &err), 0);
    assert_int_equal(contents.count, 3);
    assert_int_equal(contents.warnings.count, 0);
    const struct capi_node *cluster =
        capi_graph_find(&contents.graph, "cluster.x-k8s.io", "Cluster", "magnum-system", "one");
    assert_non_null(cluster);
    assert_true(cluster->cluster->paused);
    assert_string_equal(js_str(backup_entry(cluster), "path", NULL),
                        "cluster-api-backup/Cluster_magnum-system_one.yaml");
    const struct capi_node *machine = capi_graph_find_uid(&contents.graph, "u-3");
    assert_ptr_equal(machine->owners[0].node, cluster);
}

static void test_046__the_same_input_twice__gives_the_same_bytes(void **state)
{
    (void)state;
    auto_buf struct buf first = {0}, second = {0};
    sample_archive(&first, true);
    sample_archive(&second, true);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
}

/* The folder's files are what the scripts of OpenStack-Ansible look for, and only with osa. */
/* content_sha256 of the sample in a namespace with LABEL, its Cluster paused or not. */
static char *content_of(const char *label, bool paused, const char *by)
{
    auto_sample struct sample sample;
    auto_backup_draft struct backup_draft draft;
    struct error *err = NULL;
    sample_init(&sample);
    for (size_t i = 0; paused && i < sample.count; i++) {
        struct capi_node *node = sample.nodes[i];
        if (!node->cluster)
            continue;
        node->cluster->paused = true;
        node->paused_by = by ? xstrdup(by) : NULL;
        memcpy(strstr(node->text, "false"), " true", strlen("false"));
    }
    json_t *head =
        json_pack("{s[{ss s{ss}}]}", "namespaces", "name", "magnum-system", "labels", "l", label);
    backup_draft_init(&draft);
    assert_int_equal(backup_draft_fill(&draft, sample.nodes, sample.count, head, false, &err), 0);
    return xstrdup(js_str(draft.manifest, "content_sha256", NULL));
}

static void test_057__a_pause_of_the_operator_and_a_label_of_a_namespace__are_content(void **state)
{
    (void)state;
    auto_free char *usual = content_of("a", false, NULL);
    auto_free char *same = content_of("a", false, NULL);
    auto_free char *by_operator = content_of("a", true, NULL);
    auto_free char *by_backup = content_of("a", true, "run");
    auto_free char *labelled = content_of("b", false, NULL);
    assert_string_equal(usual, same);
    assert_string_equal(usual, by_backup);
    assert_string_not_equal(usual, by_operator);
    assert_string_not_equal(usual, labelled);
}

static void test_archive__for_openstack_ansible__has_text_files(void **state)
{
    (void)state;
    for (int osa = 0; osa < 2; osa++) {
        auto_buf struct buf packed = {0};
        auto_backup_members struct backup_members members = {0};
        auto_buf struct buf names = {0};
        struct error *err = NULL;
        sample_archive(&packed, osa);
        assert_int_equal(backup_members_unpack(&members, packed.data, packed.size, &err), 0);
        for (size_t i = 0; i < members.count; i++) {
            const struct backup_member *member = &members.items[i];
            if (str_ends_with(member->path, ".txt"))
                buf_printf(&names, "%s=%s;", strrchr(member->path, '/') + 1, member->bytes);
        }
        assert_string_equal(buf_str(&names), osa ? "cacert-one.txt=CA;clouds-yaml-one.txt=clouds;"
                                                   "cluster-names.txt=one\n;"
                                                 : "");
        assert_string_equal(members.items[0].path, BACKUP_MANIFEST);
        assert_string_equal(members.items[1].path, BACKUP_SUMS);
    }
}

static void test_044__cut_off_at_every_block__is_an_error(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    sample_tar(&tar);
    /* Behind the last member are two blocks of zeros and filling: the end may be missing there. */
    size_t end = tar.size;
    while (end > BLOCK && strspn(tar.data + end - BLOCK, "") == 0 && !tar.data[end - BLOCK] &&
           !memcmp(tar.data + end - BLOCK, tar.data + end - BLOCK + 1, BLOCK - 1))
        end -= BLOCK;
    for (size_t length = 0; length < end; length += BLOCK) {
        auto_backup_contents struct backup_contents contents = {0};
        auto_error struct error *err = NULL;
        if (read_bytes(tar.data, length, &contents, &strict, &err) == 0)
            fail_msg("%zu of %zu bytes were enough", length, tar.size);
    }
}

static void test_044__cut_off_anywhere__is_an_error(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0};
    sample_archive(&packed, true);
    for (size_t length = 0; length < packed.size; length++) {
        auto_backup_contents struct backup_contents contents = {0};
        auto_error struct error *err = NULL;
        if (read_bytes(packed.data, length, &contents, &strict, &err) == 0)
            fail_msg("%zu of %zu bytes were enough", length, packed.size);
    }
}

/* Some bits of gzip's header, and of its tables, do not matter: then what is read is the same. */
static void test_045__a_flipped_bit_anywhere__is_an_error(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0}, tar = {0};
    enum { HEADER = 10, MANY = 50 };
    size_t harmless = 0;
    sample_archive(&packed, true);
    sample_tar(&tar);
    for (size_t i = HEADER; i < packed.size; i++) {
        auto_backup_contents struct backup_contents contents = {0};
        auto_error struct error *err = NULL;
        packed.data[i] = (char)(packed.data[i] ^ 1 << i % 8);
        if (read_bytes(packed.data, packed.size, &contents, &strict, &err) == 0) {
            auto_buf struct buf same = {0};
            assert_int_equal(gunzip_whole(packed.data, packed.size, BACKUP_TOTAL_MAX, &same, &err),
                             0);
            assert_int_equal(same.size, tar.size);
            assert_memory_equal(same.data, tar.data, tar.size);
            harmless++;
        }
        packed.data[i] = (char)(packed.data[i] ^ 1 << i % 8);
    }
    assert_true(harmless * MANY < packed.size);
}

/* In the tar itself, where no CRC of gzip helps: the digests do. */
static void test_045__a_flipped_bit_in_a_file__is_an_error(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    sample_tar(&tar);
    static const char *const words[] = {"u-2", "Y2xvdWRz", "r\",\"sha256", "clouds"};
    for (size_t i = 0; i < array_length(words); i++) {
        auto_backup_contents struct backup_contents contents = {0};
        auto_error struct error *err = NULL;
        char *at = memmem(tar.data, tar.size, words[i], strlen(words[i]));
        if (!at)
            continue;
        *at = (char)(*at ^ 1);
        if (read_bytes(tar.data, tar.size, &contents, &strict, &err) == 0)
            fail_msg("%s was changed", words[i]);
        *at = (char)(*at ^ 1);
    }
}

static void test_043__paths_that_lead_out__are_refused(void **state)
{
    (void)state;
    static const char object[] = "{}";
    refused("../x.yaml", object, "leads out");
    refused("a/../../x.yaml", object, "leads out");
    refused("/etc/x.yaml", object, "leads out");
    refused("a/./x.yaml", object, "leads out");
    refused("a//x.yaml", object, "leads out");
}

static void test_043__a_bomb__is_refused(void **state)
{
    (void)state;
    auto_buf struct buf zeros = {0}, packed = {0};
    auto_backup_contents struct backup_contents contents = {0};
    struct error *err = NULL;
    buf_reserve(&zeros, BACKUP_OBJECT_MAX + 1);
    memset(zeros.data, ' ', BACKUP_OBJECT_MAX + 1);
    zeros.data[BACKUP_OBJECT_MAX + 1] = '\0';
    auto_buf struct buf tar = {0};
    pack_file(&tar, "a/x.yaml", zeros.data);
    gzip_whole(tar.data, tar.size, &packed);
    assert_true(packed.size < BACKUP_OBJECT_MAX / 100);
    assert_int_equal(read_bytes(packed.data, packed.size, &contents, &strict, &err), -1);
    assert_error(&err, ERROR_PARSE, "too large");
}

#define OBJECT(UID, NAME)                                                                          \
    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"" NAME                    \
    "\",\"namespace\":\"n\",\"uid\":\"" UID "\"}}"

static void test_079__files_of_every_form__are_read_or_refused(void **state)
{
    (void)state;
    assert_int_equal(accepted("a/x.yaml", OBJECT("1", "a")), 1);
    assert_int_equal(accepted("x.yaml", OBJECT("1", "a") "\n---\n" OBJECT("2", "b")), 2);
    assert_int_equal(accepted("x.yaml", OBJECT("1", "a") "\n" OBJECT("1", "a")), 1);
    assert_int_equal(accepted("./b/x.yml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n"
                                           "---\n---\n# nothing\n"),
                     1);
    refused("x.yaml", OBJECT("1", "a") "\n---\n" OBJECT("1", "b"), "same uid");
    refused("x.yaml", OBJECT("1", "a") "\n---\n" OBJECT("2", "a"), "same name");
    refused("x.yaml", "[1, \"sesame-open\"]", "document 1 is a list");
    refused("x.yaml", "{\"kind\": \"Secret\"}", "x.yaml: ");
    refused("x.yaml", "", "there is no object");
    refused("x.txt", OBJECT("1", "a"), "not a file of a backup");
    refused("x.yaml", "{\"kind\": sesame-open\"", "x.yaml: ");
}

static void test_087__text_that_cannot_be_read__is_not_quoted(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[1, \"sesame\"]", "{\"kind\": sesame\"", "sesame: [", "{\"a\": \"sesame\", }",
        "\tsesame",        "{\"sesame\": 1}",
    };
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_buf struct buf tar = {0};
        auto_backup_contents struct backup_contents contents = {0};
        auto_error struct error *err = NULL;
        pack_file(&tar, "x.yaml", texts[i]);
        assert_int_equal(read_bytes(tar.data, tar.size, &contents, &strict, &err), -1);
        if (strstr(err->message, "sesame"))
            fail_msg("quoted: %s", err->message);
    }
}

/* What would be attached to it cannot be. */
static void test_079__an_object_without_uid__is_refused_when_others_refer_to_it(void **state)
{
    (void)state;
    refused("x.yaml",
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"}}\n---\n"
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"b\",\"uid\":\"2\","
            "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"name\":\"a\","
            "\"uid\":\"1\"}]}}",
            "has no uid");
}

static void test_061__texts_of_openstack_ansible__become_a_secret(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    auto_backup_contents struct backup_contents contents = {0};
    struct error *err = NULL;
    static const char cluster[] =
        "{\"apiVersion\":\"cluster.x-k8s.io/v1beta1\",\"kind\":\"Cluster\",\"metadata\":{\"name\":"
        "\"k\",\"namespace\":\"n\",\"uid\":\"1\",\"labels\":{\"cluster-uuid\":\"U\"}}}";
    const struct sink sink = sink_of_buf(&tar);
    struct tar_writer *writer = tar_writer_new(&sink, 0);
    assert_int_equal(
        tar_writer_file(writer, "d/Cluster.yaml", 0600, cluster, strlen(cluster), &err), 0);
    assert_int_equal(tar_writer_file(writer, "d/cacert-k.txt", 0600, "", 0, &err), 0);
    assert_int_equal(tar_writer_file(writer, "d/clouds-yaml-k.txt", 0600, "c", 1, &err), 0);
    assert_int_equal(tar_writer_file(writer, "d/clouds-yaml-gone.txt", 0600, "c", 1, &err), 0);
    assert_int_equal(tar_writer_file(writer, "d/cluster-names.txt", 0600, "k\n", 2, &err), 0);
    assert_int_equal(tar_writer_finish(writer, &err), 0);
    tar_writer_free(writer);
    assert_int_equal(read_bytes(tar.data, tar.size, &contents, &strict, &err), 0);
    assert_int_equal(contents.count, 2);
    const struct capi_node *secret =
        capi_graph_find(&contents.graph, "", "Secret", "n", "k-cloud-config");
    assert_string_equal(
        secret->text,
        "{\"apiVersion\":\"v1\",\"data\":{\"clouds.yaml\":\"Yw==\"},\"kind\":\"Secret\","
        "\"metadata\":{\"labels\":{\"cluster-uuid\":\"U\"},\"name\":\"k-cloud-config\","
        "\"namespace\":\"n\"},\"type\":\"Opaque\"}");
    assert_int_equal(contents.warnings.count, 1);
}

static void test_archive__the_manifest_alone__is_found_at_the_beginning(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0}, tar = {0};
    struct error *err = NULL;
    size_t length = 0;
    sample_archive(&packed, false);
    char *text = backup_members_manifest(packed.data, packed.size, &length, &err);
    assert_no_error(err);
    json_auto_t *manifest = backup_manifest_read(text, length, &err);
    assert_non_null(manifest);
    assert_int_equal(json_array_size(json_object_get(manifest, "objects")), 3);
    size_t objects = 0;
    json_auto_t *short_one = backup_manifest_glance(text, length, &objects, &err);
    free(text);
    assert_non_null(short_one);
    assert_int_equal(objects, 3);
    json_object_set_new(manifest, "objects", json_array());
    assert_true(json_equal(manifest, short_one));
    pack_file(&tar, "x.yaml", "{}");
    assert_null(backup_members_manifest(tar.data, tar.size, &length, &err));
    assert_no_error(err);
    assert_null(backup_members_manifest("nothing", 7, &length, &err));
    assert_error(&err, ERROR_PARSE, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_archive__what_was_packed__is_read_again),
        cmocka_unit_test(test_046__the_same_input_twice__gives_the_same_bytes),
        cmocka_unit_test(test_057__a_pause_of_the_operator_and_a_label_of_a_namespace__are_content),
        cmocka_unit_test(test_archive__for_openstack_ansible__has_text_files),
        cmocka_unit_test(test_044__cut_off_at_every_block__is_an_error),
        cmocka_unit_test(test_044__cut_off_anywhere__is_an_error),
        cmocka_unit_test(test_045__a_flipped_bit_anywhere__is_an_error),
        cmocka_unit_test(test_045__a_flipped_bit_in_a_file__is_an_error),
        cmocka_unit_test(test_043__paths_that_lead_out__are_refused),
        cmocka_unit_test(test_043__a_bomb__is_refused),
        cmocka_unit_test(test_079__files_of_every_form__are_read_or_refused),
        cmocka_unit_test(test_087__text_that_cannot_be_read__is_not_quoted),
        cmocka_unit_test(test_079__an_object_without_uid__is_refused_when_others_refer_to_it),
        cmocka_unit_test(test_061__texts_of_openstack_ansible__become_a_secret),
        cmocka_unit_test(test_archive__the_manifest_alone__is_found_at_the_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
