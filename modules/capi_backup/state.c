#include "capi_backup/state.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/mem.h"
#include "capi_backup/result.h"

/*
 * How long a read is repeated, in times of request_timeout: an API server that is restarted is away
 * for a minute where a machine is busy. How writes are repeated is for those to say who write.
 */
enum { PATIENCE = 4, IN_FLIGHT = 32 };

static const struct cb_way *const ways[CB_STATES] = {
    [CB_PRESENT] = &cb_present, [CB_RESTORED] = &cb_restored, [CB_VERIFIED] = &cb_verified,
    [CB_LISTED] = &cb_listed,   [CB_PRUNED] = &cb_pruned,     [CB_RESUMED] = &cb_resumed,
};

const struct cb_way *cb_way(const struct cb *cb)
{
    return ways[cb->args.state];
}

void *cb_open(const json_t *params, struct am_context *context, struct error **err)
{
    struct cb *cb = xcalloc(1, sizeof(*cb));
    /* The keys of every cluster are about to be in memory: not into a core dump. */
    prctl(PR_SET_DUMPABLE, 0);
    cb->context = context;
    cb->started_ms = clock_now_ms();
    cb->result = json_object();
    cb->notes = json_array();
    if (cb_args_read(&cb->args, params, err) < 0) {
        cb_close(cb);
        return NULL;
    }
    return cb;
}

static int station(struct cb *cb, int (*function)(struct cb *, struct error **), struct error **err)
{
    return function ? function(cb, err) : 0;
}

int cb_observe(void *state, struct error **err)
{
    return station(state, cb_way(state)->observe, err);
}

int cb_plan(void *state, struct error **err)
{
    return station(state, cb_way(state)->plan, err);
}

int cb_apply(void *state, struct error **err)
{
    return station(state, cb_way(state)->apply, err);
}

int cb_predict(void *state, struct error **err)
{
    return station(state, cb_way(state)->predict, err);
}

void cb_close(void *state)
{
    struct cb *cb = state;
    if (!cb)
        return;
    if (cb->work && cb_way(cb)->close)
        cb_way(cb)->close(cb);
    json_decref(cb->result);
    json_decref(cb->notes);
    kube_discovery_free(cb->discovery);
    kube_client_free(cb->client);
    kube_config_clear(&cb->config);
    cb_args_clear(&cb->args);
    free(cb);
}

int cb_connect(struct cb *cb, struct error **err)
{
    if (cb->client)
        return 0;
    int loaded = kube_config_load(&cb->args.connection.options, &cb->config, err);
    if (loaded < 0)
        return -1;
    long long patience_ms = cb->args.request_timeout_ms * PATIENCE;
    if (patience_ms > cb->args.timeout_ms)
        patience_ms = cb->args.timeout_ms;
    const struct kube_client_options options = {
        .dry_run = cb->context->check_mode,
        .retry_timeout_ms = patience_ms,
        .max_in_flight = IN_FLIGHT,
        .request_timeout_ms = (long)cb->args.request_timeout_ms,
    };
    cb->client = kube_client_new(&cb->config, &options, err);
    if (!cb->client)
        return -1;
    cb->discovery = kube_discovery_new(cb->client);
    return 0;
}

void cb_note(struct cb *cb, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    json_array_append_new(cb->notes, json_string(text));
}

void cb_warn(struct cb *cb, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    strv_add_once(&cb->context->warnings, text);
}
