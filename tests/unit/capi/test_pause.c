/* Whose pause it is: what a backup takes back of it, and what it leaves to others. */
#include "capi/pause.h"

#include "fakes/fake_server.h"
#include "unit/capi/objects.h"

#define PATH    "/apis/" CORE "/namespaces/m/"
#define CLUSTER PATH "clusters/one"
#define CLASS   PATH "clusterclasses/class"

/* Metadata of the object that lives, with these annotations. */
#define LIVE(UID, ANNOTATIONS)                                                                     \
    "{\"metadata\":{\"uid\":\"" UID "\",\"annotations\":{" ANNOTATIONS "}}}"
#define BY(RUN)   "\"capi-backup/paused-by\":\"" RUN "\""
#define RESTORING "\"capi-backup/restoring\":\"sum\""

#define ONE    "Cluster/one"
#define MARKED "'annotations':{'capi-backup/restoring':'sum'}"
#define DEAD   "'annotations':{'capi-backup/paused-by':'else:1:1-1'}"
#define DEAD_TOO                                                                                   \
    "'annotations':{'capi-backup/paused-by':'else:1:1-1','capi-backup/restoring':'sum'}"

/* What is sent to take a pause back. */
#define ALL                                                                                        \
    "{\"metadata\":{\"annotations\":{\"capi-backup/paused-by\":null}},\"spec\":{\"paused\":null}}"
#define OURS "{\"metadata\":{\"annotations\":{\"capi-backup/paused-by\":null}}}"
#define BOTH                                                                                       \
    "{\"metadata\":{\"annotations\":{\"capi-backup/paused-by\":null,"                              \
    "\"capi-backup/restoring\":null}},\"spec\":{\"paused\":null}}"

struct bench {
    struct fake_server *server;
    struct kube_config config;
    struct kube_client *client;
    struct capi_kinds kinds;
    struct capi_graph graph;
    struct capi_pause pause;
    struct strv resumed;
};

static void add_kind(struct capi_kinds *kinds, const char *kind, const char *plural)
{
    struct error *err = NULL;
    auto_free char *name = xasprintf("%s.cluster.x-k8s.io", plural);
    json_auto_t *value =
        json_pack("{ss ss ss ss ss ss s[s] sb sb}", "name", name, "group", CAPI_GROUP, "kind", kind,
                  "plural", plural, "scope", "Namespaced", "storage", "v1beta2", "served",
                  "v1beta2", "move", 0, "move_hierarchy", 0);
    assert_int_equal(capi_kinds_add_json(kinds, value, &err), 0);
}

/* Nothing of it is selected yet. */
static void begin(void **state, struct bench *bench, const struct fake_reply *script, size_t count)
{
    auto_free char *directory = sandbox_path(state, "state");
    const struct kube_client_options options = {.max_in_flight = 4, .request_timeout_ms = 60000};
    struct error *err = NULL;
    *bench = (struct bench){.server = fake_server_start(script, count, NULL)};
    bench->config.server = fake_server_url(bench->server, "");
    bench->client = kube_client_new(&bench->config, &options, &err);
    assert_non_null(bench->client);
    add_kind(&bench->kinds, "Cluster", "clusters");
    add_kind(&bench->kinds, "ClusterClass", "clusterclasses");
    capi_graph_init(&bench->graph);
    capi_pause_init(&bench->pause, bench->client, &bench->kinds, directory, "run");
}

static void end(struct bench *bench)
{
    strv_clear(&bench->resumed);
    capi_pause_clear(&bench->pause);
    capi_graph_clear(&bench->graph);
    capi_kinds_clear(&bench->kinds);
    kube_client_free(bench->client);
    kube_config_clear(&bench->config);
    fake_server_stop(bench->server);
}

static struct capi_node *add(struct bench *bench, const char *kind, const char *name,
                             const char *more)
{
    struct capi_node *node = put(&bench->graph, CORE, kind, "m", name, more);
    node->why = CAPI_WHY_FORCE;
    return node;
}

