#include "ostack/catalog.h"
#include "unit/ostack/place.h"

#define HEX "0123456789abcdef0123456789abcdef"
#define ENDPOINT(INTERFACE, REGION, URL)                                                           \
    "{'interface': '" INTERFACE "', 'region_id': '" REGION "', 'region': '" REGION                 \
    "', 'url': '" URL "'}"
#define ENTRY(TYPE, ENDPOINTS) "{'type': '" TYPE "', 'name': 'x', 'endpoints': [" ENDPOINTS "]}"
#define BOTH_TYPES                                                                                 \
    ENTRY("container-infra", ENDPOINT("public", "A", "http://alias"))                              \
    "," ENTRY("container-infrastructure-management", ENDPOINT("public", "A", "http://official"))
#define REGIONS                                                                                    \
    ENTRY("container-infra",                                                                       \
          ENDPOINT("internal", "A", "http://a-int") "," ENDPOINT(                                  \
              "public", "A", "http://a") "," ENDPOINT("public", "B", "http://b"))

static const struct row {
    const char *config;
    const char *catalog; /* items of the list */
    const char *url;     /* NULL: none */
    const char *error;
} rows[] = {
    /* which type */
    {"{'interface': 'public'}", BOTH_TYPES, "http://official/v1", NULL},
    {"{'interface': 'public', 'container_infra_service_type': 'container-infra'}", BOTH_TYPES,
     "http://alias/v1", NULL},
    {"{'interface': 'public'}", ENTRY("container-infra", ENDPOINT("public", "A", "http://alias")),
     "http://alias/v1", NULL},
    {"{'interface': 'public'}", ENTRY("container", ENDPOINT("public", "A", "http://old")),
     "http://old/v1", NULL},
    {"{'interface': 'public', 'container_infra_service_type': 'my-magnum'}", BOTH_TYPES, NULL,
     "no endpoint of type my-magnum"},
    {"{'interface': 'public', 'container_infra_service_name': 'y'}", BOTH_TYPES, NULL,
     "types offered: container-infra, container-infrastructure-management"},
    /* which interface */
    {"{'interface': 'internalURL'}", REGIONS, "http://a-int/v1", NULL},
    {"{'interface': ['admin', 'internal', 'public']}", REGIONS, "http://a-int/v1", NULL},
    {"{'interface': ['admin', 'public', 'internal']}", REGIONS, "http://a/v1", NULL},
    {"{'interface': 'public', 'container_infra_interface': 'internal'}", REGIONS, "http://a-int/v1",
     NULL},
    {"{'interface': 'admin'}", REGIONS, NULL,
     "interface admin, region any in the catalog of project demo (types offered: container-infra; "
     "endpoints of Magnum: internal in A, public in A, public in B)"},
    /* which region */
    {"{'interface': 'public', 'region_name': 'B'}", REGIONS, "http://b/v1", NULL},
    {"{'interface': 'public', 'region_name': ''}", REGIONS, "http://a/v1", NULL},
    {"{'interface': 'public', 'region_name': 'b'}", REGIONS, NULL, "region b"},
    {"{'interface': 'public', 'region_name': 'A', 'container_infra_region_name': 'B'}", REGIONS,
     "http://b/v1", NULL},
    /* overrides */
    {"{'container_infra_endpoint_override': 'http://two/', "
     "'container_infrastructure_management_endpoint_override': 'http://one'}",
     "", "http://one/v1", NULL},
    {"{'container_infra_endpoint_override': 'http://two/', 'container_infra_endpoint': 'http://3'}",
     "", "http://two/v1", NULL},
    {"{'container_infra_endpoint': 'http://three'}", "", "http://three/v1", NULL},
    {"{'auth_type': 'none', 'auth': {'endpoint': 'http://bare'}}", "", "http://bare/v1", NULL},
    {"{'auth_type': 'admin_token', 'auth': {'url': 'http://bare'}}", "", "http://bare/v1", NULL},
    {"{'auth_type': 'token_endpoint', 'auth': {'endpoint': 'http://bare'}}", "", "http://bare/v1",
     NULL},
    {"{'auth_type': null, 'auth': {'endpoint': 'http://bare'}}", "", "http://bare/v1", NULL},
    {"{'container_infra_endpoint_override': 'ftp://x'}", "", NULL,
     "begin with http:// or https://"},
    {"{'container_infra_endpoint_override': 'http://me:secret@x'}", "", NULL, "hold no user name"},
    {"{'has_container_infrastructure_management': false, "
     "'container_infrastructure_management_disabled_reason': 'too old'}",
     REGIONS, NULL,
     "switched off for this cloud (has_container_infrastructure_management: false): too "
     "old"},
    {"{'interface': 'public'}", "", NULL, "the token came without a catalog"},
};

