#include "ostack/lookup.h"
#include "unit/ostack/cloudlet.h"

#define UUID1 "11111111-1111-1111-1111-111111111111"

static void test_lookup__names_and_ids__are_asked_for_in_the_services_own_ways(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /i/v2/images?name=eq%3Amy%20image ",
         .body = "{\"images\": [{\"id\": \"" UUID1
                 "\", \"name\": \"my image\"}, {\"id\": \"x\", \"name\": "
                 "\"other\"}]}"},
        {.when = "GET /i/v2/images/" UUID1 " ",
         .body = "{\"id\": \"" UUID1 "\", \"os_distro\": \"u\"}"},
        {.when = "GET /c/v2.1/flavors/detail?is_public=None ",
         .body = "{\"flavors\": [{\"id\": \"7\", \"name\": \"m1\"}], \"flavors_links\": [{\"rel\": "
                 "\"next\", \"href\": \"http://inner/flavors/detail?is_public=None&marker=7\"}]}"},
        {.when = "GET /c/v2.1/flavors/detail?is_public=None&marker=7 ",
         .body = "{\"flavors\": [{\"id\": \"8\", \"name\": \"m2\"}]}"},
        {.when = "GET /n/v2.0/networks?name=net ",
         .body = "{\"networks\": [{\"id\": \"" UUID1 "\", \"name\": \"net\"}]}"},
        {.when = "GET /n/v2.0/networks?id=" UUID1 " ",
         .body = "{\"networks\": [{\"id\": \"" UUID1 "\", \"name\": \"net\"}]}"},
        {.when = "GET /n/v2.0/subnets?name=sub ", .body = "{\"subnets\": []}"},
        {.when = "GET /c/v2.1/os-keypairs/key ", .body = "{\"keypair\": {\"name\": \"key\"}}"},
        {.when = "GET /c/v2.1/os-keypairs/gone ", .status = 404},
    };
    auto_cloudlet struct cloudlet cloudlet;
    struct osk_lookup questions[] = {
        {.kind = OSK_IMAGE, .text = "my image"}, {.kind = OSK_IMAGE, .text = UUID1},
        {.kind = OSK_FLAVOR, .text = "m1"},      {.kind = OSK_FLAVOR, .text = "8"},
        {.kind = OSK_NETWORK, .text = "net"},    {.kind = OSK_NETWORK, .text = UUID1},
        {.kind = OSK_SUBNET, .text = "sub"},     {.kind = OSK_KEYPAIR, .text = "key"},
        {.kind = OSK_KEYPAIR, .text = "gone"},
    };
    static const size_t found[] = {1, 1, 1, 1, 1, 1, 0, 1, 0};
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(osk_lookup_all(cloudlet.client, questions, array_length(questions), NULL), 0);
    for (size_t i = 0; i < array_length(questions); i++) {
        if (questions[i].error)
            fail_msg("question %zu: %s", i, questions[i].error->message);
        assert_int_equal(json_array_size(questions[i].found), found[i]);
    }
    assert_true(osk_lookup_same(&questions[0], &questions[1]));
    assert_true(osk_lookup_same(&questions[4], &questions[5]));
    assert_false(osk_lookup_same(&questions[2], &questions[3]));
    /* The login, and the two pages of flavors once for both of them. */
    assert_int_equal(fake_server_requests(cloudlet.server), 10);
    for (size_t i = 0; i < array_length(questions); i++)
        osk_lookup_clear(&questions[i]);
}

static void
test_lookup__a_service_that_refuses__leaves_an_error_in_its_questions_alone(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /i", .status = 403, .body = "{\"message\": \"not yours\"}"},
        {.when = "GET /c", .body = "{\"flavors\": []}"},
        {.when = "GET /n", .body = "{\"networks\": 5}"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct osk_lookup questions[] = {{.kind = OSK_IMAGE, .text = "i"},
                                     {.kind = OSK_FLAVOR, .text = "f"},
                                     {.kind = OSK_NETWORK, .text = "n"},
                                     {.kind = OSK_PROJECT, .text = "p"}};
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(osk_lookup_all(cloudlet.client, questions, array_length(questions), NULL), 0);
    assert_error(&questions[0].error, ERROR_AUTH, "Glance answered 403 Forbidden");
    assert_null(questions[1].error);
    assert_error(&questions[2].error, ERROR_PARSE, "networks: expected list, got number");
    assert_error(&questions[3].error, ERROR_USAGE, "the token came without a catalog");
    for (size_t i = 0; i < array_length(questions); i++)
        osk_lookup_clear(&questions[i]);
}

static void test_lookup__uuids__are_known_by_their_digits(void **state)
{
    (void)state;
    assert_true(osk_is_uuid(UUID1));
    assert_true(osk_is_uuid("0123456789abcdefABCDEF0123456789"));
    assert_true(osk_is_uuid("urn:uuid:{" UUID1 "}"));
    assert_false(osk_is_uuid("0123456789abcdefABCDEF012345678"));
    assert_false(osk_is_uuid("0123456789abcdefABCDEF012345678g"));
    assert_false(osk_is_uuid(""));
}

static void test_lookup__every_kind__has_a_name(void **state)
{
    (void)state;
    for (int kind = 0; kind < OSK_KINDS; kind++)
        assert_true(*osk_kind_name((enum osk_kind)kind) != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_lookup__names_and_ids__are_asked_for_in_the_services_own_ways),
        place_test(test_lookup__a_service_that_refuses__leaves_an_error_in_its_questions_alone),
        cmocka_unit_test(test_lookup__uuids__are_known_by_their_digits),
        cmocka_unit_test(test_lookup__every_kind__has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
