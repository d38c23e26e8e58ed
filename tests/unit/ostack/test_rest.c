#include "ostack/password.h"
#include "ostack/rest.h"
#include "unit/ostack/cloudlet.h"

/* Keystone's own requests go to the same server. */
static void begin(struct cloudlet *cloudlet, const struct fake_reply *script, size_t count)
{
    cloudlet_start(cloudlet, script, count, "{}", NULL);
    cloudlet_set(cloudlet, "identity_endpoint_override", "/k");
}

static struct osk_listing listing(enum osk_service service, const char *path, const char *member)
{
    return (struct osk_listing){.service = service, .path = xstrdup(path), .member = member};
}

static void test_rest__collections__are_read_whole_in_each_services_way(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /i/v2/images?name=x&marker=a ", .body = "{\"images\": [{\"id\": \"b\"}]}"},
        {.when = "GET /i/v2/images?name=x ",
         .body = "{\"images\": [{\"id\": \"a\"}], \"next\": \"/v2/images?marker=a&name=x\"}"},
        {.when = "GET /c/v2.1/flavors?marker=1 ", .body = "{\"flavors\": [{\"id\": \"2\"}]}"},
        {.when = "GET /c/v2.1/flavors ",
         .body = "{\"flavors\": [{\"id\": \"1\"}], \"flavors_links\": [{\"rel\": \"next\", "
                 "\"href\": \"http://inner/flavors?marker=1\"}]}"},
        {.when = "GET /k/v3/roles ",
         .body = "{\"roles\": [{\"id\": \"r\"}], \"links\": {\"next\": null}}"},
    };
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    begin(&cloudlet, script, array_length(script));
    struct osk_listing listings[] = {listing(OSK_GLANCE, "/images?name=x", "images"),
                                     listing(OSK_NOVA, "/flavors", "flavors"),
                                     listing(OSK_KEYSTONE, "/roles", "roles")};
    assert_int_equal(osk_listings_read(cloudlet.client, listings, 3, &err), 0);
    assert_null(err);
    assert_int_equal(json_array_size(listings[0].items), 2);
    assert_int_equal(json_array_size(listings[1].items), 2);
    assert_int_equal(json_array_size(listings[2].items), 1);
    assert_int_equal(fake_server_requests(cloudlet.server), 6);
    /* What is there is not asked for again. */
    assert_int_equal(osk_listings_read(cloudlet.client, listings, 3, &err), 0);
    assert_int_equal(fake_server_requests(cloudlet.server), 6);
    for (size_t i = 0; i < array_length(listings); i++)
        osk_listing_clear(&listings[i]);
}

/* Nova's IDs of flavors may hold blanks. */
static void test_rest__a_marker__is_asked_for_as_it_is_meant(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /c/v2.1/flavors?marker=a%20b%2Bc ", .body = "{\"flavors\": [{}]}"},
        {.when = "GET /c/v2.1/flavors ",
         .body = "{\"flavors\": [{}], \"flavors_links\": [{\"rel\": \"next\", \"href\": "
                 "\"http://inner/flavors?limit=1&marker=a+b%2bc&x\"}]}"},
    };
    auto_cloudlet struct cloudlet cloudlet;
    auto_error struct error *err = NULL;
    begin(&cloudlet, script, array_length(script));
    struct osk_listing flavors = listing(OSK_NOVA, "/flavors", "flavors");
    if (osk_listings_read(cloudlet.client, &flavors, 1, &err) < 0)
        fail_msg("%s", err->message);
    assert_int_equal(json_array_size(flavors.items), 2);
    osk_listing_clear(&flavors);
}

static void test_rest__a_listing_that_fails__does_not_keep_the_others_from_being_tried(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /k/v3/users?marker=a ", .body = "{\"users\": [{\"id\": \"b\"}]}"},
        {.when = "GET /k/v3/users ",
         .body = "{\"users\": [{\"id\": \"a\"}], \"links\": {\"next\": \"/?marker=a\"}}"},
        {.when = "GET /k/v3/roles", .status = 403},
        {.when = "GET /i/v2/images/1 ", .body = "{\"id\": \"1\"}"},
        {.when = "GET /i/v2/images/2 ", .status = 404},
        {.when = "GET /c/v2.1/os-keypairs/k ", .body = "{\"keypair\": {\"name\": \"k\"}}"},
        {.when = "GET /c/v2.1/os-keypairs/x ", .body = "{\"keypair\": 1}"},
    };
    auto_cloudlet struct cloudlet cloudlet;
    begin(&cloudlet, script, array_length(script));
    struct osk_listing listings[] = {
        listing(OSK_KEYSTONE, "/roles", "roles"),
        listing(OSK_KEYSTONE, "/users", "users"),
        listing(OSK_GLANCE, "/images/1", ""),
        listing(OSK_GLANCE, "/images/2", ""),
        listing(OSK_NOVA, "/os-keypairs/k", "keypair"),
        listing(OSK_NOVA, "/os-keypairs/x", "keypair"),
    };
    static const size_t found[] = {0, 2, 1, 0, 1, 0};
    for (size_t i = 2; i < array_length(listings); i++)
        listings[i].single = true;
    assert_int_equal(osk_listings_try(cloudlet.client, listings, array_length(listings), NULL), 0);
    assert_error(&listings[0].error, ERROR_AUTH, "Keystone answered 403");
    assert_error(&listings[5].error, ERROR_PARSE, "Nova's answer to GET /os-keypairs/x: keypair");
    for (size_t i = 0; i < array_length(listings); i++) {
        assert_null(listings[i].error);
        assert_int_equal(json_array_size(listings[i].items), found[i]);
        osk_listing_clear(&listings[i]);
    }
}

