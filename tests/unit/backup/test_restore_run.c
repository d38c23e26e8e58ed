/* Creating what is missing, when the server answers otherwise than usual. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/clock.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define CORE     "/apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/"
#define CLUSTERS CORE "clusters"
#define MACHINES CORE "machines"
#define SECRETS  "/api/v1/namespaces/magnum-system/secrets"
#define MADE     "{\"metadata\":{\"uid\":\"live\",\"resourceVersion\":\"9\"}}"
#define INVALID                                                                                    \
    "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\",\"message\":\"planted secret\","     \
    "\"details\":{\"causes\":[{\"field\":\"spec.a\",\"reason\":\"FieldValueInvalid\","             \
    "\"message\":\"planted secret\"},{\"field\":\"spec.b\"}]}}"

/* All is created but what the rows of SCRIPT say. */
struct script {
    struct fake_reply rows[12];
    size_t count;
};

static void add(struct script *script, struct fake_reply row)
{
    script->rows[script->count++] = row;
}

static void add_usual(struct script *script)
{
    add(script, (struct fake_reply){.when = "POST ", .status = 201, .body = MADE});
    add(script, (struct fake_reply){.when = "PATCH ", .body = MADE});
}

static void begin(struct world *world, struct script *script)
{
    add_usual(script);
    world_begin(world, script->rows, script->count);
    world->restore.options.attempts = 3;
}

static const struct backup_item *item_named(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->restore.count; i++)
        if (str_equal(world->restore.items[i].node->name, name))
            return &world->restore.items[i];
    fail();
    return NULL;
}

static void test_restore_run__nothing_is_there__all_is_created_and_the_cluster_resumed(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    begin(&world, &script);
    json_object_set_new(world.restore.namespaces, "magnum-system",
                        json_pack("{s{ss}}", "metadata", "name", "magnum-system"));
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 3);
    assert_int_equal(world.restore.resumed, 1);
    assert_int_equal(json_array_size(world.restore.left_paused), 0);
    assert_int_equal(world_asked(&world, "POST /api/v1/namespaces?"), 1);
    assert_int_equal(world_asked(&world, "POST " MACHINES), 1);
    world_end(&world);
}

static void test_restore_run__a_namespace_that_is_refused__is_the_end(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script,
        (struct fake_reply){.when = "POST /api/v1/namespaces?", .status = 403, .body = "{}"});
    begin(&world, &script);
    json_object_set_new(world.restore.namespaces, "magnum-system",
                        json_pack("{s{ss}}", "metadata", "name", "magnum-system"));
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "Namespace magnum-system cannot be created"));
    error_clear(&err);
    assert_int_equal(fake_server_requests(world.server), 1);
    world_end(&world);
}

static void test_087__a_refusal__names_fields_and_quotes_nothing(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script, (struct fake_reply){.when = "POST " CLUSTERS, .status = 422, .body = INVALID});
    begin(&world, &script);
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
    add(&script,
        (struct fake_reply){.when = "POST " CLUSTERS,
                            .status = 403,
                            .body = "{\"kind\":\"Status\",\"code\":403,\"reason\":\"Forbidden\","
                                    "\"message\":\"user cannot create clusters\"}"});
    begin(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "(Forbidden, HTTP 403): user cannot create clusters"));
    error_clear(&err);
    world_end(&world);
}

static void test_074__going_on__leaves_out_what_depends_on_a_refused_object(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script, (struct fake_reply){.when = "POST " CLUSTERS, .status = 422, .body = INVALID});
    begin(&world, &script);
    world.restore.options.go_on = true;
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    error_clear(&err);
    const struct backup_item *machine = item_named(&world, "m");
    assert_int_equal(machine->step, BACKUP_STEP_LEAVE);
    assert_string_equal(machine->reason, "its owner could not be restored");
    assert_int_equal(world.restore.created, 1); /* the credentials */
    world_end(&world);
}

static void leave_out_machine(struct world *world)
{
    world->restore.options.deleting = BACKUP_DELETING_SKIP;
    for (size_t i = 0; i < world->restore.count; i++)
        if (str_equal(world->restore.items[i].node->name, "m"))
            world->restore.items[i].node->deleting = true;
    backup_restore_plan(&world->restore);
    assert_int_equal(item_named(world, "m")->step, BACKUP_STEP_LEAVE);
}

static void test_075__what_was_left_out_as_asked__does_not_keep_its_cluster_paused(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    begin(&world, &script);
    leave_out_machine(&world);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world_asked(&world, "POST " MACHINES), 0);
    assert_int_equal(world.restore.resumed, 1);
    assert_int_equal(json_array_size(world.restore.left_paused), 0);
    world_end(&world);
}

static void test_075__what_was_refused_beside_it__does(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script, (struct fake_reply){.when = "POST " SECRETS, .status = 422, .body = INVALID});
    begin(&world, &script);
    world.restore.options.go_on = true;
    leave_out_machine(&world);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    error_clear(&err);
    assert_int_equal(world.restore.resumed, 0);
    assert_string_equal(js_str(json_array_get(world.restore.left_paused, 0), "reason", NULL),
                        "Secret magnum-system/one-cloud-config is missing");
    world_end(&world);
}