static void test_catalog__each_row__chooses_that_url(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_free char *text =
            xasprintf("{'project': {'name': 'demo'}, 'catalog': [%s]}", rows[i].catalog);
        json_auto_t *token = quoted(text);
        json_auto_t *config = quoted(rows[i].config);
        auto_free char *url = osk_endpoint(OSK_MAGNUM, config, token, &err);
        if (!rows[i].url)
            assert_error(&err, ERROR_USAGE, rows[i].error);
        else if (!url || strcmp(url, rows[i].url) != 0)
            fail_msg("row %zu: %s, not %s (%s)", i, url ? url : "NULL", rows[i].url,
                     err ? err->message : "no error");
    }
}

static void test_catalog__a_password_in_an_override__stays_out_of_the_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    json_auto_t *config = quoted("{'container_infra_endpoint_override': 'http://me:secret@x'}");
    assert_null(osk_endpoint(OSK_MAGNUM, config, NULL, &err));
    assert_lacks(err->message, "secret");
    error_clear(&err);
}

static void test_catalog__urls_with_and_without_version__end_in_one(void **state)
{
    (void)state;
    static const struct {
        enum osk_service service;
        const char *key;
        const char *given;
        const char *url;
    } shapes[] = {
        {OSK_MAGNUM, "container_infra_endpoint_override", "http://h:9511", "http://h:9511/v1"},
        {OSK_MAGNUM, "container_infra_endpoint_override", "http://h:9511/v1", "http://h:9511/v1"},
        {OSK_MAGNUM, "container_infra_endpoint_override", "http://h/m/v1/", "http://h/m/v1"},
        {OSK_MAGNUM, "container_infra_endpoint_override", "https://h/magnum",
         "https://h/magnum/v1"},
        {OSK_MAGNUM, "container_infra_endpoint_override", "https://v1.example/",
         "https://v1.example/v1"},
        {OSK_GLANCE, "image_endpoint_override", "http://h:9292", "http://h:9292/v2"},
        {OSK_NEUTRON, "network_endpoint_override", "http://h:9696/", "http://h:9696/v2.0"},
        {OSK_MAGNUM, "container_infra_endpoint_override", "http://h/v1/os", "http://h/v1/os/v1"},
        {OSK_MAGNUM, "container_infra_endpoint_override", "http://h/v1/os/v1", "http://h/v1/os/v1"},
        {OSK_NOVA, "compute_endpoint_override", "http://h/v2.1/" HEX, "http://h/v2.1/" HEX},
        {OSK_NOVA, "compute_endpoint_override", "http://h/v2.1/mine/", "http://h/v2.1/mine"},
        {OSK_NOVA, "compute_endpoint_override", "http://h/v2.1/other", "http://h/v2.1/other/v2.1"},
        {OSK_NOVA, "compute_endpoint_override", "http://v1/" HEX, "http://v1/" HEX "/v2.1"},
        {OSK_KEYSTONE, "identity_endpoint_override", "http://h/identity", "http://h/identity/v3"},
    };
    json_auto_t *token = quoted("{'project': {'id': 'mine'}}");
    for (size_t i = 0; i < array_length(shapes); i++) {
        auto_error struct error *err = NULL;
        json_auto_t *config = json_pack("{s:s}", shapes[i].key, shapes[i].given);
        auto_free char *url = osk_endpoint(shapes[i].service, config, token, &err);
        assert_non_null(url);
        assert_string_equal(url, shapes[i].url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalog__each_row__chooses_that_url),
        cmocka_unit_test(test_catalog__a_password_in_an_override__stays_out_of_the_error),
        cmocka_unit_test(test_catalog__urls_with_and_without_version__end_in_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
