#include "capi/snapshot_priv.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "kube/list.h"

#define METADATA_LIST                                                                              \
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,"                            \
    "application/json;q=0.9"
#define METADATA_ONE                                                                               \
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;q=0.9"

enum {
    PAGES_AT_ONCE = 6, /* each is in memory as a whole */
    MAX_RESTARTS = 3,
};

/* One list on its way. */
struct reader {
    struct kube_call call;
    bool busy, finished;
    char *token; /* owned: of the next page; NULL: from the start */
    unsigned restarts;
    size_t announced; /* objects that are still to come, by the last page */
};

struct run {
    struct snapshot_walk *walk;
    struct reader *readers; /* owned, one for each list */
    size_t next;            /* the first list that may have work */
    struct error *error;    /* owned: the first failure */
};

/* ---- requests */

static char *page_path(const struct capi_list *list, const char *token)
{
    const struct kube_resource resource = capi_kind_resource(list->kind);
    const char *namespace_ = *list->namespace_ ? list->namespace_ : NULL;
    if (list->name) {
        struct buf path;
        buf_init(&path);
        kube_resource_path(&path, &resource, namespace_, list->name);
        return buf_steal(&path);
    }
    auto_strv struct strv selectors;
    strv_init(&selectors);
    if (list->selector)
        strv_add(&selectors, list->selector);
    const struct kube_list_options options = {
        .resource = &resource, .namespace_ = namespace_, .label_selectors = &selectors};
    return kube_list_path(&options, token);
}

static struct kube_call *start(struct run *run, size_t index)
{
    const struct capi_list *list = &run->walk->snapshot->lists[index];
    struct reader *reader = &run->readers[index];
    reader->busy = true;
    kube_call_init(&reader->call, "GET", page_path(list, reader->token));
    reader->call.owner = reader;
    if (run->walk->metadata)
        http_request_header(&reader->call.job.request, "Accept",
                            list->name ? METADATA_ONE : METADATA_LIST);
    return &reader->call;
}

static bool has_work(const struct run *run, size_t index)
{
    return !run->readers[index].busy && !run->readers[index].finished;
}

static struct kube_call *next_call(void *context, unsigned in_flight)
{
    struct run *run = context;
    size_t count = run->walk->snapshot->count;
    if (run->error || in_flight >= PAGES_AT_ONCE)
        return NULL;
    while (run->next < count && run->readers[run->next].finished)
        run->next++;
    for (size_t i = run->next; i < count; i++)
        if (has_work(run, i))
            return start(run, i);
    return NULL;
}

/* ---- answers */

static void tell(struct run *run)
{
    struct snapshot_walk *walk = run->walk;
    size_t announced = 0;
    for (size_t i = 0; i < walk->snapshot->count; i++)
        announced += run->readers[i].announced;
    walk->known = walk->done + announced;
    if (walk->snapshot->progress)
        walk->snapshot->progress(walk->snapshot->context, walk->done, walk->known);
}

struct page {
    struct run *run;
    size_t list;
};

static int take_item(void *context, json_t *item, struct error **err)
{
    const struct page *page = context;
    page->run->walk->done++;
    return page->run->walk->item(page->run->walk, page->list, item, err);
}

static int take_page(struct run *run, size_t index, const struct kube_call *call,
                     struct error **err)
{
    struct reader *reader = &run->readers[index];
    struct capi_list *list = &run->walk->snapshot->lists[index];
    struct page items = {.run = run, .list = index};
    json_auto_t *page = kube_call_items(call, take_item, &items, err);
    if (!page)
        return -1;
    long long remaining = 0;
    const char *version = js_str(page, "metadata", "resourceVersion", NULL);
    const char *token = js_str(page, "metadata", "continue", NULL);
    (void)js_int(page, &remaining, "metadata", "remainingItemCount", NULL);
    reader->announced = remaining > 0 ? (size_t)remaining : 0;
    if (version && !run->walk->metadata) {
        free(list->version);
        list->version = xstrdup(version);
    }
    free(reader->token);
    reader->token = str_empty(token) ? NULL : xstrdup(token);
    reader->finished = !reader->token;
    return 0;
}