static void pause_all(struct bench *bench)
{
    struct error *err = NULL;
    auto_strv struct strv warnings;
    strv_init(&warnings);
    assert_ok(capi_pause_all(&bench->pause, &bench->graph, 0, &warnings, &err), &err);
    assert_int_equal(warnings.count, 0);
}

static void resume(struct bench *bench)
{
    struct error *err = NULL;
    assert_ok(capi_pause_resume(&bench->pause, &bench->resumed, &err), &err);
    assert_int_equal(json_array_size(bench->pause.entries), 0);
}

/* The patches after the first SKIP, as "PATH BODY" a line. */
static void assert_patches(struct bench *bench, size_t skip, const char *want)
{
    auto_buf struct buf text = {0};
    for (size_t i = 0; i < fake_server_requests(bench->server); i++) {
        auto_free char *request = fake_server_request(bench->server, i);
        if (!str_starts_with(request, "PATCH ") || skip-- > 0)
            continue;
        skip = 0;
        const char *path = request + strlen("PATCH ");
        buf_printf(&text, "%.*s %s\n", (int)strcspn(path, " "), path,
                   strstr(request, "\r\n\r\n") + 4);
    }
    assert_string_equal(buf_str(&text), want);
}

static void test_resume__a_pause_that_others_share__is_left_to_them(void **state)
{
    static const struct {
        const char *live, *patches, *resumed, *kept;
    } rows[] = {
        {LIVE(ONE, BY("run")), CLUSTER " " ALL "\n", "Cluster m/one", ""},
        {LIVE(ONE, BY("run") "," RESTORING), CLUSTER " " OURS "\n", "", "Cluster m/one"},
        {LIVE(ONE, BY("other")), "", "", ""},
        {LIVE(ONE, RESTORING), "", "", ""},
        {LIVE("new", BY("run")), "", "", ""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            {.when = "PATCH ", .body = "{}"},
            {.when = "GET ", .body = rows[i].live},
        };
        struct bench bench;
        begin(state, &bench, script, array_length(script));
        add(&bench, "Cluster", "one", NULL);
        pause_all(&bench);
        resume(&bench);
        assert_patches(&bench, 1, rows[i].patches);
        assert_strv(&bench.resumed, ", ", rows[i].resumed);
        assert_strv(&bench.pause.kept, ", ", rows[i].kept);
        end(&bench);
    }
}

static void test_pause__what_is_paused_or_of_a_restore__is_not_paused(void **state)
{
    static const char *const rows[] = {
        "{'spec':{'paused':true}}", "{'metadata':{'annotations':{'cluster.x-k8s.io/paused':''}}}",
        "{'metadata':{" MARKED "},'spec':{'paused':true}}",
        "{'metadata':{" MARKED "}}", /* resumed by hand: the mark is not ours to take off */
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct bench bench;
        begin(state, &bench, NULL, 0);
        add(&bench, "Cluster", "one", rows[i]);
        pause_all(&bench);
        assert_int_equal(json_array_size(bench.pause.entries), 0);
        assert_int_equal(fake_server_requests(bench.server), 0);
        end(&bench);
    }
}

static void test_find__what_a_dead_run_left__is_resumed_but_for_what_is_of_a_restore(void **state)
{
    static const struct {
        const char *object, *live, *patches, *resumed;
    } rows[] = {
        {DEAD, LIVE(ONE, BY("else:1:1-1")), CLUSTER " " ALL "\n", "Cluster m/one"},
        {DEAD_TOO, LIVE(ONE, BY("else:1:1-1") "," RESTORING), CLUSTER " " OURS "\n", ""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            {.when = "PATCH ", .body = "{}"},
            {.when = "GET ", .body = rows[i].live},
        };
        struct bench bench;
        size_t alive = 0;
        begin(state, &bench, script, array_length(script));
        auto_free char *object =
            xasprintf("{'metadata':{%s},'spec':{'paused':true}}", rows[i].object);
        add(&bench, "Cluster", "one", object);
        capi_pause_find(&bench.pause, &bench.graph, 60, false, &alive);
        assert_int_equal(alive, 0);
        resume(&bench);
        assert_patches(&bench, 0, rows[i].patches);
        assert_strv(&bench.resumed, ", ", rows[i].resumed);
        end(&bench);
    }
}

