#include "support/unit.h"

#include "base/str.h"
#include "capi/put_priv.h"
#include "capi/resource.h"
#include "support/json_text.h"

#define WANTED                                                                                     \
    "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'n','name':'d'},"         \
    "'spec':{'replicas':2}}"
/* As the server has it. */
#define HELD(META, REST)                                                                           \
    "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'n','name':'d','uid':"    \
    "'u'," META "}," REST "}"
#define OTHER HELD("'resourceVersion':'7'", "'spec':{'replicas':1}")
#define PATH  "/apis/apps/v1/namespaces/n/deployments"

/* One object on its way, and a client that never speaks to anybody. */
struct bench {
    struct kube_config config;
    struct kube_client *client;
    struct capi_puts puts;
    struct capi_put *item; /* the first of puts */
};

static void bench_begin(struct bench *bench, enum capi_way way,
                        const struct capi_put_options *options, bool dry_run)
{
    *bench = (struct bench){
        .config = {.server = xstrdup("http://127.0.0.1:1"), .origin = xstrdup("the test")}};
    const struct kube_client_options of_client = {.dry_run = dry_run};
    struct error *err = NULL;
    bench->client = kube_client_new(&bench->config, &of_client, &err);
    assert_no_error(err);
    capi_puts_init(&bench->puts, bench->client, NULL, options);
    json_auto_t *wanted = json_from(WANTED);
    assert_int_equal(capi_puts_add(&bench->puts, wanted, way, 0, &err), 0);
    bench->item = bench->puts.items;
    bench->item->id.resource = capi_resource_deployment;
}

static void bench_end(struct bench *bench)
{
    capi_puts_clear(&bench->puts);
    kube_client_free(bench->client);
    kube_config_clear(&bench->config);
}

/* The item's request is built, and the server says this. */
static enum put_verdict answered(struct bench *bench, int status, const char *body,
                                 struct error **err)
{
    struct kube_call *call = &bench->item->call;
    kube_call_clear(call);
    assert_int_equal(put_build(&bench->puts, bench->item, err), 0);
    put_take_back(bench->item);
    call->job.response.status = status;
    auto_free char *text = xstrdup(body);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    buf_add_str(&call->job.response.body, text);
    if (status >= 400) {
        kube_status_read(&call->job.response, &call->status);
        kube_status_error(&call->status, &call->error);
    }
    return put_finish(&bench->puts, bench->item, err);
}

/* BEFORE is there, NULL: nothing; the item goes on to its write. */
static void looked(struct bench *bench, const char *before)
{
    struct error *err = NULL;
    assert_int_equal(answered(bench, before ? 200 : 404, before ? before : "{}", &err), PUT_GO_ON);
    assert_no_error(err);
    assert_int_equal(bench->item->stage, CAPI_PUT_WRITE);
    assert_int_equal(bench->item->exists, before != NULL);
}

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
        cmocka_unit_test(test_put_finish__write__says_what_came_of_it),
        cmocka_unit_test(test_put_finish__difference_that_is_shown__is_kept),
        cmocka_unit_test(test_put_finish__failed_write__may_pass_or_not),
        cmocka_unit_test(test_put_finish__no_answer__may_pass_unless_the_server_is_not_trusted),
        cmocka_unit_test(test_put_finish__failure__is_named_as_clusterctl_does),
        cmocka_unit_test(test_put_predict__missing_in_a_dry_run__needs_no_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
