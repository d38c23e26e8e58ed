#include "kube/write.h"

#include "unit/kube/writing.h"

#define ENTRY                                                                                      \
    "\"managedFields\":[{\"manager\":\"ansible\",\"operation\":\"Apply\",\"apiVersion\":\"v1\","   \
    "\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:data\":{\"f:k\":{}}}}]"
#define MAP(VERSION, DATA)                                                                         \
    "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\",\"namespace\":"    \
    "\"n\",\"uid\":\"u\",\"resourceVersion\":\"" VERSION "\"," ENTRY "},\"data\":" DATA "}"
#define STORED(ANSWER)                                                                             \
    {                                                                                              \
        .when = "GET " WRITING_PATH, .body = (ANSWER)                                              \
    }

struct outcome {
    bool changed;
    int error; /* kind, -1 when there is none */
    char *message;
    char *method;
    char *warning;
    size_t gets, patches;
};

/* Applies data {"k": "v"} to ConfigMap n/a. */
static struct outcome apply(const struct fake_reply *script, size_t count, long timeout_ms,
                            bool write_unchanged)
{
    struct writing writing;
    writing_init(&writing);
    writing.options.write_unchanged = write_unchanged;
    writing.timeout_ms = timeout_ms;
    writing_go(&writing, script, count, KUBE_APPLY);
    const struct kube_write *write = writing.write;
    struct outcome outcome = {
        .changed = write->changed,
        .error = write->error ? (int)write->error->kind : -1,
        .message = xstrdup(write->error ? write->error->message : ""),
        .method = xstrdup(write->method ? write->method : ""),
        .warning = xstrdup(write->warnings.count ? write->warnings.items[0] : ""),
        .gets = writing_count(&writing, "GET"),
        .patches = writing_count(&writing, "PATCH"),
    };
    assert_true(write->error || write->after);
    writing_end(&writing);
    return outcome;
}

static void clear(struct outcome *outcome)
{
    free(outcome->message);
    free(outcome->method);
    free(outcome->warning);
}

static void test_write__object_holds_the_manifest__is_not_sent(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        WRITING_SERVES,
        {.when = "GET " WRITING_PATH,
         .headers = "Warning: 299 - \"old kind\"\r\n",
         .body = MAP("1", "{\"k\":\"v\"}")},
    };
    struct outcome outcome = apply(script, array_length(script), 0, false);
    assert_int_equal(outcome.error, -1);
    assert_false(outcome.changed);
    assert_string_equal(outcome.method, "apply");
    assert_string_equal(outcome.warning, "old kind");
    assert_int_equal(outcome.patches, 0);
    clear(&outcome);
}

static void test_write__told_to_write_what_is_unchanged__sends_it(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        WRITING_SERVES,
        STORED(MAP("1", "{\"k\":\"v\"}")),
        {.when = "PATCH " WRITING_PATH, .body = MAP("1", "{\"k\":\"v\"}")},
    };
    struct outcome outcome = apply(script, array_length(script), 0, true);
    assert_int_equal(outcome.error, -1);
    assert_false(outcome.changed);
    assert_int_equal(outcome.patches, 1);
    clear(&outcome);
}

struct row {
    const char *what;
    struct fake_reply first; /* what becomes of the first PATCH */
};

/* The first PATCH is carried out or not, nobody knows. The second says how things are. */
static const struct row rows[] = {
    {"no answer in time", {.when = "PATCH " WRITING_PATH, .times = 1, .fault = FAKE_HANG}},
    {"answer that stalls",
     {.when = "PATCH " WRITING_PATH,
      .times = 1,
      .body = MAP("2", "{\"k\":\"v\"}"),
      .fault = FAKE_STALL,
      .fault_after = 10}},
    {"connection closed", {.when = "PATCH " WRITING_PATH, .times = 1, .fault = FAKE_CLOSE}},
    {"connection reset", {.when = "PATCH " WRITING_PATH, .times = 1, .fault = FAKE_RESET}},
    {"answer cut",
     {.when = "PATCH " WRITING_PATH,
      .times = 1,
      .body = MAP("2", "{\"k\":\"v\"}"),
      .fault = FAKE_CUT,
      .fault_after = 10}},
    {"overloaded",
     {.when = "PATCH " WRITING_PATH, .times = 1, .status = 429, .headers = "Retry-After: 0\r\n"}},
    {"gateway without server",
     {.when = "PATCH " WRITING_PATH, .times = 1, .status = 503, .body = "no"}},
};

static void test_write__first_answer_is_lost__is_sent_again(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            WRITING_SERVES,
            STORED(MAP("1", "{\"k\":\"w\"}")),
            rows[i].first,
            {.when = "PATCH " WRITING_PATH, .body = MAP("2", "{\"k\":\"v\"}")},
        };
        struct outcome outcome = apply(script, array_length(script), 300, false);
        if (outcome.error != -1 || !outcome.changed || outcome.patches != 2)
            fail_msg("%s: %s, %zu patches", rows[i].what, outcome.message, outcome.patches);
        clear(&outcome);
    }
}

