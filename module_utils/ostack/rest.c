#include "ostack/rest.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "ostack/client_priv.h"

enum { PAGES_MAX = 10000 };

/* The version that the requests of a service are made for, where it has such. Nova's: the extra
 * specs stand in the list of flavors. */
static const char *const microversions[OSK_SERVICES] = {[OSK_NOVA] = "compute 2.61"};

static void begin_call(struct osk_call *call, enum osk_service service, const char *method,
                       char *path_take)
{
    osk_call_init(call, service, method, path_take);
    if (microversions[service])
        http_request_header(&call->job.request, "OpenStack-API-Version", microversions[service]);
}

/* ---- pages */

/* Where the services say what comes behind a page: Glance and Magnum in "next", Keystone in
 * links.next, Nova in a list of its own. Borrowed; NULL: nothing. */
static const char *next_url(const json_t *page, const char *member)
{
    const char *url = js_str(page, "next", NULL);
    auto_free char *key = xasprintf("%s_links", member);
    size_t index = 0;
    json_t *link = NULL;
    if (!url)
        url = js_str(page, "links", "next", NULL);
    json_array_foreach (json_object_get(page, key), index, link)
        if (!url && str_equal(js_str(link, "rel", NULL), "next"))
            url = js_str(link, "href", NULL);
    return url;
}

/* The marker of the page behind PAGE, decoded and owned, whichever service's it is; NULL: there is
 * none. Of the URL with the marker nothing else counts: behind a proxy it names a host and a scheme
 * that only the server knows. */
static char *page_marker(const json_t *page, const char *member)
{
    const char *next = next_url(page, member);
    const char *at = next ? strchr(next, '?') : NULL;
    while (at && !str_after(at + 1, "marker="))
        at = strchr(at + 1, '&');
    if (!at || !json_array_size(json_object_get(page, member)))
        return NULL;
    at += 1 + strlen("marker=");
    return url_unescape_value(at, strcspn(at, "&#"));
}

/* PATH with the marker, which may be NULL, in its query. */
static char *page_path(const char *path, const char *marker)
{
    struct buf url;
    buf_init(&url);
    buf_add_str(&url, path);
    if (marker)
        url_query(&url, "marker", marker);
    return buf_steal(&url);
}

/* ---- collections */

/* One collection on its way: what is asked for next. */
struct reading {
    struct osk_listing *listing; /* borrowed */
    json_t *all;                 /* owned list: of the pages so far */
    char *marker;                /* owned; NULL: of the first page */
    struct strv seen;            /* markers */
    struct error *error;         /* owned: why it came to nothing */
    bool ended;
};

struct readings {
    struct reading *list; /* owned */
    size_t count;
};

static void readings_clear(struct readings *readings)
{
    for (size_t i = 0; i < readings->count; i++) {
        json_decref(readings->list[i].all);
        free(readings->list[i].marker);
        strv_clear(&readings->list[i].seen);
        error_clear(&readings->list[i].error);
    }
    free(readings->list);
}

/* Of the listings that are not read yet. */
static void readings_begin(struct readings *readings, struct osk_listing *listings, size_t count)
{
    readings->list = xcalloc(count + 1, sizeof(*readings->list));
    for (size_t i = 0; i < count; i++)
        if (!listings[i].items && !listings[i].error)
            readings->list[readings->count++] =
                (struct reading){.listing = &listings[i], .all = json_array()};
}

static int add_items(struct reading *reading, const json_t *page, struct error **err)
{
    const char *member = reading->listing->member;
    const char *service = osk_service_name(reading->listing->service);
    json_t *items = NULL;
    size_t index = 0;
    json_t *item = NULL;
    if (js_want(page, member, JSON_ARRAY, &items, err) < 0) {
        error_wrap(err, "%s's answer to GET %s", service, reading->listing->path);
        return -1;
    }
    json_array_foreach (items, index, item) {
        if (js_want(item, "", JSON_OBJECT, NULL, err) < 0) {
            error_wrap(err, "%s's answer: %s[%zu]", service, member, index);
            return -1;
        }
        json_array_append(reading->all, item);
    }
    return 0;
}

static int add_page(struct reading *reading, const json_t *page, struct error **err)
{
    if (add_items(reading, page, err) < 0)
        return -1;
    free(reading->marker);
    reading->marker = page_marker(page, reading->listing->member);
    reading->ended = !reading->marker;
    if (reading->ended ||
        (strv_add_once(&reading->seen, reading->marker) && reading->seen.count < PAGES_MAX))
        return 0;
    error_make(err, ERROR_PARSE, "%s's list goes in circles: the page behind marker %s came before",
               osk_service_name(reading->listing->service), reading->marker);
    return -1;
}

static int add_single(struct reading *reading, const json_t *answer, struct error **err)
{
    const struct osk_listing *listing = reading->listing;
    json_t *object = NULL;
    reading->ended = true;
    if (js_want(answer, listing->member, JSON_OBJECT, &object, err) == 0)
        return json_array_append(reading->all, object);
    error_wrap(err, "%s's answer to GET %s", osk_service_name(listing->service), listing->path);
    return -1;
}

