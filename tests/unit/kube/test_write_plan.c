#include "kube/write_priv.h"

#include "support/json_text.h"
#include "support/unit.h"

#define MAP(NAME) "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'" NAME "'}}"
#define SPACE     "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'s'}}"
#define HOOK                                                                                       \
    "{'apiVersion':'admissionregistration.k8s.io/v1','kind':'ValidatingWebhookConfiguration',"     \
    "'metadata':{'name':'h'}}"
#define THING "{'apiVersion':'x.io/v1','kind':'Thing','metadata':{'name':'t'}}"
#define DEFINITION                                                                                 \
    "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{"       \
    "'name':'things.x.io'},'spec':{'group':'x.io','names':{'kind':'Thing','plural':'things'},"     \
    "'versions':[{'name':'v1','served':true}]}}"

enum { MOST = 3 };

/* What was seen of the objects is put in by hand: a plan asks nobody. */
struct sketch {
    struct kube_write_options options;
    struct kube_writer writer;
    struct kube_object objects[MOST];
    struct error *err;
};

static void sketch_init(struct sketch *sketch, const struct kube_write_options *options)
{
    *sketch = (struct sketch){.options = *options};
    kube_writer_init(&sketch->writer, NULL, NULL, options);
}

static void sketch_add(struct sketch *sketch, enum kube_verb verb, const char *manifest,
                       bool exists)
{
    struct kube_object *object = &sketch->objects[sketch->writer.count];
    kube_object_init_take(object, json_from(manifest));
    struct kube_write *write = kube_writer_add(&sketch->writer, object, verb);
    write->stage = KUBE_STAGE_WRITE;
    write->prior.known = true;
    write->prior.exists = exists;
}

static void sketch_clear(struct sketch *sketch)
{
    for (size_t i = 0; i < sketch->writer.count; i++)
        kube_object_clear(&sketch->objects[i]);
    kube_writer_clear(&sketch->writer);
    error_clear(&sketch->err);
}

static void
test_plan__order__is_by_kind_or_as_given_and_backwards_for_deletions(maybe_unused void **state)
{
    static const struct {
        bool sort;
        enum kube_verb verb;
        int places[MOST]; /* of webhook, map, namespace: 0 goes first */
    } rows[] = {
        {true, KUBE_APPLY, {2, 1, 0}},
        {true, KUBE_DELETE, {0, 1, 2}},
        {false, KUBE_APPLY, {0, 1, 2}},
        {false, KUBE_DELETE, {2, 1, 0}},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct sketch sketch;
        sketch_init(&sketch, &(struct kube_write_options){.sort = rows[i].sort});
        sketch_add(&sketch, rows[i].verb, HOOK, true);
        sketch_add(&sketch, rows[i].verb, MAP("a"), true);
        sketch_add(&sketch, rows[i].verb, SPACE, true);
        assert_int_equal(kube_writer_plan(&sketch.writer, &sketch.err), 0);
        for (size_t one = 0; one < MOST; one++)
            for (size_t other = 0; other < MOST; other++)
                assert_int_equal(sketch.writer.writes[one].wave < sketch.writer.writes[other].wave,
                                 rows[i].places[one] < rows[i].places[other]);
        sketch_clear(&sketch);
    }
}

