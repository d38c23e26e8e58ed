#include "kube/write_priv.h"

#include "base/str.h"
#include "unit/kube/look.h"

/* ---- what the server serves */

#define MAPS "/api/v1/namespaces/n/configmaps/"
#define THERE                                                                                      \
    "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"there\","              \
    "\"namespace\":\"n\",\"uid\":\"u\",\"resourceVersion\":\"7\"}}"

static const struct fake_reply script[] = {
    {.when = "GET /api/v1 ",
     .body =
         KINDS("v1", RESOURCE("configmaps", "ConfigMap", "true", ALL) "," RESOURCE(
                         "namespaces", "Namespace", "false",
                         ALL) "," RESOURCE("namespaces/status", "Namespace", "false", "\"get\""))},
    {.when = "GET /apis/authorization.k8s.io/v1 ",
     .body = KINDS(
         "authorization.k8s.io/v1",
         RESOURCE("selfsubjectaccessreviews", "SelfSubjectAccessReview", "false", "\"create\""))},
    {.when = "GET /apis/apiextensions.k8s.io/v1 ",
     .body = KINDS("apiextensions.k8s.io/v1", RESOURCE("customresourcedefinitions",
                                                       "CustomResourceDefinition", "false", ALL))},
    {.when = "GET /api ", .body = "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}"},
    {.when = "GET /apis ",
     .body = "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[]}"},
    {.when = "GET " MAPS "there", .body = THERE},
    {.when = "GET " MAPS "secret",
     .status = 403,
     .body = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"message\":\"hands off\"}"},
};

/* ---- a run that ends after its first look */

static void look_begin(struct look *look, const struct kube_write_options *options)
{
    look_at(look, script, array_length(script), options);
}

static void look_go(struct look *look)
{
    look->result = kube_writer_observe(&look->writer, &look->err);
}

#define MAP(META)                                                                                  \
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{" META "},'data':{'k':'v'},'status':{}}"
#define REVIEW(META)                                                                               \
    "{'apiVersion':'authorization.k8s.io/v1','kind':'SelfSubjectAccessReview','metadata':{" META   \
    "}}"
/* ---- names */

