#include "kube/applied.h"

#include "support/json_text.h"

/* Names of list items in an entry: by the member "name", by two members, by the value. */
#define NAMED(NAME)  "'k:{\\\"name\\\":\\\"" NAME "\\\"}'"
#define PORT(PORT_)  "'k:{\\\"port\\\":" PORT_ ",\\\"protocol\\\":\\\"TCP\\\"}'"
#define UDP_(PORT_)  "'k:{\\\"port\\\":" PORT_ ",\\\"protocol\\\":\\\"UDP\\\"}'"
#define VALUE(VALUE) "'v:\\\"" VALUE "\\\"'"

#define ENTRY(OPERATION, VERSION, MORE, FIELDS)                                                    \
    "{'manager':'ansible','operation':'" OPERATION "','apiVersion':'" VERSION "'," MORE            \
    "'fieldsType':'FieldsV1','fieldsV1':" FIELDS "}"

struct row {
    const char *what;
    const char *ours; /* members of the manifest */
    const char *live; /* members of the object */
    const char *fields;
    bool holds;
};

static const struct row rows[] = {
    /* plain values */
    {"same text", "'data':{'a':'1'}", "'data':{'a':'1'}", "{'f:data':{'f:a':{}}}", true},
    {"other text", "'data':{'a':'2'}", "'data':{'a':'1'}", "{'f:data':{'f:a':{}}}", false},
    {"number for text", "'data':{'a':1}", "'data':{'a':'1'}", "{'f:data':{'f:a':{}}}", false},
    {"fraction of zero", "'spec':{'n':1.0}", "'spec':{'n':1}", "{'f:spec':{'f:n':{}}}", false},
    {"same fraction", "'spec':{'n':0.5}", "'spec':{'n':0.5}", "{'f:spec':{'f:n':{}}}", true},
    {"other quantity", "'data':{'cpu':'1000m'}", "'data':{'cpu':'1'}", "{'f:data':{'f:cpu':{}}}",
     false},
    {"false for absent", "'data':{'a':false}", "'data':{}", "{'f:data':{'f:a':{}}}", false},
    {"text with a NUL", "'data':{'a':'1\\u0000x'}", "'data':{'a':'1\\u0000y'}",
     "{'f:data':{'f:a':{}}}", false},
    {"value of another type", "'data':{'a':'1'}", "'data':{'a':{'b':'1'}}", "{'f:data':{'f:a':{}}}",
     false},

    /* who owns it */
    {"value of another manager beside", "'data':{'a':'1'}", "'data':{'a':'1','b':'2'}",
     "{'f:data':{'f:a':{}}}", true},
    {"same value, not owned yet", "'data':{'a':'1','b':'2'}", "'data':{'a':'1','b':'2'}",
     "{'f:data':{'f:a':{}}}", false},
    {"owned, left out now", "'data':{'a':'1'}", "'data':{'a':'1','b':'2'}",
     "{'f:data':{'f:a':{},'f:b':{}}}", false},
    {"owned, left out now, its parent too", "'data':{'a':'1'}", "'data':{'a':'1'},'b':{'c':1}",
     "{'f:data':{'f:a':{}},'f:b':{'f:c':{}}}", false},
    {"owned by an entry that names more below", "'data':{'a':'1'}", "'data':{'a':'1'}",
     "{'f:data':{'f:a':{'f:b':{}}}}", false},
    {"place itself named beside", "'data':{'a':'1'}", "'data':{'a':'1'}",
     "{'f:data':{'.':{},'f:a':{}}}", true},
    {"nothing applied any more", "'x':{}", "'data':{'a':'1'}", "{'f:data':{'f:a':{}}}", false},

    /* nulls and emptiness */
    {"null", "'data':{'a':null}", "'data':{'a':null}", "{'f:data':{'f:a':{}}}", false},
    {"null for absent", "'data':{'a':null}", "'data':{}", "{'f:data':{'f:a':{}}}", false},
    {"empty object", "'spec':{'strategy':{}}", "'spec':{'strategy':{}}",
     "{'f:spec':{'f:strategy':{}}}", true},
    {"empty object that was filled in", "'spec':{'strategy':{}}",
     "'spec':{'strategy':{'type':'A'}}", "{'f:spec':{'f:strategy':{}}}", false},
    {"empty object that is not stored", "'metadata':{'name':'a','labels':{}},'data':{}",
     "'data':{}", "{'f:metadata':{'f:labels':{}},'f:data':{}}", false},
    {"empty when applied, filled now", "'spec':{'strategy':{'type':'A'}}",
     "'spec':{'strategy':{'type':'A'}}", "{'f:spec':{'f:strategy':{}}}", false},
    {"null when applied, filled now", "'spec':{'containers':[{'name':'c'}]}",
     "'spec':{'containers':[{'name':'c'}]}", "{'f:spec':{'f:containers':{}}}", false},
    {"empty granular list", "'spec':{'containers':[]}", "'spec':{'containers':[]}",
     "{'f:spec':{'f:containers':{}}}", false},
    {"empty atomic list", "'spec':{'tolerations':[]}", "'spec':{'tolerations':[]}",
     "{'f:spec':{'f:tolerations':{}}}", true},
    {"empty list that is not owned", "'spec':{'a':'1','ports':[]}", "'spec':{'a':'1','ports':[]}",
     "{'f:spec':{'f:a':{}}}", false},

    /* atomic */
    {"atomic list", "'rules':[{'verbs':['get','list']}]", "'rules':[{'verbs':['get','list']}]",
     "{'f:rules':{}}", true},
    {"atomic list, other order", "'rules':[{'verbs':['list','get']}]",
     "'rules':[{'verbs':['get','list']}]", "{'f:rules':{}}", false},
    {"atomic list, longer", "'rules':[{'verbs':['get']}]", "'rules':[{'verbs':['get','list']}]",
     "{'f:rules':{}}", false},
    {"atomic list, shorter", "'rules':[{'verbs':['get']},{'verbs':['list']}]",
     "'rules':[{'verbs':['get']}]", "{'f:rules':{}}", false},
    {"atomic map", "'spec':{'nodeSelector':{'a':'b'}}", "'spec':{'nodeSelector':{'a':'b'}}",
     "{'f:spec':{'f:nodeSelector':{}}}", true},
    {"atomic map with a key of others", "'spec':{'nodeSelector':{'a':'b'}}",
     "'spec':{'nodeSelector':{'a':'b','c':'d'}}", "{'f:spec':{'f:nodeSelector':{}}}", false},
    {"map of a name that is not known as atomic", "'spec':{'limits':{'a':'b'}}",
     "'spec':{'limits':{'a':'b'}}", "{'f:spec':{'f:limits':{}}}", false},
    {"default in an atomic object", "'spec':{'fieldRef':{'fieldPath':'p'}}",
     "'spec':{'fieldRef':{'fieldPath':'p','apiVersion':'v1'}}", "{'f:spec':{'f:fieldRef':{}}}",
     true},
    {"no default in an atomic object", "'spec':{'fieldRef':{'fieldPath':'p'}}",
     "'spec':{'fieldRef':{'fieldPath':'p','apiVersion':'v2'}}", "{'f:spec':{'f:fieldRef':{}}}",
     false},
    {"default of another atomic object", "'spec':{'roleRef':{'name':'p'}}",
     "'spec':{'roleRef':{'name':'p','apiVersion':'v1'}}", "{'f:spec':{'f:roleRef':{}}}", false},
    {"default that the manifest overrides", "'rules':[{'scope':'Namespaced'}]",
     "'rules':[{'scope':'*'}]", "{'f:rules':{}}", false},
    {"default in an atomic list", "'rules':[{'verbs':['a']}]",
     "'rules':[{'verbs':['a'],'scope':'*'}]", "{'f:rules':{}}", true},

    /* list maps */
    {"list map", "'spec':{'containers':[{'name':'c','image':'i'},{'name':'d'}]}",
     "'spec':{'containers':[{'name':'c','image':'i','more':1},{'name':'d'}]}",
     "{'f:spec':{'f:containers':{" NAMED("c") ":{'.':{},'f:name':{},'f:image':{}}," NAMED(
         "d") ":{'.':{},'f:name':{}}}}}",
     true},
    {"list map, other order in the manifest", "'spec':{'env':[{'name':'d'},{'name':'c'}]}",
     "'spec':{'env':[{'name':'c'},{'name':'d'}]}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{}}," NAMED("d") ":{'.':{},'f:name':{}}"
                                                                           "}}}",
     false},
    {"list map, item of others", "'spec':{'env':[{'name':'c'}]}",
     "'spec':{'env':[{'name':'c'},{'name':'x'}]}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{}}}}}", false},
    {"list map, item not owned", "'spec':{'env':[{'name':'c'},{'name':'d'}]}",
     "'spec':{'env':[{'name':'c'},{'name':'d'}]}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{}}}}}", false},
    {"list map, item left out", "'spec':{'env':[{'name':'c'}]}",
     "'spec':{'env':[{'name':'c'},{'name':'d'}]}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{}}," NAMED("d") ":{'.':{},'f:name':{}}"
                                                                           "}}}",
     false},
    {"list map, same item twice", "'spec':{'env':[{'name':'c'},{'name':'c'}]}",
     "'spec':{'env':[{'name':'c'},{'name':'d'}]}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{}}," NAMED("d") ":{'.':{},'f:name':{}}"
                                                                           "}}}",
     false},
    {"list map, value of an item", "'spec':{'env':[{'name':'c','value':'1'}]}",
     "'spec':{'env':[{'name':'c','value':'2'}]}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{},'f:value':{}}}}}", false},
    {"list map, text for an item", "'spec':{'env':['c']}", "'spec':{'env':['c']}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{}}}}}", false},
    {"list map, keys that are no JSON", "'spec':{'env':[{'name':'c'}]}",
     "'spec':{'env':[{'name':'c'}]}", "{'f:spec':{'f:env':{'k:{name}':{'.':{},'f:name':{}}}}}",
     false},
    {"list map without keys", "'spec':{'env':[{'name':'c'}]}", "'spec':{'env':[{'name':'c'}]}",
     "{'f:spec':{'f:env':{'k:{}':{'.':{},'f:name':{}}}}}", false},
    {"list by index", "'spec':{'env':[{'name':'c'}]}", "'spec':{'env':[{'name':'c'}]}",
     "{'f:spec':{'f:env':{'i:0':{'.':{},'f:name':{}}}}}", false},
    {"object where a list was", "'spec':{'env':{'name':'c'}}", "'spec':{'env':[{'name':'c'}]}",
     "{'f:spec':{'f:env':{" NAMED("c") ":{'.':{},'f:name':{}}}}}", false},
    {"list map of atomic items", "'spec':{'refs':[{'name':'c'}]}", "'spec':{'refs':[{'name':'c'}]}",
     "{'f:spec':{'f:refs':{" NAMED("c") ":{}}}}", true},
    {"list map of atomic items, one has more", "'spec':{'refs':[{'name':'c'}]}",
     "'spec':{'refs':[{'name':'c','b':'1'}]}", "{'f:spec':{'f:refs':{" NAMED("c") ":{}}}}", false},
    {"list map of items that were empty", "'spec':{'p':[{'protocol':'TCP'}]}",
     "'spec':{'p':[{'protocol':'TCP','a':'1'}]}",
     "{'f:spec':{'f:p':{'k:{\\\"protocol\\\":\\\"TCP\\\"}':{}}}}", false},
    {"key that is optional", "'spec':{'p':[{'port':1},{'port':1,'b':2}]}",
     "'spec':{'p':[{'port':1},{'port':1,'b':2}]}",
     "{'f:spec':{'f:p':{'k:{\\\"port\\\":1}':{'.':{},'f:port':{}},"
     "'k:{\\\"port\\\":1,\\\"b\\\":2}':{'.':{},'f:port':{},'f:b':{}}}}}",
     false},

    /* keys with a default */
    {"default in a key", "'spec':{'ports':[{'port':80}]}",
     "'spec':{'ports':[{'port':80,'protocol':'TCP'}]}",
     "{'f:spec':{'f:ports':{" PORT("80") ":{'.':{},'f:port':{}}}}}", true},
    {"default in a key, once owned", "'spec':{'ports':[{'port':80}]}",
     "'spec':{'ports':[{'port':80,'protocol':'TCP'}]}",
     "{'f:spec':{'f:ports':{" PORT("80") ":{'.':{},'f:port':{},'f:protocol':{}}}}}", false},
    {"default in a key, owned from now on", "'spec':{'ports':[{'port':80,'protocol':'TCP'}]}",
     "'spec':{'ports':[{'port':80,'protocol':'TCP'}]}",
     "{'f:spec':{'f:ports':{" PORT("80") ":{'.':{},'f:port':{}}}}}", false},
    {"default in one key of two", "'spec':{'ports':[{'port':53,'protocol':'UDP'},{'port':53}]}",
     "'spec':{'ports':[{'port':53,'protocol':'UDP'},{'port':53,'protocol':'TCP'}]}",
     "{'f:spec':{'f:ports':{" PORT("53") ":{'.':{},'f:port':{}}," UDP_(
         "53") ":{'.':{},'f:port':{},'f:protocol':{}}}}}",
     true},
    {"no default in a key", "'spec':{'ports':[{'port':53}]}",
     "'spec':{'ports':[{'port':53,'protocol':'UDP'}]}",
     "{'f:spec':{'f:ports':{" UDP_("53") ":{'.':{},'f:port':{}}}}}", false},

    /* sets */
    {"set", "'spec':{'s':['a','b']}", "'spec':{'s':['a','b']}",
     "{'f:spec':{'f:s':{" VALUE("a") ":{}," VALUE("b") ":{}}}}", true},
    {"set, other order", "'spec':{'s':['b','a']}", "'spec':{'s':['a','b']}",
     "{'f:spec':{'f:s':{" VALUE("a") ":{}," VALUE("b") ":{}}}}", false},
    {"set, value of others", "'spec':{'s':['a']}", "'spec':{'s':['a','b']}",
     "{'f:spec':{'f:s':{" VALUE("a") ":{}}}}", false},
    {"set, other value", "'spec':{'s':['b']}", "'spec':{'s':['b']}",
     "{'f:spec':{'f:s':{" VALUE("a") ":{}}}}", false},
    {"set, number for text", "'spec':{'s':[1]}", "'spec':{'s':[1]}",
     "{'f:spec':{'f:s':{" VALUE("1") ":{}}}}", false},

    /* metadata */
    {"labels", "'metadata':{'name':'a','labels':{'l':'1'}}",
     "'metadata':{'name':'a','labels':{'l':'1','of':'others'}}",
     "{'f:metadata':{'f:labels':{'f:l':{"
     "}}}}",
     true},
    {"label left out", "'metadata':{'name':'a'},'data':{'a':'1'}",
     "'metadata':{'name':'a','labels':{'l':'1'}},'data':{'a':'1'}",
     "{'f:metadata':{'f:labels':{'f:l':{}}},'f:data':{'f:a':{}}}", false},
    {"precondition uid", "'metadata':{'name':'a','uid':'u'},'data':{'a':'1'}",
     "'metadata':{'name':'a','uid':'u'},'data':{'a':'1'}", "{'f:data':{'f:a':{}}}", false},
    {"precondition resourceVersion",
     "'metadata':{'name':'a','resourceVersion':'1'},'data':{'a':'1'}",
     "'metadata':{'name':'a','resourceVersion':'1'},'data':{'a':'1'}", "{'f:data':{'f:a':{}}}",
     false},
    {"other name", "'metadata':{'name':'b'},'data':{'a':'1'}", "'data':{'a':'1'}",
     "{'f:data':{'f:a':{}}}", false},
    {"being deleted", "'data':{'a':'1'}",
     "'metadata':{'name':'a','deletionTimestamp':'t'},'data':{'a':'1'}", "{'f:data':{'f:a':{}}}",
     false},

    /* the object and its kind */
    {"stringData", "'stringData':{'p':'x'}", "'data':{'p':'eA=='}", "{'f:stringData':{'f:p':{}}}",
     false},
    {"custom resource", "'apiVersion':'example.com/v1','spec':{'a':'1'}",
     "'apiVersion':'example.com/v1','spec':{'a':'1'}", "{'f:spec':{'f:a':{}}}", false},
    {"other version", "'apiVersion':'apps/v1','kind':'Deployment','spec':{'a':'1'}",
     "'kind':'Deployment','spec':{'a':'1'}", "{'f:spec':{'f:a':{}}}", false},
    {"other kind", "'kind':'Secret','data':{'a':'1'}", "'data':{'a':'1'}", "{'f:data':{'f:a':{}}}",
     false},
};

