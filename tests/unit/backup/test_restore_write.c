/* One object that is refused, or of which it is in doubt whether it was made. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/clock.h"
#include "base/str.h"
#include "unit/backup/sample.h"
#include "unit/backup/world.h"

#define INVALID                                                                                    \
    "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\",\"message\":\"planted secret\","     \
    "\"details\":{\"causes\":[{\"field\":\"spec.a\",\"reason\":\"FieldValueInvalid\","             \
    "\"message\":\"planted secret\"},{\"field\":\"spec.b\"}]}}"

static void test_087__a_refusal__names_fields_and_quotes_nothing(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_CLUSTERS, .status = 422, .body = INVALID});
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message,
                           "Cluster magnum-system/one: the server refuses it (Invalid, "
                           "HTTP 422): spec.a (FieldValueInvalid), spec.b (invalid)"));
    assert_null(strstr(err->message, "planted"));
    error_clear(&err);
    assert_int_equal(world_asked(&world, "POST " SAMPLE_MACHINES), 0);
    assert_int_equal(world.restore.resumed, 0);
    world_end(&world);
}

static void test_088__a_refusal_by_rules_of_access__is_quoted(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_CLUSTERS,
                              .status = 403,
                              .body = "{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\","
                                      "\"message\":\"user cannot create clusters\"}"});
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "(Forbidden, HTTP 403): user cannot create clusters"));
    error_clear(&err);
    world_end(&world);
}

static void test_070__an_answer_that_is_lost__is_looked_after(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(
        &world, {.when = "POST " SAMPLE_CLUSTERS, .times = 1, .fault = FAKE_CLOSE},
        {.when = "GET " SAMPLE_CLUSTERS "/one", .times = 1, .status = 404, .body = "{}"});
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world_asked(&world, "POST " SAMPLE_CLUSTERS), 2);
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
    struct world world;
    struct error *err = NULL;
    long long start = clock_now_ms();
    world_begin_rows(
        &world, {.when = "POST " SAMPLE_CLUSTERS, .times = 2, .status = 500, .body = NO_WEBHOOK});
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world_asked(&world, "POST " SAMPLE_CLUSTERS), 3);
    assert_int_equal(world_asked(&world, "GET "), 0);
    assert_true(clock_now_ms() - start >= 400 + 600);
    assert_true(last_of(&world, "POST " SAMPLE_SECRETS) < last_of(&world, "POST " SAMPLE_CLUSTERS));
    assert_int_equal(world.restore.resumed, 1);
    world_end(&world);
}

static void test_070__a_webhook_that_stays_away__is_given_up(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_CLUSTERS, .status = 500, .body = NO_WEBHOOK});
    world.restore.options.attempts = 2;
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_error(&err, ERROR_STATUS,
                 "Cluster magnum-system/one: the server refuses it (InternalError, HTTP 500): an "
                 "admission webhook said so");
    assert_int_equal(world_asked(&world, "POST " SAMPLE_CLUSTERS), 2);
    world_end(&world);
}

/* The live machine: SPEC with what else METADATA says. */
#define MACHINE(METADATA, SPEC)                                                                    \
    "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"kind\":\"Machine\",\"metadata\":{\"name\":"    \
    "\"m\",\"namespace\":\"magnum-system\",\"resourceVersion\":\"12\",\"uid\":\"ours\"" METADATA   \
    "},\"spec\":{\"clusterName\":\"one\"" SPEC "}}"
#define BY_US ",\"managedFields\":[{\"manager\":\"capi-backup\"}]"