static void
test_observe__object_without_a_name__is_refused_where_it_needs_one(maybe_unused void **state)
{
    static const struct {
        enum kube_verb verb;
        const char *manifest;
        const char *refusal; /* NULL: it may pass */
    } rows[] = {
        {KUBE_APPLY, MAP(""), "document 1, ConfigMap (no name): metadata.name is missing"},
        {KUBE_CREATE, MAP(""), "metadata.name is missing"},
        {KUBE_APPLY, MAP("'generateName':'a-'"), "cannot use generate name with apply"},
        {KUBE_CREATE, MAP("'generateName':'a-'"), NULL},
        {KUBE_CREATE, REVIEW(""), NULL},
        {KUBE_DELETE, MAP(""), NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct look look;
        look_begin(&look, &(struct kube_write_options){0});
        const struct kube_write *write = look_add(&look, rows[i].verb, rows[i].manifest);
        look_go(&look);
        if (rows[i].refusal) {
            assert_int_equal(look.result, -1);
            assert_error(&look.err, ERROR_USAGE, rows[i].refusal);
            assert_int_equal(fake_server_requests(look.scene.server), 0);
        } else {
            assert_int_equal(look.result, 0);
            assert_int_equal(write->stage, KUBE_STAGE_WRITE);
            assert_true(write->prior.known && !write->prior.exists);
        }
        look_end(&look);
    }
}

/* ---- the first look */

static void test_observe__every_verb__looks_where_it_has_to(maybe_unused void **state)
{
    static const struct {
        enum kube_verb verb;
        const char *manifest;
        bool looks, exists;
    } rows[] = {
        {KUBE_APPLY, MAP("'name':'there','namespace':'n'"), true, true},
        {KUBE_APPLY, MAP("'name':'new','namespace':'n'"), true, false},
        {KUBE_DELETE, MAP("'name':'there','namespace':'n'"), true, true},
        {KUBE_PATCH, MAP("'name':'there','namespace':'n'"), true, true},
        {KUBE_CREATE, MAP("'name':'there','namespace':'n'"), false, false},
        {KUBE_APPLY, REVIEW("'name':'a'"), false, false}, /* nobody can get one */
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct look look;
        look_begin(&look, &(struct kube_write_options){.field_manager = "me"});
        const struct kube_write *write = look_add(&look, rows[i].verb, rows[i].manifest);
        look_go(&look);
        assert_no_error(look.err);
        bool looked = scene_count(&look.scene, "GET " MAPS) > 0;
        if (looked != rows[i].looks || write->prior.exists != rows[i].exists ||
            !write->prior.known || write->stage != KUBE_STAGE_WRITE)
            fail_msg("row %zu: looked %d, exists %d, stage %d", i, looked, write->prior.exists,
                     (int)write->stage);
        look_end(&look);
    }
}

static void test_observe__what_a_list_has_shown__is_not_asked_for(maybe_unused void **state)
{
    struct look look;
    look_begin(&look, &(struct kube_write_options){.append_hash = true});
    struct kube_write *write = look_add(&look, KUBE_DELETE, MAP("'name':'there','namespace':'n'"));
    write->prior = (struct kube_prior){.known = true, .exists = true};
    look_go(&look);
    assert_no_error(look.err);
    assert_int_equal(scene_count(&look.scene, "GET " MAPS), 0);
    assert_int_equal(write->stage, KUBE_STAGE_WRITE);
    assert_string_equal(write->object->name, "there"); /* a hash is in its name already */
    look_end(&look);
}

static void test_observe__object__is_made_to_fit_its_kind(maybe_unused void **state)
{
    struct look look;
    look_begin(&look, &(struct kube_write_options){.append_hash = true, .field_manager = "me"});
    const struct kube_object *map = &look.objects[0];
    const struct kube_object *space = &look.objects[1];
    const struct kube_object *prefix = &look.objects[2];
    look_add(&look, KUBE_APPLY, MAP("'name':'a','generation':1"));
    look_add(&look, KUBE_APPLY,
             "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n','namespace':'x'},"
             "'status':{}}");
    look_add(&look, KUBE_CREATE, MAP("'generateName':'g-'"));
    look_go(&look);
    assert_no_error(look.err);
    assert_string_equal(map->namespace_, "default");
    assert_int_equal(strlen(map->name), strlen("a-0123456789"));
    assert_non_null(json_object_get(map->value, "status")); /* it has no subresource of that name */
    assert_null(json_object_get(json_object_get(map->value, "metadata"), "generation"));
    assert_json(space->value, "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n'}}");
    assert_int_equal(strlen(prefix->generate_name), strlen("g--0123456789"));
    assert_null(prefix->name);
    look_end(&look);
}

/* ---- kinds */

static void
test_observe__unknown_kind__is_an_error_unless_it_goes_or_comes(maybe_unused void **state)
{
    static const struct {
        enum kube_verb verb;
        bool defined; /* by an object of the run */
        bool fails, done, late;
    } rows[] = {
        {KUBE_APPLY, false, true, true, false},
        {KUBE_DELETE, false, false, true, false},
        {KUBE_APPLY, true, false, false, true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct look look;
        look_begin(&look, &(struct kube_write_options){.wait_crds = true, .go_on = true});
        if (rows[i].defined)
            look_add(&look, KUBE_APPLY, DEFINITION);
        const struct kube_write *write = look_add(&look, rows[i].verb, CUSTOM);
        look_go(&look);
        assert_no_error(look.err);
        if (write->done != rows[i].done || write->late != rows[i].late ||
            (write->error != NULL) != rows[i].fails)
            fail_msg("row %zu: done %d, late %d, %s", i, write->done, write->late,
                     write->error ? write->error->message : "no error");
        if (write->error)
            assert_non_null(strstr(write->error->message, "no matches for kind \"Thing\""));
        look_end(&look);
    }
}

/* ---- failures */

static void test_observe__failed_look__ends_the_run_unless_it_goes_on(maybe_unused void **state)
{
    for (int go_on = 0; go_on <= 1; go_on++) {
        struct look look;
        look_begin(&look, &(struct kube_write_options){.go_on = go_on});
        const struct kube_write *write =
            look_add(&look, KUBE_APPLY, MAP("'name':'secret','namespace':'n'"));
        look_go(&look);
        assert_int_equal(look.result, go_on ? 0 : -1);
        const struct error *err = go_on ? write->error : look.err;
        assert_non_null(err);
        assert_non_null(strstr(err->message, "hands off"));
        assert_true(write->done);
        look_end(&look);
    }
}

static void test_observe__nothing_to_write__asks_nobody(maybe_unused void **state)
{
    struct look look;
    look_begin(&look, &(struct kube_write_options){0});
    look_go(&look);
    assert_int_equal(look.result, 0);
    assert_int_equal(fake_server_requests(look.scene.server), 0);
    look_end(&look);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_observe__object_without_a_name__is_refused_where_it_needs_one),
        cmocka_unit_test(test_observe__every_verb__looks_where_it_has_to),
        cmocka_unit_test(test_observe__what_a_list_has_shown__is_not_asked_for),
        cmocka_unit_test(test_observe__object__is_made_to_fit_its_kind),
        cmocka_unit_test(test_observe__unknown_kind__is_an_error_unless_it_goes_or_comes),
        cmocka_unit_test(test_observe__failed_look__ends_the_run_unless_it_goes_on),
        cmocka_unit_test(test_observe__nothing_to_write__asks_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