static void test_rest__answers_of_a_wrong_shape__are_errors(void **state)
{
    (void)state;
    static const char *const bodies[] = {"[]", "{}", "{\"roles\": 1}", "{\"roles\": [1]}",
                                         "{\"roles\": [{}], \"links\": {\"next\": \"?marker=a\"}}"};
    for (size_t i = 0; i < array_length(bodies); i++) {
        const struct fake_reply script[] = {TOKEN("1"), {.when = "GET ", .body = bodies[i]}};
        auto_cloudlet struct cloudlet cloudlet;
        struct error *err = NULL;
        begin(&cloudlet, script, array_length(script));
        struct osk_listing roles = listing(OSK_KEYSTONE, "/roles", "roles");
        assert_int_equal(osk_listings_read(cloudlet.client, &roles, 1, &err), -1);
        assert_error(&err, ERROR_PARSE, i == 4 ? "goes in circles" : "Keystone's answer");
        osk_listing_clear(&roles);
    }
}

static void test_rest__delete__of_what_is_gone_is_no_failure(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               {.when = "DELETE /k/v3/roles/1 ", .status = 204},
                                               {.when = "DELETE /k/v3/roles/2 ", .status = 404},
                                               {.when = "DELETE ", .status = 403}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    begin(&cloudlet, script, array_length(script));
    assert_int_equal(osk_rest_delete_lookup(cloudlet.client, OSK_KEYSTONE, "/roles/1", &err), 1);
    assert_int_equal(osk_rest_delete_lookup(cloudlet.client, OSK_KEYSTONE, "/roles/2", &err), 0);
    assert_int_equal(osk_rest_delete_lookup(cloudlet.client, OSK_KEYSTONE, "/roles/3", &err), -1);
    assert_error(&err, ERROR_AUTH, "Keystone answered 403");
}

static void test_password__answers__are_yes_no_and_second_factor(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "POST /k/v3/auth/tokens?nocatalog ",
         .times = 1,
         .status = 201,
         .headers = "X-Subject-Token: token-of-the-try\r\n",
         .body = "{}"},
        {.when = "POST /k/v3/auth/tokens?nocatalog ", .times = 1, .status = 401},
        {.when = "POST /k/v3/auth/tokens?nocatalog ",
         .times = 1,
         .status = 401,
         .headers = "Openstack-Auth-Receipt: r\r\n"},
        {.when = "POST ", .status = 500}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    begin(&cloudlet, script, array_length(script));
    static const bool wanted[] = {true, false, true};
    for (size_t i = 0; i < array_length(wanted); i++) {
        struct osk_password password = {.user_id = "u", .password = "p"};
        assert_int_equal(osk_passwords_check(cloudlet.client, &password, 1, &err), 0);
        assert_int_equal(password.good, wanted[i]);
    }
    assert_true(strv_contains(&cloudlet.secrets, "token-of-the-try"));
    struct osk_password password = {.user_id = "u", .password = "p"};
    assert_int_equal(osk_passwords_check(cloudlet.client, &password, 1, &err), -1);
    assert_error(&err, ERROR_STATUS, "Keystone answered 500");
    /* Nobody logged in again because of a 401. */
    assert_int_equal(fake_server_requests(cloudlet.server), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rest__collections__are_read_whole_in_each_services_way,
                                        place_enter, place_leave),
        place_test(test_rest__a_marker__is_asked_for_as_it_is_meant),
        place_test(test_rest__a_listing_that_fails__does_not_keep_the_others_from_being_tried),
        cmocka_unit_test_setup_teardown(test_rest__answers_of_a_wrong_shape__are_errors,
                                        place_enter, place_leave),
        cmocka_unit_test_setup_teardown(test_rest__delete__of_what_is_gone_is_no_failure,
                                        place_enter, place_leave),
        cmocka_unit_test_setup_teardown(test_password__answers__are_yes_no_and_second_factor,
                                        place_enter, place_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
