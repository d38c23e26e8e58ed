/* What is asked for, and what a look says. */
#include "unit/capi/put_bench.h"

/* ---- requests */

enum {
    EXISTS = 1,
    LATE = 2,  /* of a kind that this run defines */
    YOUNG = 4, /* kinds were defined a moment ago */
    KEEP = 8,  /* differences are shown */
    DRY = 16,
};
#define JSON  "application/json"
#define MERGE "application/merge-patch+json"
#define APPLY "application/apply-patch+yaml"
#define MINE  PATH "/d?fieldManager=me"

static const struct request {
    const char *what;
    enum capi_way way;
    unsigned flags;
    const char *method, *path, *type;
    bool versioned; /* it names the version that it changes */
    bool whole;     /* the answer is to be the whole object */
} requests[] = {
    {"missing", CAPI_WAY_MERGE, 0, "POST", PATH, JSON, false, false},
    {"missing, late", CAPI_WAY_MERGE, LATE, "PATCH", MINE, APPLY, false, false},
    {"missing, young", CAPI_WAY_MERGE, YOUNG, "PATCH", MINE, APPLY, false, false},
    {"missing, applied", CAPI_WAY_APPLY, 0, "PATCH", MINE "&force=true", APPLY, false, false},
    {"there", CAPI_WAY_MERGE, EXISTS, "PATCH", PATH "/d", MERGE, true, false},
    {"there, shown", CAPI_WAY_MERGE, EXISTS | KEEP, "PATCH", PATH "/d", MERGE, true, true},
    {"there, dry run", CAPI_WAY_MERGE, EXISTS | DRY, "PATCH", PATH "/d", MERGE, true, true},
    {"there, applied", CAPI_WAY_APPLY, EXISTS, "PATCH", MINE "&force=true", APPLY, false, true},
    {"there, replaced", CAPI_WAY_REPLACE, EXISTS, "PUT", PATH "/d", JSON, true, false},
};

static bool has_header(const struct kube_call *call, const char *line)
{
    const struct strv *headers = &call->job.request.headers;
    for (size_t i = 0; i < headers->count; i++)
        if (str_starts_with(headers->items[i], line))
            return true;
    return false;
}

static void check_request(const struct request *row)
{
    struct bench bench;
    struct error *err = NULL;
    bool late = row->flags & LATE;
    const struct capi_put_options options = {
        .keep = row->flags & KEEP, .young_kinds = row->flags & YOUNG, .manager = "me"};
    bench_begin(&bench, row->way, &options, row->flags & DRY);
    bench.item->late = late;
    looked(&bench, row->flags & EXISTS ? OTHER : NULL);
    kube_call_clear(&bench.item->call);
    assert_int_equal(put_build(&bench.puts, bench.item, &err), 0);
    assert_no_error(err);
    const struct kube_call *call = &bench.item->call;
    auto_free char *type = xasprintf("Content-Type: %s", row->type);
    bool versioned = strstr(buf_str(&call->job.request.body), "\"resourceVersion\":\"7\"") != NULL;
    bool partial = has_header(call, "Accept: application/json;as=PartialObjectMetadata");
    if (!str_equal(call->job.request.method, row->method) ||
        !str_equal(call->job.request.url, row->path) || !has_header(call, type) ||
        versioned != row->versioned || partial == row->whole || !call->give_up_at ||
        (call->unserved_until != 0) != late)
        fail_msg("%s: %s %s, versioned %d, partial %d", row->what, call->job.request.method,
                 call->job.request.url, versioned, partial);
    put_take_back(bench.item);
    assert_non_null(strstr(buf_str(&bench.item->body), "\"spec\":{\"replicas\":2}}"));
    bench_end(&bench);
}

static void test_put_build__every_way_of_writing__is_its_request(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(requests); i++)
        check_request(&requests[i]);
}

static void test_put_build__look__is_repeated_by_the_client(maybe_unused void **state)
{
    struct bench bench;
    struct error *err = NULL;
    bench_begin(&bench, CAPI_WAY_MERGE, &(struct capi_put_options){0}, false);
    assert_int_equal(put_build(&bench.puts, bench.item, &err), 0);
    assert_string_equal(bench.item->call.job.request.method, "GET");
    assert_string_equal(bench.item->call.job.request.url, PATH "/d");
    assert_true(bench.item->call.give_up_at == 0);
    assert_ptr_equal(bench.item->call.owner, bench.item);
    bench_end(&bench);
}