static void test_plan__object_that_is_not_there__is_left_alone_or_made(maybe_unused void **state)
{
    static const struct {
        enum kube_verb verb;
        bool done, missing, fails;
    } rows[] = {
        {KUBE_APPLY, false, false, false},    {KUBE_CREATE, false, false, false},
        {KUBE_UPDATE, false, false, false},   {KUBE_REPLACE, false, false, false},
        {KUBE_PATCH, true, true, false},      {KUBE_DELETE, true, false, false},
        {KUBE_JSON_PATCH, true, false, true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct sketch sketch;
        sketch_init(&sketch, &(struct kube_write_options){.sort = true, .go_on = true});
        sketch_add(&sketch, rows[i].verb, MAP("a"), false);
        assert_int_equal(kube_writer_plan(&sketch.writer, &sketch.err), 0);
        const struct kube_write *write = sketch.writer.writes;
        if (write->done != rows[i].done || write->missing != rows[i].missing ||
            (write->error != NULL) != rows[i].fails || write->changed)
            fail_msg("row %zu: done %d, missing %d", i, write->done, write->missing);
        sketch_clear(&sketch);
    }
}

static void test_plan__object_that_is_being_deleted__is_treated_as_told(maybe_unused void **state)
{
    static const struct {
        enum kube_verb verb;
        enum kube_terminating told;
        enum kube_stage stage;
    } rows[] = {
        {KUBE_APPLY, KUBE_TERMINATING_WAIT, KUBE_STAGE_GONE},
        {KUBE_UPDATE, KUBE_TERMINATING_WAIT, KUBE_STAGE_GONE},
        {KUBE_REPLACE, KUBE_TERMINATING_WAIT, KUBE_STAGE_GONE},
        {KUBE_PATCH, KUBE_TERMINATING_WAIT, KUBE_STAGE_WRITE},
        {KUBE_DELETE, KUBE_TERMINATING_WAIT, KUBE_STAGE_WRITE},
        {KUBE_APPLY, KUBE_TERMINATING_APPLY, KUBE_STAGE_WRITE},
        {KUBE_APPLY, KUBE_TERMINATING_FAIL, KUBE_STAGE_DONE},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct sketch sketch;
        sketch_init(&sketch, &(struct kube_write_options){
                                 .sort = true, .go_on = true, .on_terminating = rows[i].told});
        sketch_add(&sketch, rows[i].verb, MAP("a"), true);
        sketch.writer.writes[0].prior.terminating = true;
        assert_int_equal(kube_writer_plan(&sketch.writer, &sketch.err), 0);
        assert_int_equal(sketch.writer.writes[0].stage, rows[i].stage);
        assert_int_equal(sketch.writer.writes[0].error != NULL,
                         rows[i].told == KUBE_TERMINATING_FAIL);
        sketch_clear(&sketch);
    }
}

static void
test_plan__kind_that_comes_too_late__fails_before_the_first_write(maybe_unused void **state)
{
    struct sketch sketch;
    sketch_init(&sketch, &(struct kube_write_options){.sort = false});
    sketch_add(&sketch, KUBE_APPLY, THING, false);
    sketch.writer.writes[0].late = true;
    sketch_add(&sketch, KUBE_APPLY, DEFINITION, false);
    assert_int_equal(kube_writer_plan(&sketch.writer, &sketch.err), -1);
    assert_non_null(strstr(sketch.err->message, "set sort: true"));
    sketch_clear(&sketch);
}

static void test_plan__object_that_comes_twice__has_turns(maybe_unused void **state)
{
    struct sketch sketch;
    sketch_init(&sketch, &(struct kube_write_options){.sort = true});
    sketch_add(&sketch, KUBE_APPLY, MAP("a"), true);
    sketch_add(&sketch, KUBE_APPLY, MAP("b"), true);
    sketch_add(&sketch, KUBE_APPLY, MAP("a"), true);
    for (size_t i = 0; i < MOST; i++)
        sketch.writer.writes[i].holds = true;
    assert_int_equal(kube_writer_plan(&sketch.writer, &sketch.err), 0);
    const unsigned turns[] = {0, 0, 1};
    const bool holds[] = {false, true, false};
    for (size_t i = 0; i < MOST; i++) {
        assert_int_equal(sketch.writer.writes[i].turn, turns[i]);
        assert_int_equal(sketch.writer.writes[i].holds, holds[i]);
    }
    sketch_clear(&sketch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__order__is_by_kind_or_as_given_and_backwards_for_deletions),
        cmocka_unit_test(test_plan__object_that_is_not_there__is_left_alone_or_made),
        cmocka_unit_test(test_plan__object_that_is_being_deleted__is_treated_as_told),
        cmocka_unit_test(test_plan__kind_that_comes_too_late__fails_before_the_first_write),
        cmocka_unit_test(test_plan__object_that_comes_twice__has_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
