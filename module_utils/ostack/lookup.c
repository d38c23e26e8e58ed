#include "ostack/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"

/* How the services are asked. */
static const struct {
    const char *name;
    enum osk_service service;
    const char *collection; /* path behind the base URL, and the member of the answer */
    const char *member;
    const char *item;   /* member of the answer to GET collection/ID; "": the answer itself */
    const char *id;     /* key of the ID in an object */
    const char *equals; /* before a name in a query; NULL: nothing */
    const char *list;   /* query of the whole list; NULL: asked for by name */
    bool direct;        /* names are IDs: GET collection/NAME */
    bool filter_by_id;  /* GET collection?id=… instead of GET collection/ID */
} kinds[] = {
    [OSK_IMAGE] = {.name = "image",
                   .service = OSK_GLANCE,
                   .collection = "/images",
                   .member = "images",
                   .item = "",
                   .id = "id",
                   .equals = OSK_GLANCE_EQUALS},
    /* Magnum itself looks through the whole list; Nova has no filter by name. */
    [OSK_FLAVOR] = {.name = "flavor",
                    .service = OSK_NOVA,
                    .collection = "/flavors/detail",
                    .member = "flavors",
                    .id = "id",
                    .list = "?is_public=None"},
    [OSK_NETWORK] = {.name = "network",
                     .service = OSK_NEUTRON,
                     .collection = "/networks",
                     .member = "networks",
                     .id = "id",
                     .filter_by_id = true},
    [OSK_SUBNET] = {.name = "subnet",
                    .service = OSK_NEUTRON,
                    .collection = "/subnets",
                    .member = "subnets",
                    .id = "id",
                    .filter_by_id = true},
    [OSK_KEYPAIR] = {.name = "key pair",
                     .service = OSK_NOVA,
                     .collection = "/os-keypairs",
                     .member = "keypairs",
                     .item = "keypair",
                     .id = "name",
                     .direct = true},
    [OSK_PROJECT] = {.name = "project",
                     .service = OSK_KEYSTONE,
                     .collection = "/projects",
                     .member = "projects",
                     .item = "project",
                     .id = "id"},
};

_Static_assert(array_length(kinds) == OSK_KINDS, "every kind has a row");

const char *osk_kind_name(enum osk_kind kind)
{
    return kinds[kind].name;
}

bool osk_is_uuid(const char *text)
{
    size_t digits = 0;
    const char *at = text;
    if (str_after(at, "urn:"))
        at += strlen("urn:");
    if (str_after(at, "uuid:"))
        at += strlen("uuid:");
    for (; *at; at++) {
        if (strchr("0123456789abcdefABCDEF", *at))
            digits++;
        else if (!strchr("-{}", *at))
            return false;
    }
    return digits == 32;
}

/* ---- the requests */

/* What each call of a run is about; both arrays go together. */
struct asked {
    enum osk_kind kind;
    bool single; /* the answer is one object */
};

struct requests {
    struct osk_call *calls; /* owned */
    struct asked *asked;    /* owned */
    size_t count;
};

static char *path_of(const struct osk_lookup *question, bool *single)
{
    enum osk_kind kind = question->kind;
    bool uuid = osk_is_uuid(question->text);
    struct buf path;
    buf_init(&path);
    buf_add_str(&path, kinds[kind].collection);
    *single = kinds[kind].direct || (uuid && !kinds[kind].filter_by_id && !kinds[kind].list);
    if (kinds[kind].list) {
        buf_add_str(&path, kinds[kind].list);
    } else if (*single) {
        buf_add_char(&path, '/');
        url_escape(&path, question->text);
    } else {
        const char *equals = kinds[kind].equals && !uuid ? kinds[kind].equals : "";
        auto_free char *value = xasprintf("%s%s", equals, question->text);
        url_query(&path, uuid ? "id" : "name", value);
    }
    return buf_steal(&path);
}

