/*
 * Looking at many objects of one kind by lists. See kube/write.h. A list is only a quicker way of
 * asking: whatever is wrong with it (not allowed, too large, expired), its objects are asked for
 * one by one afterwards.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "kube/list.h"
#include "kube/write_priv.h"

enum {
    MANY = 16, /* below it single requests, all at once, are as quick */
    PAGE_MAX = 500,
    FOREIGN_MAX = 2,      /* how many objects are read for each that is wanted */
    ITEM_MAX = 16 * 1024, /* bytes for each object of a page; who has larger ones gains nothing */
};

/* The objects of one kind in one namespace. */
struct listing {
    struct kube_writer *writer;
    const struct kube_object *sample; /* any of them, borrowed */
    json_t *wanted; /* owned: name → position in the writer, of those not seen */
    size_t count;   /* how many there were */
    char *token;    /* owned: where the next page begins; NULL: at the beginning */
    bool over;
    struct buf body; /* of the page that is being read */
    struct kube_call call;
};

struct listings {
    struct listing *items; /* owned */
    size_t count;
    size_t cursor;
    struct error *error; /* owned: an answer that makes no sense */
};

/* ---- which */

/* Definitions are large, and their list comes slower than they do one by one, at once. Nobody is
 * to read other people's Secrets on the way. */
static bool may_be_listed(const struct kube_write *write)
{
    const char *kind = write->object->resource.kind;
    return write->stage == KUBE_STAGE_GET && !write->done && !write->late &&
           !str_equal(kind, "Secret") && !str_equal(kind, "CustomResourceDefinition");
}

static bool belongs_to(const struct listing *listing, const struct kube_object *object)
{
    const struct kube_object *sample = listing->sample;
    return str_equal(sample->resource.plural, object->resource.plural) &&
           str_equal(sample->resource.group, object->resource.group) &&
           str_equal(sample->resource.version, object->resource.version) &&
           str_equal(sample->namespace_, object->namespace_);
}

static struct listing *find_listing(struct listings *listings, struct kube_writer *writer,
                                    const struct kube_object *object)
{
    for (size_t i = 0; i < listings->count; i++)
        if (belongs_to(&listings->items[i], object))
            return &listings->items[i];
    listings->items = xreallocarray(listings->items, listings->count + 1, sizeof(*listings->items));
    struct listing *listing = &listings->items[listings->count++];
    *listing = (struct listing){.writer = writer, .sample = object, .wanted = json_object()};
    return listing;
}

static void collect(struct listings *listings, struct kube_writer *writer)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct kube_write *write = &writer->writes[i];
        if (!may_be_listed(write))
            continue;
        struct listing *listing = find_listing(listings, writer, write->object);
        json_object_set_new(listing->wanted, write->object->name, json_integer((json_int_t)i));
    }
    for (size_t i = 0; i < listings->count; i++) {
        struct listing *listing = &listings->items[i];
        listing->count = json_object_size(listing->wanted);
        listing->over = listing->count < MANY;
    }
}

/* ---- what a page says */

static int take_seen(struct listing *listing, size_t position, json_t *item, struct error **err)
{
    struct kube_write *write = &listing->writer->writes[position];
    kube_list_fill_in(&write->object->resource, item);
    if (kube_prior_value_take(&write->prior, json_incref(item), err) < 0)
        return -1;
    kube_write_judge_take(listing->writer, write, json_incref(item), &listing->call);
    write->stage = KUBE_STAGE_WRITE;
    return 0;
}

static int take_items(struct listing *listing, const json_t *page, struct error **err)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(page, "items", NULL), index, item) {
        const char *name = js_str(item, "metadata", "name", NULL);
        const json_t *position = name ? json_object_get(listing->wanted, name) : NULL;
        if (!position)
            continue;
        if (take_seen(listing, (size_t)json_integer_value(position), item, err) < 0)
            return -1;
        json_object_del(listing->wanted, name);
    }
    return 0;
}