static void test_find__a_run_that_may_be_alive__is_counted(void **state)
{
    static const struct {
        long long max_age_s;
        bool force;
        size_t alive, found;
    } rows[] = {{60, false, 0, 1}, {1LL << 40, false, 1, 0}, {1LL << 40, true, 0, 1}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct bench bench;
        size_t alive = 0;
        begin(state, &bench, NULL, 0);
        add(&bench, "Cluster", "one", "{'metadata':{" DEAD "}}");
        capi_pause_find(&bench.pause, &bench.graph, rows[i].max_age_s, rows[i].force, &alive);
        assert_int_equal(alive, rows[i].alive);
        assert_int_equal(json_array_size(bench.pause.entries), rows[i].found);
        end(&bench);
    }
}

static void test_add__by_name__both_marks_go(void **state)
{
    const struct fake_reply script[] = {
        {.when = "PATCH ", .body = "{}"},
        {.when = "GET ", .body = LIVE(ONE, BY("else:1:1-1") "," RESTORING)},
    };
    struct bench bench;
    begin(state, &bench, script, array_length(script));
    capi_pause_add(&bench.pause, add(&bench, "Cluster", "one", "{'metadata':{" DEAD_TOO "}}"));
    resume(&bench);
    assert_patches(&bench, 0, CLUSTER " " BOTH "\n");
    assert_strv(&bench.resumed, ", ", "Cluster m/one");
    end(&bench);
}

static void test_025__classes__are_paused_last_and_resumed_first(void **state)
{
    const struct fake_reply script[] = {
        {.when = "PATCH ", .body = "{}"},
        {.when = "GET " CLUSTER, .body = LIVE(ONE, BY("run"))},
        {.when = "GET " CLASS, .body = LIVE("ClusterClass/class", BY("run"))},
    };
    struct bench bench;
    begin(state, &bench, script, array_length(script));
    add(&bench, "ClusterClass", "class", NULL);
    add(&bench, "Cluster", "one", NULL);
    pause_all(&bench);
    auto_free char *journal = sandbox_read(state, "state/quiesce.json");
    assert_contains(journal, "\"name\":\"one\"");
    resume(&bench);
    assert_patches(&bench, 0,
                   CLUSTER " {\"metadata\":{\"annotations\":{\"capi-backup/paused-by\":\"run\"}},"
                           "\"spec\":{\"paused\":true}}\n" CLASS
                           " {\"metadata\":{\"annotations\":{\"capi-backup/paused-by\":\"run\","
                           "\"cluster.x-k8s.io/paused\":\"\"}}}\n" CLASS
                           " {\"metadata\":{\"annotations\":{\"capi-backup/paused-by\":null,"
                           "\"cluster.x-k8s.io/paused\":null}}}\n" CLUSTER " " ALL "\n");
    assert_strv(&bench.resumed, ", ", "ClusterClass m/class, Cluster m/one");
    auto_free char *gone = sandbox_read(state, "state/quiesce.json");
    assert_string_equal(gone, "");
    end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_resume__a_pause_that_others_share__is_left_to_them),
        sandbox_test(test_pause__what_is_paused_or_of_a_restore__is_not_paused),
        sandbox_test(test_find__what_a_dead_run_left__is_resumed_but_for_what_is_of_a_restore),
        sandbox_test(test_find__a_run_that_may_be_alive__is_counted),
        sandbox_test(test_add__by_name__both_marks_go),
        sandbox_test(test_025__classes__are_paused_last_and_resumed_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