/* The machine is there after the first attempt, of which the answer says otherwise. */
static void assert_taken_for_made(struct fake_reply first, unsigned attempts, const char *live)
{
    struct world world;
    struct error *err = NULL;
    first.when = "POST " SAMPLE_MACHINES;
    first.times = 1;
    world_begin_rows(&world, first, {.when = "POST " SAMPLE_MACHINES, .status = 409, .body = "{}"},
                     {.when = "GET " SAMPLE_MACHINES "/m", .body = live});
    /* The client itself repeats what nobody has carried out, or so the answer says. */
    world_connect(&world, &(struct kube_client_options){.retry_timeout_ms = 60000});
    world.restore.options.attempts = attempts;
    int result = backup_restore_run(&world.restore, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    assert_int_equal(world.restore.created, 3);
    assert_int_equal(world.restore.resumed, 1);
    assert_string_equal(world_item(&world, "m")->uid, "ours");
    assert_int_equal(world_item(&world, "m")->step, BACKUP_STEP_CREATE);
    assert_int_equal(world_asked(&world, "GET " SAMPLE_MACHINES), 1);
    world_end(&world);
}

static void test_070__a_gateway_that_hides_a_success__makes_no_second_object(void **state)
{
    (void)state;
    for (unsigned attempts = 1; attempts <= 3; attempts++)
        assert_taken_for_made((struct fake_reply){.status = 504, .body = "{}"}, attempts,
                              MACHINE("", ""));
}

static void test_070__an_answer_that_is_cut_off__is_looked_after_with_one_attempt_too(void **state)
{
    (void)state;
    assert_taken_for_made((struct fake_reply){.fault = FAKE_CLOSE}, 1, MACHINE("", ""));
    assert_taken_for_made(
        (struct fake_reply){
            .status = 201, .body = MACHINE("", ""), .fault = FAKE_CUT, .fault_after = 20},
        1, MACHINE("", ""));
}

static void test_070__what_a_webhook_has_completed__is_ours_by_its_manager(void **state)
{
    (void)state;
    const char *live = MACHINE(BY_US, ",\"defaulted\":true");
    assert_taken_for_made((struct fake_reply){.status = 502, .body = "{}"}, 2, live);
    assert_taken_for_made((struct fake_reply){.status = 502, .body = "{}"}, 1, live);
    assert_taken_for_made(
        (struct fake_reply){.status = 503, .body = "{}", .headers = "Retry-After: 0\r\n"}, 1, live);
}

static void test_070__an_update_whose_answer_is_hidden__is_taken_for_made_if_it_is(void **state)
{
    (void)state;
    for (int made = 0; made < 2; made++) {
        struct world world;
        struct error *err = NULL;
        world_begin_rows(&world, {.when = "PUT " SAMPLE_MACHINES "/m", .status = 504, .body = "{}"},
                         {.when = "GET " SAMPLE_MACHINES "/m",
                          .body = made ? MACHINE("", "") : MACHINE("", ",\"x\":1")});
        world.restore.options.attempts = 1;
        world_item(&world, "m")->step = BACKUP_STEP_UPDATE;
        world_item(&world, "m")->uid = xstrdup("ours");
        world_item(&world, "m")->version = xstrdup("11");
        assert_int_equal(backup_restore_run(&world.restore, &err), made ? 0 : -1);
        assert_int_equal(world.restore.updated, made);
        if (!made)
            assert_error(&err, ERROR_STATUS, "HTTP 504");
        world_end(&world);
    }
}

static void test_071__what_another_restore_has_made_otherwise__is_linked(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_MACHINES, .status = 409, .body = "{}"},
                     {.when = "GET " SAMPLE_MACHINES "/m", .body = MACHINE(BY_US, ",\"x\":1")});
    world.restore.options.attempts = 1;
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world_item(&world, "m")->step, BACKUP_STEP_LINK);
    assert_int_equal(world.restore.created, 2);
    world_end(&world);
}

/* The sample's Cluster, with the mark of a restore. */
#define MARKED(ARCHIVE)                                                                            \
    "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"kind\":\"Cluster\",\"metadata\":{\"name\":"    \
    "\"one\",\"namespace\":\"magnum-system\",\"uid\":\"theirs\",\"labels\":{\"cluster-uuid\":"     \
    "\"U\"},\"annotations\":{\"capi-backup/restoring\":\"" ARCHIVE "\"}},"                         \
    "\"spec\":{\"paused\":true}}"

