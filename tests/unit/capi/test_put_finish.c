/* What comes of a write. */
#include "unit/capi/put_bench.h"

/* ---- answers to a write */

#define VERSION(NUMBER) "{'metadata':{'resourceVersion':'" NUMBER "'}}"
#define SCALED(VERSION) HELD("'resourceVersion':'" VERSION "'", "'spec':{'replicas':2}")

/* What a controller writes, and what we own of it: without its fieldsType the entry is not enough
 * to spare the server the apply. */
#define SEEN(VERSION, BY, STATUS)                                                                  \
    HELD("'resourceVersion':'" VERSION "','generation':1,'managedFields':[" BY "]",                \
         "'spec':{'replicas':2},'status':{'replicas':" STATUS "}")
#define US "{'manager':'me','operation':'Apply','fieldsV1':{'f:spec':{'f:replicas':{}}}}"

static const struct outcome {
    const char *what;
    enum capi_way way;
    bool dry_run;
    const char *before, *after;
    enum capi_action action;
} outcomes[] = {
    {"missing", CAPI_WAY_MERGE, false, NULL, OTHER, CAPI_CREATED},
    {"another version", CAPI_WAY_MERGE, false, OTHER, VERSION("8"), CAPI_PATCHED},
    {"the same version", CAPI_WAY_MERGE, false, OTHER, VERSION("7"), CAPI_UNCHANGED},
    {"replaced", CAPI_WAY_REPLACE, false, OTHER, VERSION("8"), CAPI_PATCHED},
    {"replaced by the same", CAPI_WAY_REPLACE, false, OTHER, VERSION("7"), CAPI_UNCHANGED},
    {"a dry run tells the old version", CAPI_WAY_MERGE, true, OTHER, SCALED("7"), CAPI_PATCHED},
    {"a dry run changes nothing", CAPI_WAY_MERGE, true, OTHER, OTHER, CAPI_UNCHANGED},
    {"applied", CAPI_WAY_APPLY, false, OTHER, SCALED("8"), CAPI_PATCHED},
    {"applied beside a status", CAPI_WAY_APPLY, false, SEEN("7", US, "1"), SEEN("8", US, "2"),
     CAPI_UNCHANGED},
    {"applied, and owned now", CAPI_WAY_APPLY, false, SEEN("7", "", "1"), SEEN("8", US, "1"),
     CAPI_PATCHED},
    {"applied, nothing changed", CAPI_WAY_APPLY, false, OTHER, OTHER, CAPI_UNCHANGED},
};

static void test_put_finish__write__says_what_came_of_it(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(outcomes); i++) {
        const struct outcome *row = &outcomes[i];
        struct bench bench;
        struct error *err = NULL;
        bench_begin(&bench, row->way, &(struct capi_put_options){.manager = "me"}, row->dry_run);
        looked(&bench, row->before);
        assert_int_equal(answered(&bench, 200, row->after, &err), PUT_SETTLED);
        assert_int_equal(bench.item->stage, CAPI_PUT_DONE);
        if (bench.item->action != row->action)
            fail_msg("%s: %s", row->what, capi_action_text(bench.item->action));
        assert_null(bench.item->before);
        assert_null(bench.item->after);
        bench_end(&bench);
    }
}

static void test_put_finish__difference_that_is_shown__is_kept(maybe_unused void **state)
{
    struct bench bench;
    struct error *err = NULL;
    bench_begin(&bench, CAPI_WAY_MERGE, &(struct capi_put_options){.keep = true}, false);
    looked(&bench, OTHER);
    assert_int_equal(answered(&bench, 200, SCALED("8"), &err), PUT_SETTLED);
    assert_json(bench.item->before, OTHER);
    assert_json(bench.item->after, SCALED("8"));
    bench_end(&bench);
}

/* ---- failures */

#define BUSY "{'kind':'Status','apiVersion':'v1','message':'busy'}"