static void test_070__an_answer_that_is_lost__is_looked_after(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script, (struct fake_reply){.when = "POST " CLUSTERS, .times = 1, .fault = FAKE_CLOSE});
    add(&script, (struct fake_reply){
                     .when = "GET " CLUSTERS "/one", .times = 1, .status = 404, .body = "{}"});
    begin(&world, &script);
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
    add(&script, (struct fake_reply){
                     .when = "POST " CLUSTERS, .times = 2, .status = 500, .body = NO_WEBHOOK});
    begin(&world, &script);
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
    add(&script, (struct fake_reply){.when = "POST " CLUSTERS, .status = 500, .body = NO_WEBHOOK});
    begin(&world, &script);
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
    add(&script,
        (struct fake_reply){.when = "POST " MACHINES, .times = 1, .status = 504, .body = "{}"});
    add(&script, (struct fake_reply){.when = "POST " MACHINES, .status = 409, .body = "{}"});
    add(&script, (struct fake_reply){.when = "GET " MACHINES "/m",
                                     .body = "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\","
                                             "\"kind\":\"Machine\",\"metadata\":{\"name\":\"m\","
                                             "\"namespace\":\"magnum-system\",\"uid\":\"ours\"},"
                                             "\"spec\":{\"clusterName\":\"one\"}}"});
    begin(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 3);
    assert_string_equal(item_named(&world, "m")->uid, "ours");
    world_end(&world);
}

static void test_071__what_somebody_else_has_made__is_linked(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script, (struct fake_reply){.when = "POST " MACHINES, .status = 409, .body = "{}"});
    add(&script,
        (struct fake_reply){.when = "GET " MACHINES "/m",
                            .body = "{\"metadata\":{\"uid\":\"theirs\"},\"spec\":{\"x\":1}}"});
    begin(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 2);
    assert_int_equal(item_named(&world, "m")->step, BACKUP_STEP_LINK);
    assert_string_equal(item_named(&world, "m")->uid, "theirs");
    world_end(&world);
}

static void test_071__what_cannot_be_looked_at__is_refused(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script, (struct fake_reply){.when = "POST " MACHINES, .status = 409, .body = "{}"});
    add(&script, (struct fake_reply){.when = "GET " MACHINES "/m", .status = 403, .body = "{}"});
    begin(&world, &script);
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
    add(&script, (struct fake_reply){.when = "POST " CLUSTERS, .status = 201, .body = "hello"});
    begin(&world, &script);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    error_clear(&err);
    assert_int_equal(world.restore.resumed, 0);
    world_end(&world);
}

static void test_084__a_live_cluster__is_paused_with_the_mark_or_not_at_all(void **state)
{
    (void)state;
    struct script script = {.count = 0};
    struct world world;
    struct error *err = NULL;
    add(&script,
        (struct fake_reply){.when = "PATCH " CLUSTERS, .times = 1, .status = 403, .body = "{}"});
    begin(&world, &script);
    for (size_t i = 0; i < world.restore.count; i++)
        if (str_equal(world.restore.items[i].node->kind, "Cluster")) {
            world.restore.items[i].step = BACKUP_STEP_LINK;
            world.restore.items[i].uid = xstrdup("live");
            json_decref(world.restore.paused);
            world.restore.paused = json_pack("[I]", (json_int_t)i + 1);
        }
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "Cluster magnum-system/one cannot be paused"));
    error_clear(&err);
    assert_int_equal(world_asked(&world, "POST "), 0);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 2);
    assert_int_equal(world.restore.resumed, 1);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_restore_run__nothing_is_there__all_is_created_and_the_cluster_resumed),
        cmocka_unit_test(test_restore_run__a_namespace_that_is_refused__is_the_end),
        cmocka_unit_test(test_087__a_refusal__names_fields_and_quotes_nothing),
        cmocka_unit_test(test_088__a_refusal_by_rules_of_access__is_quoted),
        cmocka_unit_test(test_074__going_on__leaves_out_what_depends_on_a_refused_object),
        cmocka_unit_test(test_075__what_was_left_out_as_asked__does_not_keep_its_cluster_paused),
        cmocka_unit_test(test_075__what_was_refused_beside_it__does),
        cmocka_unit_test(test_070__an_answer_that_is_lost__is_looked_after),
        cmocka_unit_test(
            test_070__a_webhook_that_nobody_answers_for__is_waited_for_while_others_go_on),
        cmocka_unit_test(test_070__a_webhook_that_stays_away__is_given_up),
        cmocka_unit_test(test_070__a_gateway_that_hides_a_success__makes_no_second_object),
        cmocka_unit_test(test_071__what_somebody_else_has_made__is_linked),
        cmocka_unit_test(test_071__what_cannot_be_looked_at__is_refused),
        cmocka_unit_test(test_071__an_answer_that_is_no_object__is_an_error),
        cmocka_unit_test(test_084__a_live_cluster__is_paused_with_the_mark_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