/* The list was read to its end: what was not in it is not there. */
static void take_absent(struct listing *listing)
{
    const char *name = NULL;
    json_t *position = NULL;
    json_object_foreach (listing->wanted, name, position) {
        struct kube_write *write = &listing->writer->writes[json_integer_value(position)];
        kube_prior_absent(&write->prior);
        write->stage = KUBE_STAGE_WRITE;
    }
}

/* Is it worth while to go on, or are most objects somebody else's? */
static bool goes_on(const struct listing *listing, const json_t *page)
{
    long long rest = 0;
    if (!json_object_size(listing->wanted))
        return false;
    return js_int(page, &rest, "metadata", "remainingItemCount", NULL) && rest >= 0 &&
           (unsigned long long)rest <= FOREIGN_MAX * json_object_size(listing->wanted);
}

static int take_page(struct listing *listing, struct error **err)
{
    json_error_t where;
    json_auto_t *page = js_read(buf_str(&listing->body), listing->body.size, &where);
    listing->over = true;
    if (!page || !json_is_array(json_object_get(page, "items")))
        return 0; /* cut short, or no list */
    if (take_items(listing, page, err) < 0)
        return -1;
    const char *next = js_str(page, "metadata", "continue", NULL);
    if (str_empty(next)) {
        take_absent(listing);
    } else if (goes_on(listing, page)) {
        free(listing->token);
        listing->token = xstrdup(next);
        listing->over = false;
    }
    return 0;
}

/* ---- asking */

static size_t page_size(const struct listing *listing)
{
    return listing->count * FOREIGN_MAX < PAGE_MAX ? listing->count * FOREIGN_MAX : PAGE_MAX;
}

static void start_page(struct listing *listing)
{
    const struct kube_list_options options = {.resource = &listing->sample->resource,
                                              .namespace_ = listing->sample->namespace_,
                                              .page = (unsigned)page_size(listing)};
    kube_call_clear(&listing->call);
    kube_call_init(&listing->call, "GET", kube_list_path(&options, listing->token));
    /* Streamed so that it can be broken off; what came already cannot be taken back, so that it is
     * not repeated either. */
    listing->call.job.request.stream = true;
    listing->call.idempotent = false;
    listing->call.owner = listing;
    buf_wipe(&listing->body);
}

static struct kube_call *next_page(void *context, maybe_unused unsigned in_flight)
{
    struct listings *listings = context;
    while (listings->cursor < listings->count) {
        struct listing *listing = &listings->items[listings->cursor++];
        if (listing->over)
            continue;
        start_page(listing);
        return &listing->call;
    }
    return NULL;
}

static bool page_data(maybe_unused void *context, struct kube_call *call, const char *bytes,
                      size_t length)
{
    struct listing *listing = call->owner;
    buf_add(&listing->body, bytes, length);
    return listing->body.size <= ITEM_MAX * page_size(listing);
}

static void page_done(void *context, struct kube_call *call)
{
    struct listings *listings = context;
    struct listing *listing = call->owner;
    bool usable = !call->error && !listings->error;
    if (!usable || take_page(listing, &listings->error) < 0)
        listing->over = true;
}

/* One page of each list that goes on. False when there was none. */
static bool any_left(struct listings *listings)
{
    listings->cursor = 0;
    for (size_t i = 0; i < listings->count; i++)
        if (!listings->items[i].over)
            return true;
    return false;
}

static void clear_listings(struct listings *listings)
{
    for (size_t i = 0; i < listings->count; i++) {
        struct listing *listing = &listings->items[i];
        json_decref(listing->wanted);
        free(listing->token);
        buf_wipe(&listing->body);
        kube_call_clear(&listing->call);
    }
    free(listings->items);
    error_free(listings->error);
}

int kube_writer_look_by_list(struct kube_writer *writer, struct error **err)
{
    struct listings listings = {0};
    collect(&listings, writer);
    const struct kube_work work = {
        .next = next_page, .done = page_done, .data = page_data, .context = &listings};
    int result = 0;
    while (result == 0 && any_left(&listings))
        result = kube_client_run(writer->client, &work, err);
    if (result == 0 && listings.error) {
        error_move_take(err, steal_ptr(listings.error));
        result = -1;
    }
    clear_listings(&listings);
    return result;
}
