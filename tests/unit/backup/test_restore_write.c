/* One object that is refused, or of which it is in doubt whether it was made. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/clock.h"
#include "base/str.h"
#include "unit/backup/world.h"

#define CORE     "/apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/"
#define CLUSTERS CORE "clusters"
#define MACHINES CORE "machines"
#define SECRETS  "/api/v1/namespaces/magnum-system/secrets"
#define INVALID                                                                                    \
    "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\",\"message\":\"planted secret\","     \
    "\"details\":{\"causes\":[{\"field\":\"spec.a\",\"reason\":\"FieldValueInvalid\","             \
    "\"message\":\"planted secret\"},{\"field\":\"spec.b\"}]}}"

static void test_087__a_refusal__names_fields_and_quotes_nothing(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script,
               (struct fake_reply){.when = "POST " CLUSTERS, .status = 422, .body = INVALID});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message,
                           "Cluster magnum-system/one: the server refuses it (Invalid, "
                           "HTTP 422): spec.a (FieldValueInvalid), spec.b (invalid)"));
    assert_null(strstr(err->message, "planted"));
    error_clear(&err);
    assert_int_equal(world_asked(&world, "POST " MACHINES), 0);
    assert_int_equal(world.restore.resumed, 0);
    world_end(&world);
}

static void test_088__a_refusal_by_rules_of_access__is_quoted(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script, (struct fake_reply){
                            .when = "POST " CLUSTERS,
                            .status = 403,
                            .body = "{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\","
                                    "\"message\":\"user cannot create clusters\"}"});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "(Forbidden, HTTP 403): user cannot create clusters"));
    error_clear(&err);
    world_end(&world);
}

static void test_070__an_answer_that_is_lost__is_looked_after(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script,
               (struct fake_reply){.when = "POST " CLUSTERS, .times = 1, .fault = FAKE_CLOSE});
    script_add(&script,
               (struct fake_reply){
                   .when = "GET " CLUSTERS "/one", .times = 1, .status = 404, .body = "{}"});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world_asked(&world, "POST " CLUSTERS), 2);
    assert_int_equal(world.restore.created, 3);
    world_end(&world);
}

#define NO_WEBHOOK                                                                                 \
    "{\"kind\":\"Status\",\"code\":500,\"reason\":\"InternalError\",\"message\":\"Internal error " \
    "occurred: failed calling webhook \\\"w\\\": failed to call webhook: Post: EOF\"}"

/* The number of the last request that began with LINE, from 1. */
static size_t last_of(const struct world *world, const char *line)
{
    size_t found = 0;
    for (size_t i = 0; i < fake_server_requests(world->server); i++) {
        auto_free char *text = fake_server_request(world->server, i);
        found = str_starts_with(text, line) ? i + 1 : found;
    }
    return found;
}

static void
test_070__a_webhook_that_nobody_answers_for__is_waited_for_while_others_go_on(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    long long start = clock_now_ms();
    script_add(&script,
               (struct fake_reply){
                   .when = "POST " CLUSTERS, .times = 2, .status = 500, .body = NO_WEBHOOK});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world_asked(&world, "POST " CLUSTERS), 3);
    assert_int_equal(world_asked(&world, "GET "), 0);
    assert_true(clock_now_ms() - start >= 400 + 600);
    assert_true(last_of(&world, "POST " SECRETS) < last_of(&world, "POST " CLUSTERS));
    assert_int_equal(world.restore.resumed, 1);
    world_end(&world);
}

static void test_070__a_webhook_that_stays_away__is_given_up(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script,
               (struct fake_reply){.when = "POST " CLUSTERS, .status = 500, .body = NO_WEBHOOK});
    world_begin_script(&world, &script);
    world.restore.options.attempts = 2;
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "Cluster magnum-system/one"));
    error_clear(&err);
    assert_int_equal(world_asked(&world, "POST " CLUSTERS), 2);
    world_end(&world);
}

static void test_070__a_gateway_that_hides_a_success__makes_no_second_object(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script, (struct fake_reply){
                            .when = "POST " MACHINES, .times = 1, .status = 504, .body = "{}"});
    script_add(&script, (struct fake_reply){.when = "POST " MACHINES, .status = 409, .body = "{}"});
    script_add(&script,
               (struct fake_reply){.when = "GET " MACHINES "/m",
                                   .body = "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\","
                                           "\"kind\":\"Machine\",\"metadata\":{\"name\":\"m\","
                                           "\"namespace\":\"magnum-system\",\"uid\":\"ours\"},"
                                           "\"spec\":{\"clusterName\":\"one\"}}"});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 3);
    assert_string_equal(world_item(&world, "m")->uid, "ours");
    world_end(&world);
}

static void test_071__what_somebody_else_has_made__is_linked(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script, (struct fake_reply){.when = "POST " MACHINES, .status = 409, .body = "{}"});
    script_add(&script, (struct fake_reply){
                            .when = "GET " MACHINES "/m",
                            .body = "{\"metadata\":{\"uid\":\"theirs\"},\"spec\":{\"x\":1}}"});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 2);
    assert_int_equal(world_item(&world, "m")->step, BACKUP_STEP_LINK);
    assert_string_equal(world_item(&world, "m")->uid, "theirs");
    world_end(&world);
}

static void test_071__what_cannot_be_looked_at__is_refused(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script, (struct fake_reply){.when = "POST " MACHINES, .status = 409, .body = "{}"});
    script_add(&script,
               (struct fake_reply){.when = "GET " MACHINES "/m", .status = 403, .body = "{}"});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "Machine magnum-system/m"));
    error_clear(&err);
    world_end(&world);
}

static void test_071__an_answer_that_is_no_object__is_an_error(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    script_add(&script,
               (struct fake_reply){.when = "POST " CLUSTERS, .status = 201, .body = "hello"});
    world_begin_script(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    error_clear(&err);
    assert_int_equal(world.restore.resumed, 0);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_087__a_refusal__names_fields_and_quotes_nothing),
        cmocka_unit_test(test_088__a_refusal_by_rules_of_access__is_quoted),
        cmocka_unit_test(test_070__an_answer_that_is_lost__is_looked_after),
        cmocka_unit_test(
            test_070__a_webhook_that_nobody_answers_for__is_waited_for_while_others_go_on),
        cmocka_unit_test(test_070__a_webhook_that_stays_away__is_given_up),
        cmocka_unit_test(test_070__a_gateway_that_hides_a_success__makes_no_second_object),
        cmocka_unit_test(test_071__what_somebody_else_has_made__is_linked),
        cmocka_unit_test(test_071__what_cannot_be_looked_at__is_refused),
        cmocka_unit_test(test_071__an_answer_that_is_no_object__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