/* {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}} with MEMBERS on top. */
static json_t *object_of(const char *members)
{
    char *text = xasprintf("{%s}", members);
    json_auto_t *given = json_from(text);
    free(text);
    json_t *object = json_from("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a'}}");
    json_object_update(object, given);
    return object;
}

static json_t *live_of(const char *members, const char *entries)
{
    json_t *live = object_of(members);
    char *text = xasprintf("[%s]", entries);
    json_object_set_new(json_object_get(live, "metadata"), "managedFields", json_from(text));
    free(text);
    return live;
}

static json_t *live_of_row(const struct row *row)
{
    char *entry = xasprintf(ENTRY("Apply", "v1", "", "%s"), row->fields);
    json_t *live = live_of(row->live, entry);
    free(entry);
    return live;
}

static void test_applied_holds__every_row__as_named(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *ours = object_of(rows[i].ours);
        json_auto_t *live = live_of_row(&rows[i]);
        json_auto_t *ours_before = json_deep_copy(ours);
        json_auto_t *live_before = json_deep_copy(live);
        if (kube_applied_holds(ours, live, "ansible") != rows[i].holds)
            fail_msg("%s: not %s", rows[i].what, rows[i].holds ? "certain" : "uncertain");
        assert_true(json_equal(ours, ours_before) && json_equal(live, live_before));
    }
}