static int take_one(struct run *run, size_t index, const struct kube_call *call, struct error **err)
{
    json_auto_t *item = kube_call_json(call, err);
    if (!item)
        return -1;
    run->readers[index].finished = true;
    run->walk->done++;
    return run->walk->item(run->walk, index, item, err);
}

/* The rest of an expired list could be had, but of another moment than its beginning. */
static int expired(struct run *run, size_t index, struct error **err)
{
    struct reader *reader = &run->readers[index];
    if (++reader->restarts > MAX_RESTARTS) {
        error_make(err, ERROR_STATUS, "list of %s: it expired %d times while it was read",
                   run->walk->snapshot->lists[index].kind->kind, MAX_RESTARTS);
        return -1;
    }
    free(steal_ptr(reader->token));
    reader->announced = 0;
    run->walk->restart(run->walk, index);
    return 0;
}

/* Secrets beside a provider may hold an identity's; who may not read them has none of those. */
static bool may_be_refused(struct run *run, size_t index, const struct kube_call *call)
{
    struct capi_list *list = &run->walk->snapshot->lists[index];
    if (!list->provider || kube_call_status(call) != 403)
        return false;
    list->refused = true;
    strv_printf(&run->walk->snapshot->warnings,
                "Secrets in the provider's namespace %s may not be listed, so those of identities "
                "there are not looked for",
                list->namespace_);
    return true;
}

static int failed(struct run *run, size_t index, struct kube_call *call, struct error **err)
{
    const struct capi_list *list = &run->walk->snapshot->lists[index];
    kube_call_error_move(call, err);
    error_wrap(err, "list of %s%s%s", list->kind->kind, *list->namespace_ ? " in " : "",
               list->namespace_);
    return -1;
}

static int take_answer(struct run *run, size_t index, struct kube_call *call, struct error **err)
{
    struct reader *reader = &run->readers[index];
    int status = kube_call_status(call);
    if (status == 410 && reader->token)
        return expired(run, index, err);
    if (status == 404 || may_be_refused(run, index, call)) {
        reader->finished = true;
        return 0;
    }
    if (call->error)
        return failed(run, index, call, err);
    return run->walk->snapshot->lists[index].name ? take_one(run, index, call, err)
                                                  : take_page(run, index, call, err);
}

static void call_done(void *context, struct kube_call *call)
{
    struct run *run = context;
    struct reader *reader = call->owner;
    size_t index = (size_t)(reader - run->readers);
    if (!run->error && take_answer(run, index, call, &run->error) == 0)
        tell(run);
    kube_call_clear(call);
    reader->busy = false;
}

/* ---- */

static bool is_left_out(const struct snapshot_walk *walk, const struct capi_list *list)
{
    return list->refused || (walk->changed && list->read && !list->changed);
}

int snapshot_walk(struct snapshot_walk *walk, struct error **err)
{
    size_t count = walk->snapshot->count;
    auto_free struct reader *readers = xcalloc(count + 1, sizeof(*readers));
    struct run run = {.walk = walk, .readers = readers};
    for (size_t i = 0; i < count; i++)
        readers[i].finished = is_left_out(walk, &walk->snapshot->lists[i]);
    const struct kube_work work = {.next = next_call, .done = call_done, .context = &run};
    int result = kube_client_run(walk->snapshot->client, &work, err);
    for (size_t i = 0; i < count; i++) {
        if (readers[i].busy)
            kube_call_clear(&readers[i].call);
        free(readers[i].token);
    }
    if (result == 0 && run.error) {
        error_move_take(err, run.error);
        return -1;
    }
    error_free(run.error);
    return result;
}
