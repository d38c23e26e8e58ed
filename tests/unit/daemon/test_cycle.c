#include "daemon/cycle.h"

#include "base/clock.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_server.h"
#include "support/temp_dir.h"
#include "support/unit.h"

#define SLICES "/apis/discovery.k8s.io/v1/namespaces/magnum-system/endpointslices"
#define OWN    SLICES "/us.magnum-cluster-api-proxy"
#define PREFIX "magnum-cluster-api.vexxhost.com/"

/* A peer: the slice of a cluster, and the sign of life that owns it. */
#define PEER                                                                                       \
    "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":["                                        \
    "{\"metadata\":{\"name\":\"c-peer\",\"uid\":\"a\",\"resourceVersion\":\"7\",\"labels\":{"      \
    "\"" PREFIX "node\":\"peer\",\"" PREFIX "proxied-cluster\":\"c\",\"" PREFIX                    \
    "proxied-service\":\"true\",\"endpointslice.kubernetes.io/managed-by\":\"magnum-cluster-"      \
    "api-proxy\"}}},"                                                                              \
    "{\"metadata\":{\"name\":\"peer.magnum-cluster-api-proxy\",\"uid\":\"b\","                     \
    "\"resourceVersion\":\"8\",\"labels\":{\"" PREFIX "proxy-alive\":\"peer\"}}}]}"

static const char empty[] = "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}";

enum { CYCLE_MS = 10000, EXPIRY_MS = 30000, OWN_ROW = 0, ROWS = 6 };

struct world {
    struct fake_reply script[ROWS];
    struct fake_server *server;
    struct config config;
    struct cycle cycle;
};

static void write_kubeconfig(const char *path, const struct fake_server *server)
{
    auto_free char *url = fake_server_url(server, "");
    FILE *file = fopen(path, "w");
    fprintf(file,
            "{clusters: [{name: c, cluster: {server: '%s'}}], users: [{name: u, user: {}}],"
            " contexts: [{name: x, context: {cluster: c, user: u}}], current-context: x}\n",
            url);
    fclose(file);
}

static void world_begin(struct world *world, const char *folder, struct fake_reply own)
{
    *world = (struct world){
        .script = {[OWN_ROW] = own,
                   {.when = "GET " OWN, .status = 404, .body = "{}"},
                   {.when = "GET " SLICES, .body = PEER},
                   {.when = "GET /apis/infrastructure.cluster.x-k8s.io/v1beta1", .body = empty},
                   {.when = "GET /apis", .body = "{\"versions\":[{\"version\":\"v1beta1\"}]}"},
                   {.body = empty}},
        .config = {.cycle_ms = CYCLE_MS, .expiry_ms = EXPIRY_MS, .port = 1},
    };
    world->server = fake_server_start(world->script, ROWS, NULL);
    struct config *config = &world->config;
    config->kubeconfig = xasprintf("%s/kubeconfig", folder);
    config->netns_dir = xasprintf("%s/none", folder);
    config->namespace = xstrdup("magnum-system");
    config->hostname = xstrdup("us");
    config->pod_ip = xstrdup("10.1.2.3");
    write_kubeconfig(config->kubeconfig, world->server);
    cycle_init(&world->cycle, config, NULL);
    fake_clock_start();
}

static void world_end(struct world *world)
{
    fake_clock_stop();
    cycle_clear(&world->cycle);
    config_clear(&world->config);
    fake_server_stop(world->server);
}

static int round_of(struct world *world, struct error **err)
{
    struct cycle *cycle = &world->cycle;
    return cycle_connect(cycle, err) < 0 || cycle_look(cycle, err) < 0 || cycle_act(cycle, err) < 0
               ? -1
               : 0;
}

/* The names of what was deleted so far, "x y ". */
static void assert_deleted(struct world *world, const char *expected)
{
    static const char start[] = "DELETE " SLICES "/";
    auto_buf struct buf names;
    buf_init(&names);
    for (size_t i = 0; i < fake_server_requests(world->server); i++) {
        auto_free char *text = fake_server_request(world->server, i);
        if (strncmp(text, start, strlen(start)) == 0)
            buf_printf(&names, "%.*s ", (int)strcspn(text + strlen(start), " "),
                       text + strlen(start));
    }
    assert_string_equal(buf_str(&names), expected);
}

static void rounds(struct world *world, unsigned count, long long pause_ms)
{
    for (unsigned i = 0; i < count; i++) {
        auto_error struct error *error = NULL;
        round_of(world, &error);
        assert_no_error(error);
        fake_clock_advance(pause_ms);
    }
}

static void test_cycle__peer_is_silent__its_sign_goes_and_then_its_slices(void **state)
{
    struct world world;
    world_begin(&world, *state, (struct fake_reply){.when = "none"});
    rounds(&world, 4, CYCLE_MS);
    assert_deleted(&world, "");
    rounds(&world, 1, CYCLE_MS);
    assert_deleted(&world, "peer.magnum-cluster-api-proxy ");
    rounds(&world, 1, CYCLE_MS);
    assert_deleted(&world, "peer.magnum-cluster-api-proxy c-peer ");
    world_end(&world);
}

/* The peer's sign of life, as a watch tells that it was written. */
static void tell_sign(struct world *world)
{
    struct error *error = NULL;
    static const char event[] = "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"peer."
                                "magnum-cluster-api-proxy\","
                                "\"uid\":\"b\",\"resourceVersion\":\"9\",\"labels\":{\"" PREFIX
                                "proxy-alive\":\"peer\"}}}}";
    assert_int_equal(store_event(&world->cycle.slices, event, strlen(event), &error), 0);
}

static void test_cycle__sign_between_two_rounds__counts_from_when_it_came(void **state)
{
    struct world world;
    world_begin(&world, *state, (struct fake_reply){.when = "none"});
    rounds(&world, 1, CYCLE_MS - 1000);
    tell_sign(&world);
    fake_clock_advance(1000);
    assert_false(world.cycle.slices.changed);
    rounds(&world, 3, CYCLE_MS);
    assert_deleted(&world, "");
    rounds(&world, 1, CYCLE_MS); /* 31 s after it */
    assert_deleted(&world, "peer.magnum-cluster-api-proxy ");
    world_end(&world);
}

static void test_cycle__round_in_which_nobody_asked__nobody_is_dead(void **state)
{
    struct world world;
    world_begin(&world, *state, (struct fake_reply){.when = "none"});
    rounds(&world, 3, CYCLE_MS);
    rounds(&world, 2, CYCLE_MS / 2); /* 30 s and 35 s after the first one */
    assert_deleted(&world, "");
    rounds(&world, 1, 0);
    assert_deleted(&world, "peer.magnum-cluster-api-proxy ");
    world_end(&world);
}

static size_t count_asked(struct world *world)
{
    size_t count = 0;
    for (size_t i = 0; i < fake_server_requests(world->server); i++) {
        auto_free char *text = fake_server_request(world->server, i);
        count += strncmp(text, "GET " OWN, strlen("GET " OWN)) == 0;
    }
    return count;
}

static void test_cycle__many_rounds__ask_once_a_cycle(void **state)
{
    struct world world;
    world_begin(&world, *state, (struct fake_reply){.when = "none"});
    rounds(&world, 21, CYCLE_MS / 10);
    assert_int_equal(count_asked(&world), 2);
    assert_int_equal(cycle_due(&world.cycle) - clock_now_ms(), CYCLE_MS - CYCLE_MS / 10);
    world_end(&world);
}

static void test_cycle__after_a_standstill__nobody_is_dead_at_once(void **state)
{
    struct world world;
    world_begin(&world, *state, (struct fake_reply){.when = "none"});
    rounds(&world, 2, 60LL * CYCLE_MS);
    rounds(&world, 2, CYCLE_MS);
    assert_deleted(&world, "");
    world_end(&world);
}

static void test_cycle__api_server_or_its_database_is_silent__is_a_failure(void **state)
{
    static const struct fake_reply rows[] = {
        {.when = "GET " OWN, .fault = FAKE_CLOSE},
        {.when = "GET " OWN, .status = 500, .body = "etcdserver: no leader"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        struct world world;
        world_begin(&world, *state, rows[i]);
        rounds(&world, 1, CYCLE_MS);
        unsigned before = fake_server_connections(world.server);
        assert_int_equal(round_of(&world, &error), -1);
        cycle_lose(&world.cycle);
        rounds(&world, 1, CYCLE_MS);
        assert_true(fake_server_connections(world.server) > before);
        world_end(&world);
    }
}

static void test_cycle__no_right_to_read_the_own_sign_or_throttled__is_an_answer(void **state)
{
    static const int answers[] = {403, 429};
    for (size_t i = 0; i < array_length(answers); i++) {
        struct world world;
        world_begin(&world, *state,
                    (struct fake_reply){.when = "GET " OWN, .status = answers[i], .body = "{}"});
        rounds(&world, 3, CYCLE_MS);
        world_end(&world);
    }
}

static void test_cycle__api_server_was_lost__what_was_refused_is_watched_at_once(void **state)
{
    struct world world;
    world_begin(&world, *state, (struct fake_reply){.when = "none"});
    struct store *slices = &world.cycle.slices;
    slices->cannot_watch = true;
    slices->watch_again_at = clock_deadline_ms(CYCLE_MS);
    cycle_lose(&world.cycle);
    assert_true(clock_passed(slices->watch_again_at));
    world_end(&world);
}

static void test_cycle__sign_was_deleted__clock_is_blamed_only_if_it_was_young(void **state)
{
    static const struct {
        long long expiry_ms, age_ms;
        bool blamed;
    } rows[] = {
        {EXPIRY_MS, 19000, true},
        {EXPIRY_MS, 21000, false},
        {5000, 4000, true},
        {5000, 6000, false}, /* that is what others do with one that gives no sign of life */
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct world world;
        world_begin(&world, *state, (struct fake_reply){.when = "none"});
        world.config.expiry_ms = rows[i].expiry_ms;
        int before = world.cycle.ahead;
        world.cycle.signed_ms = clock_now_ms();
        fake_clock_advance(rows[i].age_ms);
        rounds(&world, 1, 0);
        assert_int_equal(world.cycle.ahead != before, rows[i].blamed);
        world_end(&world);
    }
}

/* It may have been this host: nobody knows what became of the last requests. */
static void test_cycle__sign_is_gone_after_a_loss__no_clock_is_blamed(void **state)
{
    struct world world;
    world_begin(&world, *state, (struct fake_reply){.when = "none"});
    int before = world.cycle.ahead;
    world.cycle.signed_ms = clock_now_ms();
    cycle_lose(&world.cycle);
    rounds(&world, 1, 0);
    assert_int_equal(world.cycle.ahead, before);
    world_end(&world);
}

static void test_cycle__sign__is_ahead_by_ten_seconds_or_a_longer_cycle(maybe_unused void **state)
{
    static const struct {
        long long cycle_ms;
        int ahead;
    } rows[] = {{1000, 10}, {CYCLE_MS, 10}, {60000, 60}};
    for (size_t i = 0; i < array_length(rows); i++) {
        char text[] = "us";
        const struct config config = {.cycle_ms = rows[i].cycle_ms,
                                      .expiry_ms = EXPIRY_MS,
                                      .hostname = text,
                                      .namespace = text};
        auto_cycle struct cycle cycle;
        cycle_init(&cycle, &config, NULL);
        assert_int_equal(cycle.ahead, rows[i].ahead);
    }
}

#define CYCLE_TEST(TEST) cmocka_unit_test_setup_teardown(TEST, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CYCLE_TEST(test_cycle__peer_is_silent__its_sign_goes_and_then_its_slices),
        CYCLE_TEST(test_cycle__sign_between_two_rounds__counts_from_when_it_came),
        CYCLE_TEST(test_cycle__round_in_which_nobody_asked__nobody_is_dead),
        CYCLE_TEST(test_cycle__many_rounds__ask_once_a_cycle),
        CYCLE_TEST(test_cycle__after_a_standstill__nobody_is_dead_at_once),
        CYCLE_TEST(test_cycle__api_server_or_its_database_is_silent__is_a_failure),
        CYCLE_TEST(test_cycle__no_right_to_read_the_own_sign_or_throttled__is_an_answer),
        cmocka_unit_test(test_cycle__sign__is_ahead_by_ten_seconds_or_a_longer_cycle),
        CYCLE_TEST(test_cycle__sign_was_deleted__clock_is_blamed_only_if_it_was_young),
        CYCLE_TEST(test_cycle__sign_is_gone_after_a_loss__no_clock_is_blamed),
        CYCLE_TEST(test_cycle__api_server_was_lost__what_was_refused_is_watched_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
