#include "ostack/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "ostack/rest.h"

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

/* ---- the listings */

struct listings {
    struct osk_listing *list; /* owned */
    size_t count;
};

static void listings_clear(struct listings *listings)
{
    for (size_t i = 0; i < listings->count; i++)
        osk_listing_clear(&listings->list[i]);
    free(listings->list);
}

static struct osk_listing listing_of(const struct osk_lookup *question)
{
    enum osk_kind kind = question->kind;
    bool uuid = osk_is_uuid(question->text);
    bool single = kinds[kind].direct || (uuid && !kinds[kind].filter_by_id && !kinds[kind].list);
    struct buf path;
    buf_init(&path);
    buf_add_str(&path, kinds[kind].collection);
    if (kinds[kind].list) {
        buf_add_str(&path, kinds[kind].list);
    } else if (single) {
        buf_add_char(&path, '/');
        url_escape(&path, question->text);
    } else {
        const char *equals = kinds[kind].equals && !uuid ? kinds[kind].equals : "";
        auto_free char *value = xasprintf("%s%s", equals, question->text);
        url_query(&path, uuid ? "id" : "name", value);
    }
    return (struct osk_listing){.service = kinds[kind].service,
                                .path = buf_steal(&path),
                                .member = single ? kinds[kind].item : kinds[kind].member,
                                .single = single};
}

/* The position of the listing for QUESTION: of one that is there already, or of a new one. */
static size_t listing_for(struct listings *listings, const struct osk_lookup *question)
{
    struct osk_listing listing = listing_of(question);
    for (size_t i = 0; i < listings->count; i++)
        if (listings->list[i].service == listing.service &&
            strcmp(listings->list[i].path, listing.path) == 0) {
            osk_listing_clear(&listing);
            return i;
        }
    listings->list = xreallocarray(listings->list, listings->count + 1, sizeof(*listings->list));
    listings->list[listings->count] = listing;
    return listings->count++;
}

/* ---- the answers */

static bool is_meant(enum osk_kind kind, const json_t *object, const char *text)
{
    return str_equal(js_str(object, kinds[kind].id, NULL), text) ||
           str_equal(js_str(object, "name", NULL), text);
}

static void read_into(struct osk_lookup *question, const struct osk_listing *listing)
{
    size_t index = 0;
    json_t *object = NULL;
    if (listing->error) {
        /* Several questions may share the listing: each gets its own words. */
        error_make(&question->error, listing->error->kind, "%s", listing->error->message);
        error_code(&question->error, listing->error->code);
        return;
    }
    question->found = json_array();
    json_array_foreach (listing->items, index, object)
        if (listing->single || is_meant(question->kind, object, question->text))
            json_array_append(question->found, object);
}

int osk_lookup_all(struct osk_client *client, struct osk_lookup *questions, size_t count,
                   struct error **err)
{
    cleanup_with(listings_clear) struct listings listings = {0};
    auto_free size_t *listing_at = xcalloc(count + 1, sizeof(*listing_at));
    if (osk_client_login(client, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (osk_client_locate(client, kinds[questions[i].kind].service, &questions[i].error) == 0)
            listing_at[i] = listing_for(&listings, &questions[i]);
    if (osk_listings_try(client, listings.list, listings.count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!questions[i].error && listings.list)
            read_into(&questions[i], &listings.list[listing_at[i]]);
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
