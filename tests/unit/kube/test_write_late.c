#include "kube/write_priv.h"

#include "base/clock.h"
#include "unit/kube/look.h"

enum {
    WAIT_MS = 300,
    GRACE_MS = 1000,
    LATE = 2, /* objects */
};

static const char *const usual[] = {DEFINITION, CUSTOM, CUSTOM, NULL};

#define REFUSED                                                                                    \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":404,\"reason\":"   \
    "\"NotFound\",\"message\":\"not found\",\"details\":{}}"
#define WRITTEN                                                                                    \
    "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\","           \
    "\"metadata\":{\"name\":\"things.x.io\",\"uid\":\"u\",\"resourceVersion\":\"1\"}}"
#define PATH "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.x.io"

/* The definition is written; then comes what is given. */
#define SERVER(...)                                                                                \
    {                                                                                              \
        {.when = "GET /apis/apiextensions.k8s.io/v1 ",                                             \
         .body = KINDS(                                                                            \
             "apiextensions.k8s.io/v1",                                                            \
             RESOURCE("customresourcedefinitions", "CustomResourceDefinition", "false", ALL))},    \
            {.when = "GET /apis ",                                                                 \
             .body = "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[]}"},           \
            {.when = "GET /api ", .body = "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}"},     \
            {.when = "GET " PATH, .times = 1, .status = 404, .body = REFUSED},                     \
            {.when = "PATCH " PATH, .status = 201, .body = WRITTEN}, __VA_ARGS__,                  \
    }

struct waited {
    long long ms;
    size_t failed;
    size_t asked; /* for the definition, after it was written */
    char *first;  /* message, owned */
};

/* Applies MANIFESTS, the last one NULL: a definition and objects of it. */
static struct waited wait_for(const struct fake_reply *script, size_t count,
                              const char *const *manifests, bool go_on)
{
    const struct kube_write_options options = {.field_manager = "ansible",
                                               .field_validation = "Strict",
                                               .wait_crds = true,
                                               .sort = true,
                                               .go_on = go_on,
                                               .parallel = 1,
                                               .timeout_ms = WAIT_MS};
    struct look look;
    look_at(&look, script, count, &options);
    for (size_t i = 0; manifests[i]; i++)
        look_add(&look, KUBE_APPLY, manifests[i]);
    assert_int_equal(kube_writer_observe(&look.writer, &look.err), 0);
    assert_int_equal(kube_writer_plan(&look.writer, &look.err), 0);
    long long start = clock_now_ms();
    assert_int_equal(kube_writer_run(&look.writer, &look.err), 0);
    struct waited waited = {.ms = clock_now_ms() - start};
    assert_null(look.writer.writes[0].error);
    for (size_t i = 1; i < look.writer.count; i++)
        waited.failed += look.writer.writes[i].error != NULL;
    const struct error *first = look.writer.writes[1].error;
    waited.first = xstrdup(first ? first->message : "");
    waited.asked = scene_count(&look.scene, "GET " PATH) - 1;
    look_end(&look);
    return waited;
}

/* A server that falls silent holds the run up for as long as it may wait, once. */
static void test_late__definition_without_an_answer__ends_with_its_time(maybe_unused void **state)
{
    static const struct fake_reply script[] = SERVER({.when = "GET " PATH, .fault = FAKE_HANG});
    struct waited waited = wait_for(script, array_length(script), usual, true);
    assert_int_equal(waited.failed, LATE);
    assert_int_equal(waited.asked, 1);
    assert_in_range(waited.ms, WAIT_MS, WAIT_MS + GRACE_MS + 900);
    assert_non_null(strstr(waited.first, "Thing t"));
    free(waited.first);
}

/* What is never established is waited for once, and without go_on nothing more is looked at. */
static void
test_late__definition_that_is_not_established__is_awaited_once(maybe_unused void **state)
{
    static const struct fake_reply script[] = SERVER({.when = "GET " PATH, .body = WRITTEN});
    for (int go_on = 0; go_on <= 1; go_on++) {
        struct waited waited = wait_for(script, array_length(script), usual, go_on);
        assert_int_equal(waited.failed, go_on ? LATE : 1);
        assert_in_range(waited.ms, WAIT_MS, WAIT_MS + GRACE_MS);
        assert_non_null(strstr(waited.first, "no matches for kind \"Thing\""));
        free(waited.first);
    }
}

#define TWO_VERSIONS                                                                               \
    "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{"       \
    "'name':'things.x.io'},'spec':{'group':'x.io','names':{'kind':'Thing','plural':'things'},"     \
    "'versions':[{'name':'v1','served':true},{'name':'v2','served':true}]}}"
#define THING(VERSION, NAME)                                                                       \
    "{'apiVersion':'x.io/" VERSION "','kind':'Thing','metadata':{'name':'" NAME "'}}"
#define ESTABLISHED                                                                                \
    "{\"metadata\":{\"name\":\"things.x.io\"},\"status\":{\"conditions\":[{\"type\":"              \
    "\"Established\",\"status\":\"True\"},{\"type\":\"NamesAccepted\",\"status\":\"True\"}]}}"

/* That one version of it does not come says nothing of another that was seen. */
static void test_late__one_version_is_not_served__the_other_still_is(maybe_unused void **state)
{
    static const char *const manifests[] = {TWO_VERSIONS, THING("v1", "a"), THING("v2", "b"),
                                            THING("v1", "c"), NULL};
    static const struct fake_reply script[] =
        SERVER({.when = "GET " PATH, .body = ESTABLISHED},
               {.when = "GET /apis/x.io/v1 ", .times = 1, .status = 404, .body = REFUSED},
               {.when = "GET /apis/x.io/v1 ",
                .body = KINDS("x.io/v1", RESOURCE("things", "Thing", "false", ALL))},
               {.when = "GET /apis/x.io/v1/things/", .status = 404, .body = REFUSED},
               {.when = "PATCH /apis/x.io/v1/things/",
                .status = 201,
                .body = "{\"metadata\":{\"name\":\"a\",\"uid\":\"u\",\"resourceVersion\":\"1\"}}"});
    struct waited waited = wait_for(script, array_length(script), manifests, true);
    assert_int_equal(waited.failed, 1);
    assert_string_equal(waited.first, "");
    free(waited.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_late__definition_without_an_answer__ends_with_its_time),
        cmocka_unit_test(test_late__definition_that_is_not_established__is_awaited_once),
        cmocka_unit_test(test_late__one_version_is_not_served__the_other_still_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