/* ---- whatever is changed, it is not certain any more */

struct mutation {
    size_t at; /* which place, counted down */
    bool done;
};

/* Changes the AT-th place below VALUE: a plain value becomes another one, a member or item goes. */
static void mutate(json_t *value, struct mutation *mutation)
{
    const char *key = NULL;
    json_t *member = NULL;
    void *next = NULL;
    json_object_foreach_safe (value, next, key, member) {
        if (mutation->done)
            return;
        if (mutation->at-- == 0) {
            json_object_del(value, key);
            mutation->done = true;
        } else if (json_is_string(member) && mutation->at-- == 0) {
            json_object_set_new(value, key, json_string("changed"));
            mutation->done = true;
        } else {
            mutate(member, mutation);
        }
    }
    for (size_t i = 0; i < json_array_size(value) && !mutation->done; i++) {
        if (mutation->at-- == 0) {
            json_array_remove(value, i);
            mutation->done = true;
        } else {
            mutate(json_array_get(value, i), mutation);
        }
    }
}

/* The part of the three that is changed: 0 the manifest, 1 the entry. */
static bool mutated_is_uncertain(const struct row *row, int part, size_t at)
{
    json_auto_t *ours = object_of(row->ours);
    json_auto_t *live = live_of_row(row);
    json_t *entries = json_object_get(json_object_get(live, "metadata"), "managedFields");
    json_t *fields = json_object_get(json_array_get(entries, 0), "fieldsV1");
    struct mutation mutation = {.at = at};
    mutate(part == 0 ? ours : fields, &mutation);
    if (!mutation.done)
        return false;
    char *changed = json_dumps(part == 0 ? ours : fields, JSON_COMPACT);
    if (kube_applied_holds(ours, live, "ansible"))
        fail_msg("%s: still certain with %s", row->what, changed);
    free(changed);
    return true;
}