static void test_write__answer_that_is_no_object__is_an_error(maybe_unused void **state)
{
    static const char *const answers[] = {"<html>", "{}", "[]", "{\"metadata\":1}", ""};
    for (size_t i = 0; i < array_length(answers); i++) {
        const struct fake_reply script[] = {
            WRITING_SERVES,
            STORED(MAP("1", "{\"k\":\"w\"}")),
            {.when = "PATCH " WRITING_PATH, .body = answers[i]},
        };
        struct outcome outcome = apply(script, array_length(script), 0, false);
        if (outcome.error != ERROR_PARSE || !strstr(outcome.message, "ConfigMap n/a"))
            fail_msg("%s: %d, %s", answers[i], outcome.error, outcome.message);
        clear(&outcome);
    }
}

static void test_write__conflict__is_not_repeated(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        WRITING_SERVES,
        STORED(MAP("1", "{\"k\":\"w\"}")),
        {.when = "PATCH " WRITING_PATH,
         .status = 409,
         .body =
             "{\"kind\":\"Status\",\"code\":409,\"reason\":\"Conflict\",\"message\":\"m\","
             "\"details\":{\"causes\":[{\"reason\":\"FieldManagerConflict\",\"field\":\".data.k\","
             "\"message\":\"conflict with \\\"o\\\"\"}]}}"},
    };
    struct outcome outcome = apply(script, array_length(script), 0, false);
    assert_int_equal(outcome.error, ERROR_CONFLICT);
    assert_int_equal(outcome.patches, 1);
    assert_false(outcome.changed);
    clear(&outcome);
}

/* ---- many */

enum { MANY = 20 };

/* A list of MANY ConfigMaps "m0", "m1" …, all of which hold the manifest but number LACKING. */
static char *list_of(int lacking, const char *metadata)
{
    struct buf text;
    buf_init(&text);
    buf_printf(&text,
               "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{%s},\"items\":[",
               metadata);
    const char *comma = "";
    for (int i = 0; i < MANY; i++) {
        if (i == lacking)
            continue;
        buf_printf(&text,
                   "%s{\"metadata\":{\"name\":\"m%d\",\"namespace\":\"n\",\"uid\":\"u\","
                   "\"resourceVersion\":\"1\"," ENTRY "},\"data\":{\"k\":\"v\"}}",
                   comma, i);
        comma = ",";
    }
    buf_add_str(&text, "]}");
    return buf_steal(&text);
}

struct many {
    size_t lists, gets, patches;
    size_t unchanged;
};

static struct many apply_many(const struct fake_reply *script, size_t count)
{
    struct scene scene;
    scene_begin(&scene, script, count, 0);
    struct kube_discovery *discovery = kube_discovery_new(scene.client);
    const struct kube_write_options options = {
        .field_manager = "ansible", .sort = true, .go_on = true, .parallel = 4};
    struct kube_object objects[MANY];
    struct kube_writer writer;
    kube_writer_init(&writer, scene.client, discovery, &options);
    for (int i = 0; i < MANY; i++) {
        char *text = xasprintf("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m%d',"
                               "'namespace':'n'},'data':{'k':'v'}}",
                               i);
        kube_object_init_take(&objects[i], json_from(text));
        free(text);
        kube_writer_add(&writer, &objects[i], KUBE_APPLY);
    }
    struct error *err = NULL;
    assert_int_equal(kube_writer_observe(&writer, &err), 0);
    assert_int_equal(kube_writer_plan(&writer, &err), 0);
    assert_int_equal(kube_writer_run(&writer, &err), 0);
    assert_no_error(err);
    struct many many = {.lists = scene_count(&scene, "GET /api/v1/namespaces/n/configmaps?"),
                        .gets = scene_count(&scene, "GET /api/v1/namespaces/n/configmaps/"),
                        .patches = scene_count(&scene, "PATCH ")};
    for (size_t i = 0; i < MANY; i++) {
        many.unchanged += !writer.writes[i].changed && !writer.writes[i].error;
        kube_object_clear(&objects[i]);
    }
    kube_writer_clear(&writer);
    kube_discovery_free(discovery);
    scene_end(&scene);
    return many;
}

static void test_write__many_of_a_kind__one_list_tells_what_is_there(maybe_unused void **state)
{
    char *list = list_of(7, "");
    const struct fake_reply script[] = {
        WRITING_SERVES,
        {.when = "GET /api/v1/namespaces/n/configmaps?limit=40 ", .body = list},
        {.when = "PATCH /api/v1/namespaces/n/configmaps/m7?",
         .status = 201,
         .body = MAP("1", "{\"k\":\"v\"}")},
    };
    struct many many = apply_many(script, array_length(script));
    free(list);
    assert_int_equal(many.lists, 1);
    assert_int_equal(many.gets, 0);
    assert_int_equal(many.patches, 1);
    assert_int_equal(many.unchanged, MANY - 1);
}