static void test_071__what_a_restore_of_another_archive_has_made__is_not_resumed(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_CLUSTERS, .status = 409, .body = "{}"},
                     {.when = "GET " SAMPLE_CLUSTERS "/one", .body = MARKED("another")});
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_false(world_item(&world, "one")->differs);
    assert_int_equal(world_item(&world, "one")->step, BACKUP_STEP_LINK);
    assert_int_equal(world.restore.resumed, 0);
    assert_int_equal(world_asked(&world, "PATCH " SAMPLE_CLUSTERS), 0);
    world_end(&world);
}

static void test_071__what_somebody_else_has_made__is_linked(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_MACHINES, .status = 409, .body = "{}"},
                     {.when = "GET " SAMPLE_MACHINES "/m",
                      .body = "{\"metadata\":{\"uid\":\"theirs\"},\"spec\":{\"x\":1}}"});
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 2);
    assert_int_equal(world_item(&world, "m")->step, BACKUP_STEP_LINK);
    assert_string_equal(world_item(&world, "m")->uid, "theirs");
    world_end(&world);
}

static void test_071__what_is_being_deleted__is_neither_taken_nor_linked(void **state)
{
    (void)state;
    static const char dying[] =
        MACHINE(BY_US ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"", "");
    for (int update = 0; update < 2; update++) {
        struct world world;
        struct error *err = NULL;
        world_begin_rows(&world, {.when = "POST " SAMPLE_MACHINES, .status = 409, .body = "{}"},
                         {.when = "PUT " SAMPLE_MACHINES, .status = 409, .body = "{}"},
                         {.when = "GET " SAMPLE_MACHINES "/m", .body = dying});
        if (update) {
            world_item(&world, "m")->step = BACKUP_STEP_UPDATE;
            world_item(&world, "m")->uid = xstrdup("ours");
            world_item(&world, "m")->version = xstrdup("11");
        }
        assert_int_equal(backup_restore_run(&world.restore, &err), -1);
        assert_error(&err, ERROR_STATUS,
                     "Machine magnum-system/m exists and is being deleted: wait until it is gone");
        assert_null(world_item(&world, "m")->uid);
        assert_int_equal(world.restore.created, 2);
        assert_int_equal(world.restore.resumed, 0);
        assert_int_equal(world_asked(&world, "GET "), 1);
        world_end(&world);
    }
}

static void test_071__what_cannot_be_looked_at__is_refused(void **state)
{
    (void)state;
    static const struct row {
        int status;
        const char *body, *said;
        enum error_kind kind;
    } rows[] = {
        {403, "{}", "Machine magnum-system/m: the server refuses it (no reason, HTTP 403)",
         ERROR_STATUS},
        {200, "hello", "is not JSON", ERROR_PARSE},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct world world;
        struct error *err = NULL;
        world_begin_rows(
            &world, {.when = "POST " SAMPLE_MACHINES, .status = 409, .body = "{}"},
            {.when = "GET " SAMPLE_MACHINES "/m", .status = rows[i].status, .body = rows[i].body});
        assert_int_equal(backup_restore_run(&world.restore, &err), -1);
        assert_error(&err, rows[i].kind, rows[i].said);
        world_end(&world);
    }
}

static void test_071__an_answer_that_is_no_object__is_an_error(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_CLUSTERS, .status = 201, .body = "hello"});
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
        cmocka_unit_test(test_070__an_answer_that_is_cut_off__is_looked_after_with_one_attempt_too),
        cmocka_unit_test(test_070__what_a_webhook_has_completed__is_ours_by_its_manager),
        cmocka_unit_test(test_070__an_update_whose_answer_is_hidden__is_taken_for_made_if_it_is),
        cmocka_unit_test(test_071__what_another_restore_has_made_otherwise__is_linked),
        cmocka_unit_test(test_071__what_a_restore_of_another_archive_has_made__is_not_resumed),
        cmocka_unit_test(test_071__what_somebody_else_has_made__is_linked),
        cmocka_unit_test(test_071__what_is_being_deleted__is_neither_taken_nor_linked),
        cmocka_unit_test(test_071__what_cannot_be_looked_at__is_refused),
        cmocka_unit_test(test_071__an_answer_that_is_no_object__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
