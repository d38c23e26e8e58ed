/* Calls that are at hand: all at once, or one. See kube/client.h. */
#include "kube/client.h"

#include "base/mem.h"

/* A list of calls as work. */
struct call_list {
    struct kube_call *calls;
    size_t count;
    size_t started;
    size_t ended;
};

static struct kube_call *next_of_list(void *context, maybe_unused unsigned in_flight)
{
    struct call_list *list = context;
    return list->started < list->count ? &list->calls[list->started++] : NULL;
}

static void list_done(void *context, maybe_unused struct kube_call *call)
{
    struct call_list *list = context;
    list->ended++;
}

int kube_client_all(struct kube_client *client, struct kube_call *calls, size_t count,
                    struct error **err)
{
    struct call_list list = {.calls = calls, .count = count};
    const struct kube_work work = {.next = next_of_list, .done = list_done, .context = &list};
    if (kube_client_run(client, &work, err) < 0)
        return -1;
    if (list.ended == count)
        return 0;
    error_make(err, ERROR_INTERRUPTED, "ended before the API server answered");
    return -1;
}

int kube_client_call(struct kube_client *client, struct kube_call *call, struct error **err)
{
    return kube_client_all(client, call, 1, err);
}

int kube_client_get(struct kube_client *client, const char *path, json_t **out, struct error **err)
{
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "GET", xstrdup(path));
    if (kube_client_call(client, &call, err) < 0)
        return -1;
    if (kube_call_status(&call) == 404) {
        *out = NULL;
        return 0;
    }
    json_t *value = kube_call_answer(&call, err);
    if (!value)
        return -1;
    *out = value;
    return 0;
}
