/* The journal of pauses: what a crash leaves, and what is made of it. */
#include "capi/pause_priv.h"

#include <time.h>

#include "unit/capi/objects.h"

#define JOURNAL "state/quiesce.json"

struct bench {
    struct capi_kinds kinds;
    struct capi_graph graph;
    struct capi_pause pause;
};

static void begin(void **state, struct bench *bench)
{
    auto_free char *directory = sandbox_path(state, "state");
    *bench = (struct bench){0};
    capi_graph_init(&bench->graph);
    capi_kinds_add_core(&bench->kinds);
    capi_pause_init(&bench->pause, NULL, &bench->kinds, directory, "run");
}

static void end(struct bench *bench)
{
    capi_pause_clear(&bench->pause);
    capi_graph_clear(&bench->graph);
    capi_kinds_clear(&bench->kinds);
}

static void test_run_id__two_of_them__differ_and_can_be_part_of_a_file_name(void **state)
{
    (void)state;
    auto_free char *first = capi_run_id_new();
    auto_free char *second = capi_run_id_new();
    assert_string_not_equal(first, second);
    assert_null(strchr(first, '/'));
    const char *at = strchr(first, ':');
    assert_non_null(at); /* what is before it tells the host, what is behind it the age */
    assert_true(strtoll(at + 1, NULL, 10) >= time(NULL) - 60);
    at = strchr(at + 1, ':');
    assert_non_null(at);
    assert_null(strchr(at + 1, ':'));
}

static void test_journal__what_was_entered__is_read_by_the_next_run(void **state)
{
    struct bench bench;
    struct stat status;
    struct error *err = NULL;
    begin(state, &bench);
    const struct capi_node *cluster = put(&bench.graph, CORE, "Cluster", "m", "one", NULL);
    capi_pause_enter(&bench.pause, cluster, "run");
    capi_pause_enter(&bench.pause, put(&bench.graph, CORE, "ClusterClass", "m", "c", NULL), "run");
    capi_pause_enter(&bench.pause, cluster, "other"); /* it is in it already */
    assert_ok(capi_pause_journal_write(&bench.pause, &err), &err);
    end(&bench);
    assert_int_equal(stat(JOURNAL, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(stat("state", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0750);
    begin(state, &bench);
    assert_int_equal(capi_pause_load(&bench.pause, &err), 1);
    assert_json(bench.pause.entries,
                "[{'group':'cluster.x-k8s.io','kind':'Cluster','namespace':'m','name':'one',"
                "'uid':'Cluster/one','run':'run'},{'group':'cluster.x-k8s.io','kind':"
                "'ClusterClass','namespace':'m','name':'c','uid':'ClusterClass/c','run':'run'}]");
    end(&bench);
}

static void test_journal__none__is_nothing_to_do(void **state)
{
    struct bench bench;
    struct error *err = NULL;
    begin(state, &bench);
    assert_int_equal(capi_pause_load(&bench.pause, &err), 0);
    assert_ok(capi_pause_journal_remove(&bench.pause, &err), &err);
    end(&bench);
}

static void test_journal__a_damaged_one__says_how_to_go_on_without_it(void **state)
{
    static const char *const texts[] = {"", "{\"entries\":", "[]", "{}", "{\"entries\":{}}"};
    for (size_t i = 0; i < array_length(texts); i++) {
        struct bench bench;
        struct error *err = NULL;
        sandbox_write(state, JOURNAL, texts[i]);
        begin(state, &bench);
        assert_int_equal(capi_pause_load(&bench.pause, &err), -1);
        assert_contains(err->message,
                        JOURNAL " is damaged: look at the Clusters for the annotation "
                                "capi-backup/paused-by");
        assert_error(&err, ERROR_PARSE, "and remove the file");
        assert_int_equal(json_array_size(bench.pause.entries), 0);
        end(&bench);
    }
}

static void test_journal__what_is_no_file__is_an_error(void **state)
{
    struct bench bench;
    struct error *err = NULL;
    sandbox_write(state, JOURNAL "/file", "");
    begin(state, &bench);
    assert_int_equal(capi_pause_load(&bench.pause, &err), -1);
    assert_error(&err, ERROR_IO, JOURNAL);
    assert_int_equal(capi_pause_journal_write(&bench.pause, &err), -1);
    assert_error(&err, ERROR_IO, JOURNAL);
    assert_int_equal(capi_pause_journal_remove(&bench.pause, &err), -1);
    assert_error(&err, ERROR_IO, JOURNAL);
    end(&bench);
}

static void test_entry__its_path__is_that_of_a_kind_that_is_known(void **state)
{
    static const struct {
        const char *entry, *path, *label;
        bool class_;
    } rows[] = {
        {"{'group':'','kind':'Secret','namespace':'m','name':'s'}",
         "/api/v1/namespaces/m/secrets/s", "Secret m/s", false},
        {"{'group':'','kind':'Secret','namespace':'m','name':'../s'}",
         "/api/v1/namespaces/m/secrets/..%2Fs", "Secret m/../s", false},
        {"{'group':'','kind':'Secret','namespace':'m','name':''}", NULL, "Secret m/", false},
        {"{'group':'gone','kind':'ClusterClass','namespace':'m','name':'c'}", NULL,
         "ClusterClass m/c", true},
    };
    struct bench bench;
    begin(state, &bench);
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *entry = json_of(rows[i].entry);
        auto_free char *path = capi_pause_path(&bench.pause, entry);
        auto_free char *label = capi_pause_label(entry);
        if (rows[i].path)
            assert_string_equal(path, rows[i].path);
        else
            assert_null(path);
        assert_string_equal(label, rows[i].label);
        assert_int_equal(capi_pause_is_class(entry), rows[i].class_);
    }
    end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_id__two_of_them__differ_and_can_be_part_of_a_file_name),
        sandbox_test(test_journal__what_was_entered__is_read_by_the_next_run),
        sandbox_test(test_journal__none__is_nothing_to_do),
        sandbox_test(test_journal__a_damaged_one__says_how_to_go_on_without_it),
        sandbox_test(test_journal__what_is_no_file__is_an_error),
        sandbox_test(test_entry__its_path__is_that_of_a_kind_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
