#include "support/unit.h"

#include "backup/members.h"
#include "backup/sums.h"
#include "crypto/digest.h"

/* Members by hand: path, bytes, path, bytes, …, NULL. Borrowed texts become owned. */
static void put(struct backup_members *members, const char *path, const char *bytes)
{
    members->items = xreallocarray(members->items, members->count + 1, sizeof(*members->items));
    members->items[members->count++] = (struct backup_member){
        .path = xstrdup(path), .bytes = xstrdup(bytes), .size = strlen(bytes)};
    members->room = members->count;
}

static char *line(const char *path, const char *bytes)
{
    auto_free char *digest = sha256_hex(bytes, strlen(bytes));
    return xasprintf("%s  %s\n", digest, path);
}

static void fill(struct backup_members *members, const char *sums)
{
    put(members, "MANIFEST.json", "{}");
    put(members, "SHA256SUMS", sums);
    put(members, "cluster-api-backup/a.yaml", "one");
}

static void checked(const char *sums, const char *message)
{
    auto_backup_members struct backup_members members = {0};
    struct error *err = NULL;
    fill(&members, sums);
    int result = backup_sums_check(&members, &err);
    if (!message)
        assert_no_error(err);
    assert_int_equal(result, message ? -1 : 0);
    if (message)
        assert_error(&err, ERROR_PARSE, message);
}

static void test_sums__every_member_with_its_digest__is_good(void **state)
{
    (void)state;
    auto_free char *manifest = line("MANIFEST.json", "{}");
    auto_free char *object = line("cluster-api-backup/a.yaml", "one");
    auto_free char *good = xasprintf("%s%s", manifest, object);
    checked(good, NULL);
}

static void test_sums__what_does_not_fit__is_named(void **state)
{
    (void)state;
    auto_free char *manifest = line("MANIFEST.json", "{}");
    auto_free char *object = line("cluster-api-backup/a.yaml", "one");
    auto_free char *other = line("cluster-api-backup/a.yaml", "two");
    auto_free char *gone = line("cluster-api-backup/b.yaml", "one");
    auto_free char *changed = xasprintf("%s%s", manifest, other);
    auto_free char *missing = xasprintf("%s%s%s", manifest, object, gone);
    auto_free char *twice = xasprintf("%s%s%s", manifest, object, object);
    checked(changed, "a.yaml has another digest");
    checked(missing, "b.yaml is missing");
    checked(twice, "a.yaml is missing");
    checked(manifest, "a.yaml is not in SHA256SUMS");
    checked("abc", "SHA256SUMS has a line of another form");
}

static void test_sums__without_the_file__is_damaged(void **state)
{
    (void)state;
    auto_backup_members struct backup_members members = {0};
    struct error *err = NULL;
    put(&members, "MANIFEST.json", "{}");
    assert_int_equal(backup_sums_check(&members, &err), -1);
    assert_error(&err, ERROR_PARSE, "SHA256SUMS is missing");
}

static void manifest(const char *path, const char *bytes, const char *message)
{
    auto_backup_members struct backup_members members = {0};
    struct error *err = NULL;
    auto_free char *digest = bytes ? sha256_hex(bytes, strlen(bytes)) : NULL;
    json_auto_t *value = json_pack("{s:[{s:s*, s:s*}]}", "objects", "path", path, "sha256", digest);
    fill(&members, "");
    int result = backup_sums_check_manifest(&members, value, &err);
    assert_int_equal(result, message ? -1 : 0);
    if (message)
        assert_error(&err, ERROR_PARSE, message);
}

static void test_sums__the_manifest_and_the_files__have_to_agree(void **state)
{
    (void)state;
    manifest("cluster-api-backup/a.yaml", "one", NULL);
    manifest("cluster-api-backup/a.yaml", "two", "another digest than in the manifest");
    manifest("cluster-api-backup/a.yaml", NULL, "an object without path or digest");
    manifest(NULL, "one", "an object without path or digest");
    manifest("cluster-api-backup/b.yaml", "one", "b.yaml is missing, or twice");
    manifest("MANIFEST.json", "{}", "a.yaml is not in the manifest");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums__every_member_with_its_digest__is_good),
        cmocka_unit_test(test_sums__what_does_not_fit__is_named),
        cmocka_unit_test(test_sums__without_the_file__is_damaged),
        cmocka_unit_test(test_sums__the_manifest_and_the_files__have_to_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
