#include "capi/migrate.h"

#include "support/json_text.h"
#include "support/unit.h"

#define CURRENT                                                                                    \
    "{'metadata':{'name':'x.g'},'spec':{'versions':[{'name':'v1','storage':false},"                \
    "{'name':'v2','storage':true}]},'status':{'storedVersions':"

static int needed(const char *current, const char *wanted, struct error **err)
{
    const char *version = NULL;
    json_auto_t *one = json_from(current);
    json_auto_t *other = json_from(wanted);
    return capi_migrate_needed(one, other, &version, err);
}

static void test_migrate_needed__only_the_storage_version_stored__no(maybe_unused void **state)
{
    auto_error struct error *err = NULL;
    assert_int_equal(needed(CURRENT "['v2']}}", "{'spec':{'versions':[{'name':'v2'}]}}", &err), 0);
}

static void test_migrate_needed__an_old_version_stored__yes(maybe_unused void **state)
{
    auto_error struct error *err = NULL;
    const char *version = NULL;
    json_auto_t *current = json_from(CURRENT "['v1','v2']}}");
    json_auto_t *wanted = json_from("{'spec':{'versions':[{'name':'v2'}]}}");
    assert_int_equal(capi_migrate_needed(current, wanted, &version, &err), 1);
    assert_string_equal(version, "v2");
}

static void test_migrate_needed__storage_version_dropped__error(maybe_unused void **state)
{
    struct error *err = NULL;
    assert_int_equal(needed(CURRENT "['v2']}}", "{'spec':{'versions':[{'name':'v3'}]}}", &err), -1);
    assert_error(&err, ERROR_USAGE,
                 "unable to upgrade CRD \"x.g\" because the new CRD does not contain the storage "
                 "version \"v2\"");
}

static void test_migrate_needed__no_storage_version__error(maybe_unused void **state)
{
    struct error *err = NULL;
    assert_int_equal(needed("{'metadata':{'name':'x.g'}}", "{}", &err), -1);
    assert_error(&err, ERROR_USAGE, "could not find storage version for CRD \"x.g\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_migrate_needed__only_the_storage_version_stored__no),
        cmocka_unit_test(test_migrate_needed__an_old_version_stored__yes),
        cmocka_unit_test(test_migrate_needed__storage_version_dropped__error),
        cmocka_unit_test(test_migrate_needed__no_storage_version__error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