static const struct {
    int status;
    const char *body;
    bool retry_refused;
    enum put_verdict verdict;
} failures[] = {
    {401, BUSY, true, PUT_REFUSED},
    {403, BUSY, false, PUT_REFUSED},
    {403,
     "{'kind':'Status','apiVersion':'v1','message':'n is being terminated',"
     "'details':{'causes':[{'reason':'NamespaceTerminating'}]}}",
     false, PUT_PASSING},
    {404, BUSY, false, PUT_REFUSED},
    {404, "404 page not found", false, PUT_PASSING}, /* a kind that is not served yet */
    {409, BUSY, false, PUT_PASSING},
    {422, BUSY, false, PUT_REFUSED},
    {422, BUSY, true, PUT_PASSING},
    {429, BUSY, false, PUT_PASSING},
    {500, BUSY, false, PUT_PASSING},
    {503, "<html>", false, PUT_PASSING},
};

static void test_put_finish__failed_write__may_pass_or_not(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(failures); i++) {
        struct bench bench;
        auto_error struct error *err = NULL;
        const struct capi_put_options options = {.retry_refused = failures[i].retry_refused};
        bench_begin(&bench, CAPI_WAY_MERGE, &options, false);
        looked(&bench, OTHER);
        enum put_verdict verdict = answered(&bench, failures[i].status, failures[i].body, &err);
        if (verdict != failures[i].verdict)
            fail_msg("row %zu: verdict %d", i, (int)verdict);
        assert_non_null(err);
        assert_int_equal(bench.item->stage, CAPI_PUT_LOOK); /* the next try looks again */
        bench_end(&bench);
    }
}

static void
test_put_finish__no_answer__may_pass_unless_the_server_is_not_trusted(maybe_unused void **state)
{
    static const struct {
        enum http_failure failure;
        enum put_verdict verdict;
    } rows[] = {{HTTP_FAILURE_RESET, PUT_PASSING},
                {HTTP_FAILURE_CONNECT, PUT_PASSING},
                {HTTP_FAILURE_VERIFY, PUT_REFUSED}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct bench bench;
        auto_error struct error *err = NULL;
        bench_begin(&bench, CAPI_WAY_MERGE, &(struct capi_put_options){0}, false);
        bench.item->call.job.failure = rows[i].failure;
        error_make(&bench.item->call.error, ERROR_HTTP, "gone");
        assert_int_equal(put_finish(&bench.puts, bench.item, &err), rows[i].verdict);
        bench_end(&bench);
    }
}

static void test_put_finish__failure__is_named_as_clusterctl_does(maybe_unused void **state)
{
    static const struct {
        const struct capi_put_words *words;
        const char *before; /* of a write; NULL: it creates */
        bool looks;
        const char *message;
    } rows[] = {
        {&capi_put_provider_words, NULL, true,
         "failed to get current provider object: apps/v1, Kind=Deployment, n/d: busy"},
        {&capi_put_provider_words, NULL, false,
         "failed to create provider object apps/v1, Kind=Deployment, n/d: busy"},
        {&capi_put_provider_words, OTHER, false,
         "failed to patch provider object: apps/v1, Kind=Deployment, n/d: busy"},
        {&capi_put_manifest_words, NULL, true,
         "failed to get object apps/v1, Kind=Deployment, n/d: busy"},
        {&capi_put_manifest_words, OTHER, false,
         "failed to apply object apps/v1, Kind=Deployment, n/d: busy"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct bench bench;
        auto_error struct error *err = NULL;
        bench_begin(&bench, CAPI_WAY_MERGE, &(struct capi_put_options){.words = rows[i].words},
                    false);
        if (!rows[i].looks)
            looked(&bench, rows[i].before);
        answered(&bench, 422, BUSY, &err);
        assert_non_null(err);
        if (!str_starts_with(err->message, rows[i].message))
            fail_msg("%s", err->message);
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_finish__write__says_what_came_of_it),
        cmocka_unit_test(test_put_finish__difference_that_is_shown__is_kept),
        cmocka_unit_test(test_put_finish__failed_write__may_pass_or_not),
        cmocka_unit_test(test_put_finish__no_answer__may_pass_unless_the_server_is_not_trusted),
        cmocka_unit_test(test_put_finish__failure__is_named_as_clusterctl_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
