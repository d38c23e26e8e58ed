#include "kube/write_priv.h"

#include "json/js_get.h"
#include "unit/kube/writing.h"

#define OLD   WRITING_MAP("u-1", "1", "\"data\":{\"k\":\"w\"}")
#define RICH  WRITING_MAP("u-1", "1", "\"data\":{\"k\":\"w\",\"more\":\"x\"}")
#define DONE  WRITING_MAP("u-1", "2", "\"data\":{\"k\":\"v\"}")
#define OTHER WRITING_MAP("u-1", "3", "\"data\":{\"k\":\"v\",\"more\":\"x\"}")
#define ANEW  WRITING_MAP("u-2", "4", "\"data\":{\"k\":\"v\"}")
#define BUSY  WRITING_MAP("u-1", "5", "\"data\":{\"k\":\"v\"},\"status\":{\"seen\":true}")
#define TEST                                                                                       \
    "[{'op':'test','path':'/data/k','value':'w'},{'op':'replace','path':'/data/k','value':'v'}]"
#define STATUS                                                                                     \
    "[{'op':'test','path':'/data/k','value':'w'},{'op':'replace','path':'/data/k','value':'v'},"   \
    "{'op':'add','path':'/status','value':{'mine':1}}]"
#define LOCKED                                                                                     \
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','namespace':'n',"                \
    "'resourceVersion':'1'},'data':{'k':'v'}}"
#define STALE                                                                                      \
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a','namespace':'n',"                \
    "'resourceVersion':'0'},'data':{'k':'v'}}"
#define INVALID  422, WRITING_REFUSAL("422", "Invalid", "the server rejected our request")
#define CONFLICT 409, WRITING_REFUSAL("409", "Conflict", "the object has been modified")

/* A write whose first answer is lost and that is refused when it is sent again. */
struct row {
    const char *what;
    const char *patch; /* of JSON; NULL: the manifest is sent, as VERB says */
    const char *manifest;
    enum kube_verb verb;
    int status;
    const char *refusal;
    const char *now; /* what is there afterwards; NULL: nobody may say */
    bool done;
    size_t gets;
    bool doubt; /* the failure says that it may have been carried out */
};

static const struct row rows[] = {
    {"carried out", TEST, WRITING_MANIFEST, KUBE_JSON_PATCH, INVALID, DONE, true, 2, false},
    {"and a controller noted it", TEST, WRITING_MANIFEST, KUBE_JSON_PATCH, INVALID, BUSY, true, 2,
     false},
    {"not carried out", TEST, WRITING_MANIFEST, KUBE_JSON_PATCH, INVALID, OLD, false, 2, false},
    {"something else happened", TEST, WRITING_MANIFEST, KUBE_JSON_PATCH, INVALID, OTHER, false, 2,
     true},
    {"made anew", TEST, WRITING_MANIFEST, KUBE_JSON_PATCH, INVALID, ANEW, false, 2, true},
    {"cannot be seen", TEST, WRITING_MANIFEST, KUBE_JSON_PATCH, INVALID, NULL, false, 2, true},
    {"status of another", STATUS, WRITING_MANIFEST, KUBE_JSON_PATCH, INVALID, BUSY, false, 2, true},
    {"refused for good", TEST, WRITING_MANIFEST, KUBE_JSON_PATCH, 403, "{}", DONE, false, 1, false},
    {"version of the user", NULL, LOCKED, KUBE_UPDATE, CONFLICT, DONE, true, 2, false},
    {"version of the user, refused", NULL, LOCKED, KUBE_UPDATE, CONFLICT, OTHER, false, 2, true},
    {"applied", NULL, LOCKED, KUBE_APPLY, CONFLICT, DONE, true, 2, false},
    {"applied, refused", NULL, LOCKED, KUBE_APPLY, CONFLICT, OTHER, false, 2, true},
    {"replaced", NULL, LOCKED, KUBE_REPLACE, CONFLICT, DONE, true, 2, false},
    {"replaced, refused", NULL, LOCKED, KUBE_REPLACE, CONFLICT, OTHER, false, 2, true},
    {"old version of the user", NULL, STALE, KUBE_UPDATE, CONFLICT, DONE, false, 1, false},
};

/* What is replaced has more than the manifest. */
static const struct row rich_rows[] = {
    {"left out", NULL, LOCKED, KUBE_REPLACE, CONFLICT, DONE, true, 2, false},
    {"still there", NULL, LOCKED, KUBE_REPLACE, CONFLICT, OTHER, false, 2, true},
};

