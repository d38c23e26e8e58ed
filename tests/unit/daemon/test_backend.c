#include "daemon/backend.h"
#include "support/temp_dir.h"
#include "support/unit.h"

static void strv_of(struct strv *vector, const char *text)
{
    strv_init(vector);
    strv_split(vector, text, ' ');
}

static void test_netns__candidates__in_order_of_preference(void **state)
{
    (void)state;
    static const struct {
        const char *names;
        const char *prefixes;
        const char *want;
    } rows[] = {
        {"qdhcp-id ovnmeta-id id", "ovnmeta-,qdhcp-,", "ovnmeta-id qdhcp-id id"},
        {"qdhcp-id ovnmeta-id", "qdhcp-,ovnmeta-", "qdhcp-id ovnmeta-id"},
        {"x-id b-id qdhcp-id", "ovnmeta-,qdhcp-,", "qdhcp-id b-id x-id"},
        {"qdhcp-other qdhcpid xid id-x", "ovnmeta-,qdhcp-,", ""},
        {"id", "ovnmeta-", "id"},
        {"a-b-id", "ovnmeta-", "a-b-id"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_strv struct strv names;
        auto_strv struct strv prefixes = {0};
        auto_strv struct strv found = {0};
        strv_of(&names, rows[i].names);
        strv_split(&prefixes, rows[i].prefixes, ',');
        netns_choose(&names, "id", &prefixes, &found);
        auto_free char *text = strv_join(&found, " ");
        assert_string_equal(text, rows[i].want);
    }
}

static void test_netns__file_that_is_no_namespace__error_names_it(void **state)
{
    struct error *error = NULL;
    const struct netns_place place = {.directory = *state, .own = -1};
    temp_put(state, "qdhcp-id", "");
    assert_int_equal(netns_socket(&place, "qdhcp-id", 2, NULL, &error), -1);
    assert_error(&error, ERROR_IO, "namespace qdhcp-id");
    assert_int_equal(netns_socket(&place, "absent", 2, NULL, &error), -1);
    assert_error(&error, ERROR_IO, "namespace absent");
}

static void test_verdict__failures_and_successes__two_down_one_up(void **state)
{
    (void)state;
    struct verdict verdict = {0};
    assert_false(verdict_add(&verdict, false));
    assert_int_equal(verdict.state, HEALTH_UNKNOWN);
    assert_true(verdict_add(&verdict, false));
    assert_int_equal(verdict.state, HEALTH_DOWN);
    assert_false(verdict_add(&verdict, false));
    assert_true(verdict_add(&verdict, true));
    assert_int_equal(verdict.state, HEALTH_UP);
    assert_false(verdict_add(&verdict, false));
    assert_false(verdict_add(&verdict, true)); /* the count begins anew */
    assert_false(verdict_add(&verdict, false));
    assert_true(verdict_add(&verdict, false));
}

struct changes {
    unsigned gone;
    unsigned added;
};

static void count_gone(void *context, struct backend *backend)
{
    (void)backend;
    ((struct changes *)context)->gone++;
}

static void count_added(void *context, struct backend *backend)
{
    (void)backend;
    ((struct changes *)context)->added++;
}

static struct routes *table(const char *first, const char *first_address, const char *second)
{
    struct routes *routes = routes_new();
    struct error *error = NULL;
    char address[64];
    snprintf(address, sizeof(address), "%s", first_address);
    struct route_target target = {.address = address, .port = 6443};
    assert_int_equal(routes_add(routes, first, "net", &target, &error), 0);
    if (second)
        assert_int_equal(routes_add(routes, second, "net", &target, &error), 0);
    return routes;
}

static void follow(struct backends *backends, struct routes *routes, struct changes *changes)
{
    struct backends_change change = {.gone = count_gone, .added = count_added, .context = changes};
    *changes = (struct changes){0};
    backends_follow(backends, routes, &change);
    routes_free(routes);
}

static void test_backends__tables__only_what_changed_is_told(void **state)
{
    (void)state;
    struct backends backends = {0};
    struct changes changes;
    follow(&backends, table("b", "10.0.0.1", "a"), &changes);
    assert_int_equal(changes.added, 2);
    const struct backend *b = backends_find(&backends, "b");
    assert_non_null(b);
    follow(&backends, table("b", "10.0.0.1", "c"), &changes);
    assert_int_equal(changes.added, 1);
    assert_int_equal(changes.gone, 1);
    assert_ptr_equal(backends_find(&backends, "b"), b);
    assert_null(backends_find(&backends, "a"));
    follow(&backends, table("b", "10.0.0.2", "c"), &changes); /* another address: anew */
    assert_int_equal(changes.added, 1 + 1);
    follow(&backends, routes_new(), &changes);
    assert_int_equal(changes.gone, 2);
    free(backends.items);
}

static void test_backends__gone_with_connections__lives_until_the_last(void **state)
{
    (void)state;
    struct backends backends = {0};
    struct changes changes;
    follow(&backends, table("b", "10.0.0.1", NULL), &changes);
    struct backend *b = backends_find(&backends, "b");
    b->connections = 1;
    backend_release(b); /* has its place still */
    follow(&backends, routes_new(), &changes);
    assert_null(backends_find(&backends, "b"));
    assert_string_equal(b->route->targets[0].address, "10.0.0.1");
    b->connections = 0;
    backend_release(b); /* the sanitizer sees what is left */
    free(backends.items);
}

static void test_backend__ways__the_best_first_and_each_once(void **state)
{
    (void)state;
    struct backends backends = {0};
    struct changes changes;
    follow(&backends, table("b", "10.0.0.1", NULL), &changes);
    struct backend *b = backends_find(&backends, "b");
    strv_split(&b->candidates, "ovnmeta-net qdhcp-net net", ' ');
    struct netns_id id = {.device = 1, .inode = 1};
    assert_false(backend_worked(b, "qdhcp-net", &id, 0));
    assert_int_equal(backend_ways(b), 3);
    static const struct {
        const char *best;
        const char *ways[3];
    } rows[] = {
        {"qdhcp-net", {"qdhcp-net", "ovnmeta-net", "net"}},
        {"net", {"net", "ovnmeta-net", "qdhcp-net"}}, /* whichever worked last */
        {"gone-net", {"ovnmeta-net", "qdhcp-net", "net"}},
        {NULL, {"ovnmeta-net", "qdhcp-net", "net"}},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        for (size_t way = 0; way < 3; way++)
            assert_string_equal(backend_way(b, rows[i].best, way), rows[i].ways[way]);
    assert_false(backend_worked(b, "qdhcp-net", &id, 0));
    id.inode = 2;
    assert_true(backend_worked(b, "qdhcp-net", &id, 0)); /* the name again, another namespace */
    follow(&backends, routes_new(), &changes);
    free(backends.items);
}

static void test_backend__targets__the_one_that_answered_first_until_the_route_changes(void **state)
{
    (void)state;
    struct backends backends = {0};
    struct changes changes;
    struct error *error = NULL;
    struct routes *routes = table("b", "10.0.0.1", NULL);
    char second[] = "10.0.0.2";
    char third[] = "10.0.0.3";
    for (size_t i = 0; i < 2; i++) {
        const struct route_target target = {.address = i ? third : second, .port = 6443};
        assert_int_equal(routes_add(routes, "b", "net", &target, &error), 0);
    }
    follow(&backends, routes, &changes);
    struct backend *b = backends_find(&backends, "b");
    const struct netns_id id = {.device = 1, .inode = 1};
    assert_int_equal(b->first, 0);
    backend_worked(b, NULL, &id, 1);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(backend_target(b, b->first, i), (i + 1) % 3);
    follow(&backends, table("b", "10.0.0.1", NULL), &changes);
    assert_int_equal(b->first, 0);
    backend_worked(b, NULL, &id, 2); /* a connection that was begun before */
    assert_int_equal(backend_target(b, b->first, 0), 0);
    follow(&backends, routes_new(), &changes);
    free(backends.items);
}

static void test_routes__file__errors_name_entry_and_reason(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"{}", "a list is expected"},
        {"[", "line 1"},
        {"[{\"cluster\": \"a\"}]", "entry 1: Object item not found: address"},
        {"[{\"cluster\": \"a\", \"address\": \"x\"}]", "\"x\" is no IP address"},
        {"[{\"cluster\": \"A_\", \"address\": \"::1\"}]", "no DNS label"},
        {"[{\"cluster\": \"a\", \"address\": \"::1\", \"port\": 0}]", "port 0"},
        {"[{\"cluster\": \"a\", \"address\": \"::1\", \"network\": \"../x\"}]",
         "cannot end a namespace"},
        {"[{\"cluster\": \"a\", \"address\": \"::1\", \"network\": 3}]",
         "neither a string nor null"},
        {"[{\"cluster\": \"a\", \"address\": \"::1\"}, {\"cluster\": \"a\", \"address\": \"::1\", "
         "\"network\": \"n\"}]",
         "entry 2: cluster a: in two networks"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *error = NULL;
        auto_free char *path = temp_file(state, "routes", rows[i].text);
        assert_null(routes_read(path, &error));
        assert_error(&error, ERROR_PARSE, rows[i].message);
    }
}

static void test_routes__file__clusters_sorted_with_all_their_targets(void **state)
{
    auto_error struct error *error = NULL;
    auto_free char *path = temp_file(
        state, "routes",
        "[{\"cluster\": \"z\", \"address\": \"10.0.0.1\"}, {\"cluster\": \"A\", \"address\": "
        "\"::1\", \"port\": 1,"
        "\"network\": \"n\"}, {\"cluster\": \"z\", \"address\": \"10.0.0.2\", \"network\": null}]");
    auto_routes struct routes *routes = routes_read(path, &error);
    assert_no_error(error);
    assert_int_equal(routes_count(routes), 2);
    assert_string_equal(routes_get(routes, 0)->cluster, "a");
    assert_int_equal(routes_find(routes, "z")->count, 2);
    assert_int_equal(routes_find(routes, "z")->targets[1].port, 6443);
}

static void test_exchange__health__kept_for_clusters_of_the_newest_table(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    auto_exchange struct exchange *exchange = exchange_new(&error);
    assert_no_error(error);
    char text[] = "qdhcp-net";
    struct health up = {.state = HEALTH_UP, .candidates = 2, .namespace = text};
    exchange_set_health(exchange, "a", &up);
    exchange_set_health(exchange, "b", &up);
    struct health seen;
    exchange_health(exchange, "a", &seen);
    assert_int_equal(seen.state, HEALTH_UP);
    assert_string_equal(seen.namespace, "qdhcp-net");
    health_clear(&seen);
    exchange_publish_take(exchange, table("b", "10.0.0.1", NULL));
    exchange_publish_take(exchange, table("b", "10.0.0.2", NULL));
    auto_routes struct routes *routes = exchange_take_routes(exchange);
    assert_string_equal(routes_find(routes, "b")->targets[0].address, "10.0.0.2");
    assert_null(exchange_take_routes(exchange));
    exchange_health(exchange, "a", &seen);
    assert_int_equal(seen.state, HEALTH_UNKNOWN);
    exchange_health(exchange, "b", &seen);
    assert_int_equal(seen.state, HEALTH_UP);
    health_clear(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_netns__candidates__in_order_of_preference),
        cmocka_unit_test_setup_teardown(test_netns__file_that_is_no_namespace__error_names_it,
                                        temp_dir_make, temp_dir_remove),
        cmocka_unit_test(test_verdict__failures_and_successes__two_down_one_up),
        cmocka_unit_test(test_backends__tables__only_what_changed_is_told),
        cmocka_unit_test(test_backends__gone_with_connections__lives_until_the_last),
        cmocka_unit_test(test_backend__ways__the_best_first_and_each_once),
        cmocka_unit_test(
            test_backend__targets__the_one_that_answered_first_until_the_route_changes),
        cmocka_unit_test_setup_teardown(test_routes__file__errors_name_entry_and_reason,
                                        temp_dir_make, temp_dir_remove),
        cmocka_unit_test_setup_teardown(test_routes__file__clusters_sorted_with_all_their_targets,
                                        temp_dir_make, temp_dir_remove),
        cmocka_unit_test(test_exchange__health__kept_for_clusters_of_the_newest_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