/* ---- answers to a look */

static void test_put_finish__look__says_what_comes_next(maybe_unused void **state)
{
#define SAME  "'spec':{'replicas':2,'paused':false}"
#define DYING "'resourceVersion':'7','deletionTimestamp':'now'"
    static const struct {
        const char *what, *before;
        int status;
        enum put_verdict verdict;
        enum capi_put_stage stage;
        enum capi_action action;
    } rows[] = {
        {"nothing", "{}", 404, PUT_GO_ON, CAPI_PUT_WRITE, CAPI_NONE},
        {"another", OTHER, 200, PUT_GO_ON, CAPI_PUT_WRITE, CAPI_NONE},
        {"the same", HELD("'resourceVersion':'7'", SAME), 200, PUT_SETTLED, CAPI_PUT_DONE,
         CAPI_UNCHANGED},
        {"on its way out", HELD(DYING, SAME), 200, PUT_PASSING, CAPI_PUT_LOOK, CAPI_NONE},
        {"no JSON", "<html>", 200, PUT_REFUSED, CAPI_PUT_LOOK, CAPI_NONE},
        {"no object", "[]", 200, PUT_REFUSED, CAPI_PUT_LOOK, CAPI_NONE},
        {"forbidden", "{'kind':'Status','message':'no'}", 403, PUT_REFUSED, CAPI_PUT_LOOK,
         CAPI_NONE},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct bench bench;
        auto_error struct error *err = NULL;
        bench_begin(&bench, CAPI_WAY_MERGE, &(struct capi_put_options){0}, false);
        enum put_verdict verdict = answered(&bench, rows[i].status, rows[i].before, &err);
        bool fails = rows[i].verdict == PUT_PASSING || rows[i].verdict == PUT_REFUSED;
        if (verdict != rows[i].verdict || bench.item->stage != rows[i].stage ||
            bench.item->action != rows[i].action || (err != NULL) != fails)
            fail_msg("%s: verdict %d, stage %d, action %d", rows[i].what, (int)verdict,
                     (int)bench.item->stage, (int)bench.item->action);
        assert_null(bench.item->before);
        bench_end(&bench);
    }
}

static void test_put_finish__on_its_way_out_in_a_dry_run__will_be_gone(maybe_unused void **state)
{
    struct bench bench;
    struct error *err = NULL;
    bench_begin(&bench, CAPI_WAY_MERGE, &(struct capi_put_options){.keep = true}, true);
    assert_int_equal(answered(&bench, 200, HELD(DYING, SAME), &err), PUT_GO_ON);
    assert_false(bench.item->exists);
    assert_true(put_predict(&bench.puts, bench.item));
    assert_int_equal(bench.item->action, CAPI_CREATED);
    assert_json(bench.item->after, WANTED);
    bench_end(&bench);
}

/* ---- predictions */

static void test_put_predict__missing_in_a_dry_run__needs_no_request(maybe_unused void **state)
{
    static const struct {
        bool dry_run;
        const char *before;
        bool predicted;
    } rows[] = {{true, NULL, true}, {true, OTHER, false}, {false, NULL, false}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct bench bench;
        bench_begin(&bench, CAPI_WAY_MERGE, &(struct capi_put_options){0}, rows[i].dry_run);
        assert_false(put_predict(&bench.puts, bench.item)); /* nobody has looked */
        looked(&bench, rows[i].before);
        assert_int_equal(put_predict(&bench.puts, bench.item), rows[i].predicted);
        assert_int_equal(bench.item->stage == CAPI_PUT_DONE, rows[i].predicted);
        assert_null(bench.item->after);
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_build__every_way_of_writing__is_its_request),
        cmocka_unit_test(test_put_build__look__is_repeated_by_the_client),
        cmocka_unit_test(test_put_finish__look__says_what_comes_next),
        cmocka_unit_test(test_put_finish__on_its_way_out_in_a_dry_run__will_be_gone),
        cmocka_unit_test(test_put_predict__missing_in_a_dry_run__needs_no_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