static void run(const struct row *row, const char *before)
{
    const char *method = row->verb == KUBE_REPLACE ? "PUT" : "PATCH";
    auto_free char *lost = xasprintf("%s " WRITING_PATH, method);
    const struct fake_reply script[] = {
        WRITING_SERVES,
        {.when = "GET " WRITING_PATH, .times = 1, .body = before},
        {.when = "GET " WRITING_PATH, .status = row->now ? 200 : 403, .body = row->now},
        {.when = lost, .times = 1, .fault = FAKE_CLOSE},
        {.when = lost, .status = row->status, .body = row->refusal},
    };
    struct writing writing;
    writing_init(&writing);
    writing.manifest = row->manifest;
    json_auto_t *patch = row->patch ? json_from(row->patch) : NULL;
    writing.options.patch = patch;
    writing_go(&writing, script, array_length(script), row->verb);
    const struct kube_write *write = writing.write;
    const char *message = write->error ? write->error->message : "";
    if (write->changed != row->done || !write->error != row->done ||
        writing_count(&writing, "GET") != row->gets || writing_count(&writing, method) != 2)
        fail_msg("%s: %s, %zu gets", row->what, message, writing_count(&writing, "GET"));
    if ((strstr(message, "may have been carried out") != NULL) != row->doubt)
        fail_msg("%s: %s", row->what, message);
    if (write->error)
        assert_int_equal(write->error->code, row->status);
    else
        assert_string_equal(js_str(write->after, "data", "k", NULL), "v");
    writing_end(&writing);
}

static void test_lost__refused_when_sent_again__what_is_there_tells(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++)
        run(&rows[i], OLD);
    for (size_t i = 0; i < array_length(rich_rows); i++)
        run(&rich_rows[i], RICH);
}

/* Somebody else was quicker: the first refusal is an answer, too. */
static void test_lost__no_answer_is_missing__the_refusal_stands(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        WRITING_SERVES,
        {.when = "GET " WRITING_PATH, .body = OLD},
        {.when = "PATCH " WRITING_PATH,
         .times = 1,
         .status = 409,
         .body = WRITING_REFUSAL("409", "Conflict", "the object has been modified")},
        {.when = "PATCH " WRITING_PATH,
         .status = 422,
         .body = WRITING_REFUSAL("422", "Invalid", "the server rejected our request")},
    };
    for (size_t attempts = 1; attempts <= 2; attempts++) {
        struct fake_reply told[] = {script[0], script[1], script[4 - attempts], script[3]};
        struct writing writing;
        writing_init(&writing);
        json_auto_t *patch = json_from(TEST);
        writing.options.patch = patch;
        writing_go(&writing, told, array_length(told), KUBE_JSON_PATCH);
        assert_int_equal(writing.write->error->code, 422);
        assert_null(strstr(writing.write->error->message, "may have been carried out"));
        assert_int_equal(writing_count(&writing, "GET"), 1);
        assert_int_equal(writing_count(&writing, "PATCH"), attempts);
        writing_end(&writing);
    }
}

/* What is under way, and what was in doubt when the run ended, even between two requests. */
static void test_lost__run_ends__is_told_to_be_unknown(maybe_unused void **state)
{
    static const struct {
        const char *what;
        const char *method;
        unsigned attempts;
        bool refused, seen_before, done;
        bool told;
    } cases[] = {
        {"not begun", NULL, 0, false, false, false, false},
        {"looked at", NULL, 1, false, false, false, false},
        {"its turn has not come", "apply", 0, false, false, false, false},
        {"sent", "apply", 1, false, false, false, true},
        {"refused, not looked at yet", "patch", 0, true, false, false, true},
        {"looked at for that", "patch", 1, true, false, false, true},
        {"was there, not looked at yet", "create", 0, false, true, false, true},
        {"done", "apply", 1, false, false, true, false},
    };
    for (size_t i = 0; i < array_length(cases); i++) {
        struct kube_object object;
        kube_object_init_take(&object, json_from(WRITING_MANIFEST));
        struct kube_write write = {.object = &object, .method = cases[i].method};
        write.done = cases[i].done;
        write.call.job.attempts = cases[i].attempts;
        write.first.known = cases[i].seen_before;
        if (cases[i].refused)
            error_make(&write.refusal, ERROR_CONFLICT, "modified");
        kube_lost_leave(&write);
        const char *message = write.error ? write.error->message : "";
        if (!write.error == cases[i].told ||
            (cases[i].told && !strstr(message, "ConfigMap n/a: the run ended while it was")))
            fail_msg("%s: %s", cases[i].what, message);
        error_free(write.error);
        error_free(write.refusal);
        kube_object_clear(&object);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost__refused_when_sent_again__what_is_there_tells),
        cmocka_unit_test(test_lost__no_answer_is_missing__the_refusal_stands),
        cmocka_unit_test(test_lost__run_ends__is_told_to_be_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