static void take_answer(struct reading *reading, struct osk_call *call)
{
    bool single = reading->listing->single;
    if (single && osk_call_status(call) == 404) {
        reading->ended = true;
        return;
    }
    if (call->error) {
        osk_call_error_move(call, &reading->error);
    } else {
        json_auto_t *answer = osk_call_json(call, &reading->error);
        if (answer && (single ? add_single(reading, answer, &reading->error)
                              : add_page(reading, answer, &reading->error)) == 0)
            return;
    }
    reading->ended = true;
}

/* The next page of each collection that has one; *any: there was such. */
static int read_round(struct osk_client *client, struct readings *readings, bool *any,
                      struct error **err)
{
    auto_osk_calls struct osk_calls calls = {0};
    auto_free size_t *of = xcalloc(readings->count + 1, sizeof(*of));
    calls.list = xcalloc(readings->count + 1, sizeof(*calls.list));
    for (size_t i = 0; i < readings->count; i++) {
        const struct reading *reading = &readings->list[i];
        if (reading->ended)
            continue;
        of[calls.count] = i;
        begin_call(&calls.list[calls.count++], reading->listing->service, "GET",
                   page_path(reading->listing->path, reading->marker));
    }
    *any = calls.count > 0;
    if (calls.count && osk_client_all(client, calls.list, calls.count, err) < 0)
        return -1;
    for (size_t i = 0; i < calls.count; i++)
        take_answer(&readings->list[of[i]], &calls.list[i]);
    return 0;
}

static void readings_settle(struct readings *readings)
{
    for (size_t i = 0; i < readings->count; i++) {
        struct reading *reading = &readings->list[i];
        if (reading->error)
            reading->listing->error = steal_ptr(reading->error);
        else
            reading->listing->items = steal_ptr(reading->all);
    }
}

int osk_listings_try(struct osk_client *client, struct osk_listing *listings, size_t count,
                     struct error **err)
{
    cleanup_with(readings_clear) struct readings readings = {0};
    readings_begin(&readings, listings, count);
    for (bool any = true; any;)
        if (read_round(client, &readings, &any, err) < 0)
            return -1;
    readings_settle(&readings);
    return 0;
}

int osk_listings_read(struct osk_client *client, struct osk_listing *listings, size_t count,
                      struct error **err)
{
    cleanup_with(readings_clear) struct readings readings = {0};
    readings_begin(&readings, listings, count);
    for (bool any = true; any;) {
        if (read_round(client, &readings, &any, err) < 0)
            return -1;
        for (size_t i = 0; i < readings.count; i++)
            if (readings.list[i].error) {
                error_move_take(err, steal_ptr(readings.list[i].error));
                return -1;
            }
    }
    readings_settle(&readings);
    return 0;
}

void osk_listing_clear(struct osk_listing *listing)
{
    free(listing->path);
    json_decref(listing->items);
    error_clear(&listing->error);
    *listing = (struct osk_listing){0};
}

/* ---- changes */

int osk_rest_send(struct osk_client *client, const struct osk_change_request *request,
                  json_t **answer, struct error **err)
{
    auto_osk_call struct osk_call call;
    begin_call(&call, request->service, request->method, xstrdup(request->path));
    call.credentials = request->credentials;
    if (request->body)
        osk_call_body_typed(&call,
                            request->content_type ? request->content_type : "application/json",
                            request->body);
    if (osk_client_call(client, &call, err) < 0)
        return -1;
    if (!answer)
        return 0;
    *answer = NULL;
    if (!call.job.response.body.size)
        return 0;
    *answer = osk_call_json(&call, err);
    if (*answer)
        return 0;
    error_wrap(err, "the change was accepted, but the answer cannot be read");
    return -1;
}

int osk_rest_upload(struct osk_client *client, const struct osk_change_request *request, int fd,
                    unsigned long long size, struct error **err)
{
    const struct http_file file = {.fd = fd, .size = size};
    auto_osk_call struct osk_call call;
    begin_call(&call, request->service, request->method, xstrdup(request->path));
    http_request_header(&call.job.request, "Content-Type", "application/octet-stream");
    call.job.request.file = &file;
    return osk_client_call(client, &call, err);
}

json_t *osk_rest_get(struct osk_client *client, enum osk_service service, const char *path,
                     struct error **err)
{
    auto_osk_call struct osk_call call;
    begin_call(&call, service, "GET", xstrdup(path));
    if (osk_client_call(client, &call, err) < 0)
        return NULL;
    return osk_call_json(&call, err);
}

int osk_rest_delete_lookup(struct osk_client *client, enum osk_service service, const char *path,
                           struct error **err)
{
    auto_osk_call struct osk_call call;
    begin_call(&call, service, "DELETE", xstrdup(path));
    if (osk_client_all(client, &call, 1, err) < 0)
        return -1;
    if (osk_call_status(&call) == 404)
        return 0; /* somebody else was faster */
    if (!call.error)
        return 1;
    osk_call_error_move(&call, err);
    return -1;
}