/* The position of the request for QUESTION: of one that is there already, or of a new one. */
static size_t request_for(struct requests *requests, const struct osk_lookup *question)
{
    bool single = false;
    auto_free char *path = path_of(question, &single);
    for (size_t i = 0; i < requests->count; i++)
        if (requests->asked[i].kind == question->kind &&
            strcmp(requests->calls[i].job.request.url, path) == 0)
            return i;
    size_t count = requests->count + 1;
    requests->calls = xreallocarray(requests->calls, count, sizeof(*requests->calls));
    requests->asked = xreallocarray(requests->asked, count, sizeof(*requests->asked));
    requests->asked[count - 1] = (struct asked){.kind = question->kind, .single = single};
    osk_call_init(&requests->calls[count - 1], kinds[question->kind].service, "GET",
                  steal_ptr(path));
    requests->count = count;
    return count - 1;
}

static void requests_clear(struct requests *requests)
{
    for (size_t i = 0; i < requests->count; i++)
        osk_call_clear(&requests->calls[i]);
    free(requests->calls);
    free(requests->asked);
    *requests = (struct requests){0};
}

/* ---- the answers */

static bool is_meant(enum osk_kind kind, const json_t *object, const char *text)
{
    return str_equal(js_str(object, kinds[kind].id, NULL), text) ||
           str_equal(js_str(object, "name", NULL), text);
}

/* The objects of the answer that are meant; NULL: it cannot be read. */
static json_t *read_answer(const struct osk_call *call, struct asked asked, const char *text,
                           struct error **err)
{
    json_auto_t *answer = osk_call_json(call, err);
    json_auto_t *found = json_array();
    size_t index = 0;
    json_t *object = NULL;
    json_t *items = NULL;
    if (!answer)
        return NULL;
    if (asked.single) {
        const char *item = kinds[asked.kind].item;
        json_array_append(found, *item ? json_object_get(answer, item) : answer);
        return json_incref(found);
    }
    if (js_want(answer, kinds[asked.kind].member, JSON_ARRAY, &items, err) < 0)
        return NULL;
    json_array_foreach (items, index, object)
        if (is_meant(asked.kind, object, text))
            json_array_append(found, object);
    return json_incref(found);
}

static void read_into(struct osk_lookup *question, const struct osk_call *call, struct asked asked)
{
    if (asked.single && osk_call_status(call) == 404) {
        question->found = json_array();
        return;
    }
    if (!call->error) {
        question->found = read_answer(call, asked, question->text, &question->error);
        return;
    }
    /* Several questions may share the request: each gets its own words. */
    error_make(&question->error, call->error->kind, "%s", call->error->message);
    error_code(&question->error, call->error->code);
}

int osk_lookup_all(struct osk_client *client, struct osk_lookup *questions, size_t count,
                   struct error **err)
{
    cleanup_with(requests_clear) struct requests requests = {0};
    auto_free size_t *request_of = xcalloc(count + 1, sizeof(*request_of));
    if (osk_client_login(client, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (osk_client_locate(client, kinds[questions[i].kind].service, &questions[i].error) == 0)
            request_of[i] = request_for(&requests, &questions[i]);
    if (osk_client_all(client, requests.calls, requests.count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!questions[i].error && requests.asked)
            read_into(&questions[i], &requests.calls[request_of[i]], requests.asked[request_of[i]]);
    return 0;
}

void osk_lookup_clear(struct osk_lookup *question)
{
    json_decref(question->found);
    error_clear(&question->error);
    *question = (struct osk_lookup){0};
}

bool osk_lookup_same(const struct osk_lookup *a, const struct osk_lookup *b)
{
    const char *key = kinds[a->kind].id;
    size_t i = 0;
    size_t j = 0;
    json_t *left = NULL;
    json_t *right = NULL;
    json_array_foreach (a->found, i, left)
        json_array_foreach (b->found, j, right)
            if (js_str(left, key, NULL) &&
                str_equal(js_str(left, key, NULL), js_str(right, key, NULL)))
                return true;
    return false;
}