/* "." says nothing: whether it is there follows from the kind of place. */
static bool has_places(const struct row *row)
{
    return !strstr(row->fields, "'.'");
}

static void test_applied_holds__manifest_or_entry_mutated__false(maybe_unused void **state)
{
    size_t mutations = 0;
    for (size_t i = 0; i < array_length(rows); i++) {
        if (!rows[i].holds)
            continue;
        for (size_t at = 0; mutated_is_uncertain(&rows[i], 0, at); at++)
            mutations++;
        for (size_t at = 0; has_places(&rows[i]) && mutated_is_uncertain(&rows[i], 1, at); at++)
            mutations++;
    }
    assert_true(mutations > 100);
}

/* ---- entries */

struct entries_row {
    const char *what;
    const char *entries;
    bool holds;
};

static const struct entries_row entries_rows[] = {
    {"none", "", false},
    {"one", ENTRY("Apply", "v1", "", "{'f:data':{'f:a':{}}}"), true},
    {"one among others",
     ENTRY("Update", "v1", "", "{'f:data':{'f:a':{}}}") "," ENTRY(
         "Apply", "v1", "'subresource':'status',", "{'f:status':{}}") "," ENTRY("Apply", "v1", "",
                                                                                "{'f:data':{'f:a':{"
                                                                                "}}}"),
     true},
    {"two",
     ENTRY("Apply", "v1", "", "{'f:data':{'f:a':{}}}") "," ENTRY("Apply", "v1", "",
                                                                 "{'f:data':{'f:a':{}}}"),
     false},
    {"of an update alone", ENTRY("Update", "v1", "", "{'f:data':{'f:a':{}}}"), false},
    {"of a subresource alone",
     ENTRY("Apply", "v1", "'subresource':'status',", "{'f:data':{'f:a':{}}}"), false},
    {"of another version", ENTRY("Apply", "v1beta1", "", "{'f:data':{'f:a':{}}}"), false},
    {"of another format",
     "{'manager':'ansible','operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV2',"
     "'fieldsV1':{'f:data':{'f:a':{}}}}",
     false},
    {"without fields",
     "{'manager':'ansible','operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1'}", false},
    {"of another manager",
     "{'manager':'other','operation':'Apply','apiVersion':'v1','fieldsType':'FieldsV1',"
     "'fieldsV1':{'f:data':{'f:a':{}}}}",
     false},
};

