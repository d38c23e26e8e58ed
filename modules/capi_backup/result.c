#include "capi_backup/result.h"

#include "base/clock.h"
#include "capi_backup/state.h"
#include "connect/connect.h"

void cb_result(void *state, const struct error *failure, json_t *result)
{
    struct cb *cb = state;
    connect_learned_secrets(&cb->config, cb->context->secrets);
    if (cb_way(cb)->result)
        cb_way(cb)->result(cb, failure, result);
    json_object_update(result, cb->result);
    json_object_set_new(result, "state", json_string(cb_state_text(cb->args.state)));
    json_object_set_new(result, "changed", json_boolean(cb->changed));
    json_object_set(result, "notes", cb->notes);
    double seconds = (double)(clock_now_ms() - cb->started_ms) / 1000;
    json_object_set_new(result, "duration", json_real(seconds));
}

void cb_redact(void *state, json_t *params)
{
    (void)state;
    connect_redact(params);
}