static void test_write__list_mostly_of_others__is_broken_off(maybe_unused void **state)
{
    /* One is left to find: it is worth reading two objects more, not three. */
    static const struct {
        const char *metadata;
        size_t lists;
    } turns[] = {{"\"continue\":\"t\",\"remainingItemCount\":3", 1},
                 {"\"continue\":\"t\",\"remainingItemCount\":2", 2},
                 {"\"continue\":\"t\"", 1}};
    for (size_t i = 0; i < array_length(turns); i++) {
        char *list = list_of(7, turns[i].metadata);
        const struct fake_reply script[] = {
            WRITING_SERVES,
            {.when = "GET /api/v1/namespaces/n/configmaps?limit=40 ", .body = list},
            {.when = "GET /api/v1/namespaces/n/configmaps?limit=40&continue=t ",
             .body = "{\"items\":[]}"},
            {.when = "GET /api/v1/namespaces/n/configmaps/m7 ", .status = 404, .body = "{}"},
            {.when = "PATCH ", .status = 201, .body = MAP("1", "{\"k\":\"v\"}")},
        };
        struct many many = apply_many(script, array_length(script));
        free(list);
        assert_int_equal(many.lists, turns[i].lists);
        assert_int_equal(many.gets, turns[i].lists == 1);
        assert_int_equal(many.patches, 1);
        assert_int_equal(many.unchanged, MANY - 1);
    }
}

static void test_write__list_that_fails__every_object_is_asked_for(maybe_unused void **state)
{
    char *list = list_of(-1, "");
    const struct fake_reply failures[] = {
        {.status = 403, .body = "no"}, {.body = "<html>"},
        {.body = "{\"items\":{}}"},    {.body = list, .fault = FAKE_CUT, .fault_after = 1000},
        {.fault = FAKE_RESET},         {.fault = FAKE_FLOOD, .body = " "},
    };
    for (size_t i = 0; i < array_length(failures); i++) {
        struct fake_reply failure = failures[i];
        failure.when = "GET /api/v1/namespaces/n/configmaps?";
        const struct fake_reply script[] = {
            WRITING_SERVES,
            failure,
            {.when = "GET /api/v1/namespaces/n/configmaps/", .status = 404, .body = "{}"},
            {.when = "PATCH ", .status = 201, .body = MAP("1", "{\"k\":\"v\"}")},
        };
        struct many many = apply_many(script, array_length(script));
        if (many.gets != MANY || many.patches != MANY || many.unchanged)
            fail_msg("failure %zu: %zu gets, %zu patches, %zu unchanged", i, many.gets,
                     many.patches, many.unchanged);
    }
    free(list);
}

static void test_write__object_again_and_again__goes_one_after_the_other(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        WRITING_SERVES,
        STORED(MAP("1", "{\"k\":\"w\"}")),
        {.when = "PATCH ", .delay_ms = 50, .body = MAP("2", "{\"k\":\"v\"}")},
    };
    enum { TIMES = 8 };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct kube_discovery *discovery = kube_discovery_new(scene.client);
    const struct kube_write_options options = {
        .field_manager = "ansible", .sort = true, .parallel = 4};
    struct kube_object objects[TIMES];
    struct kube_writer writer;
    kube_writer_init(&writer, scene.client, discovery, &options);
    for (int i = 0; i < TIMES; i++) {
        objects[i] = scene_object("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a',"
                                  "'namespace':'n'},'data':{'k':'v'}}");
        kube_writer_add(&writer, &objects[i], KUBE_APPLY);
    }
    struct error *err = NULL;
    assert_int_equal(kube_writer_observe(&writer, &err), 0);
    assert_int_equal(kube_writer_plan(&writer, &err), 0);
    size_t before = fake_server_requests(scene.server);
    assert_int_equal(kube_writer_run(&writer, &err), 0);
    assert_no_error(err);
    /* Behind each PATCH but the last one it is looked at again what it made. */
    assert_int_equal(fake_server_requests(scene.server) - before, 2 * TIMES - 1);
    for (size_t i = before; i < fake_server_requests(scene.server); i++) {
        char *text = fake_server_request(scene.server, i);
        assert_int_equal(strncmp(text, "PATCH ", 6) == 0, (i - before) % 2 == 0);
        free(text);
    }
    for (size_t i = 0; i < TIMES; i++)
        kube_object_clear(&objects[i]);
    kube_writer_clear(&writer);
    kube_discovery_free(discovery);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write__object_holds_the_manifest__is_not_sent),
        cmocka_unit_test(test_write__told_to_write_what_is_unchanged__sends_it),
        cmocka_unit_test(test_write__first_answer_is_lost__is_sent_again),
        cmocka_unit_test(test_write__answer_that_is_no_object__is_an_error),
        cmocka_unit_test(test_write__conflict__is_not_repeated),
        cmocka_unit_test(test_write__many_of_a_kind__one_list_tells_what_is_there),
        cmocka_unit_test(test_write__list_mostly_of_others__is_broken_off),
        cmocka_unit_test(test_write__list_that_fails__every_object_is_asked_for),
        cmocka_unit_test(test_write__object_again_and_again__goes_one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