static void test_applied_holds__every_row_of_entries__as_named(maybe_unused void **state)
{
    json_auto_t *ours = object_of("'data':{'a':'1'}");
    for (size_t i = 0; i < array_length(entries_rows); i++) {
        json_auto_t *live = live_of("'data':{'a':'1'}", entries_rows[i].entries);
        if (kube_applied_holds(ours, live, "ansible") != entries_rows[i].holds)
            fail_msg("%s", entries_rows[i].what);
    }
}

static void test_applied_holds__name_alone__no_entry_is_needed(maybe_unused void **state)
{
    json_auto_t *ours = object_of("'kind':'Namespace','metadata':{'name':'a','namespace':'a'}");
    json_auto_t *bare = object_of("'kind':'Namespace','metadata':{'name':'a','labels':{'b':'c'}}");
    assert_true(kube_applied_holds(ours, bare, "ansible"));
    json_auto_t *owned =
        live_of("'kind':'Namespace','metadata':{'name':'a','labels':{'b':'c'}}",
                ENTRY("Apply", "v1", "", "{'f:metadata':{'f:labels':{'f:b':{}}}}"));
    assert_false(kube_applied_holds(ours, owned, "ansible"));
}

static void test_applied_holds__nothing_there__false(maybe_unused void **state)
{
    json_auto_t *ours = object_of("'data':{'a':'1'}");
    assert_false(kube_applied_holds(ours, NULL, "ansible"));
    assert_false(kube_applied_holds(NULL, ours, "ansible"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_applied_holds__every_row__as_named),
        cmocka_unit_test(test_applied_holds__manifest_or_entry_mutated__false),
        cmocka_unit_test(test_applied_holds__every_row_of_entries__as_named),
        cmocka_unit_test(test_applied_holds__name_alone__no_entry_is_needed),
        cmocka_unit_test(test_applied_holds__nothing_there__false),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
