#include "daemon/rewrites.h"

#include "base/mem.h"
#include "daemon/log.h"
#include "daemon/slices.h"
#include "json/js_get.h"

void rewrites_init(struct rewrites *rewrites, const char *host, long long pause_ms)
{
    *rewrites = (struct rewrites){.host = host, .pause_ms = pause_ms, .at = json_object()};
}

void rewrites_clear(struct rewrites *rewrites)
{
    json_decref(rewrites->at);
    *rewrites = (struct rewrites){0};
}

void rewrites_forget(struct rewrites *rewrites)
{
    json_object_clear(rewrites->at);
}

void rewrites_find(const struct rewrites *rewrites, long long now_ms, struct strv *names)
{
    const char *name = NULL;
    json_t *at = NULL;
    json_object_foreach (js_iterable(rewrites->at), name, at) {
        long long then = json_integer_value(at);
        if (then && now_ms - then < rewrites->pause_ms)
            strv_add(names, name);
    }
}

/* What there was before the first writing may be of a former process, or of an address that this
 * host had: nobody changed it. */
static void note(struct rewrites *rewrites, const struct write *write, long long now_ms)
{
    bool known = json_object_get(rewrites->at, write->name) != NULL;
    if (write->verb == WRITE_PUT)
        json_object_set_new(rewrites->at, write->name, json_integer(known ? now_ms : 0));
    else if (!write->again)
        json_object_del(rewrites->at, write->name);
}

void rewrites_note(struct rewrites *rewrites, const struct plan *plan, long long now_ms)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct write *write = &plan->items[i];
        if (write->kind == WRITE_SLICE && write->why && write->done)
            note(rewrites, write, now_ms);
    }
    if (plan->contested && !rewrites->told)
        log_line(LOG_LEVEL_WARNING,
                 "somebody changes or deletes the slices of this host again and again, maybe "
                 "another host that is called %s too: PROXY_HOSTNAME has to differ",
                 rewrites->host);
    rewrites->told = rewrites->told || plan->contested;
}

void rewrites_keep(struct rewrites *rewrites, const struct clusters *clusters)
{
    json_t *at = json_object();
    for (size_t i = 0; i < clusters->count; i++) {
        auto_free char *name = slice_name(clusters->items[i].name, rewrites->host);
        json_object_set(at, name, json_object_get(rewrites->at, name));
    }
    json_decref(rewrites->at);
    rewrites->at = at;
}
