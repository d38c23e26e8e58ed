/* Conditions and generations, shared by the predicates. See kube/ready.h and ready_priv.h. */
#include <stdarg.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/ready_priv.h"

const json_t *ready_condition(const json_t *object, const char *type)
{
    return js_find(js_get(object, "status", "conditions", NULL), "type", type);
}

bool ready_condition_is(const json_t *object, const char *type, const char *status)
{
    return str_equal(js_str(ready_condition(object, type), "status", NULL), status);
}

void ready_add_condition(struct buf *why, const json_t *object, const char *type)
{
    const json_t *condition = ready_condition(object, type);
    const char *status = js_str(condition, "status", NULL);
    const char *reason = js_str(condition, "reason", NULL);
    const char *message = js_str(condition, "message", NULL);
    if (!condition) {
        buf_printf(why, "there is no condition %s yet", type);
        return;
    }
    buf_printf(why, "condition %s is %s", type, status ? status : "without status");
    if (!str_empty(reason))
        buf_printf(why, " (%s)", reason);
    if (!str_empty(message))
        buf_printf(why, ": %s", message);
}

long long ready_status_int(const json_t *object, const char *name)
{
    long long value = 0;
    return js_int(object, &value, "status", name, NULL) ? value : 0;
}

bool ready_observed(const json_t *object)
{
    long long generation = 0;
    return !js_int(object, &generation, "metadata", "generation", NULL) ||
           ready_status_int(object, "observedGeneration") >= generation;
}

const char *ready_name(const json_t *object)
{
    const char *name = js_str(object, "metadata", "name", NULL);
    return name ? name : "";
}

enum kube_readiness ready_not_yet(struct buf *why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    buf_add_str(why, text);
    return KUBE_NOT_READY;
}

/* A condition that speaks of an older generation says nothing of this one, as with kubectl wait. */
static bool is_stale(const json_t *object, const json_t *condition, struct buf *why)
{
    long long generation = 0;
    long long observed = 0;
    if (!js_int(object, &generation, "metadata", "generation", NULL) ||
        !(js_int(condition, &observed, "observedGeneration", NULL) ||
          js_int(object, &observed, "status", "observedGeneration", NULL)) ||
        observed >= generation)
        return false;
    buf_printf(why, "condition %s is of generation %lld, the object of %lld",
               js_str(condition, "type", NULL), observed, generation);
    return true;
}

bool kube_condition_met(const json_t *object, const struct kube_condition *condition,
                        struct buf *why)
{
    if (!object) {
        buf_add_str(why, "it does not exist yet");
        return false;
    }
    const json_t *found = ready_condition(object, condition->type);
    const char *reason = js_str(found, "reason", NULL);
    if (str_equal(js_str(found, "status", NULL), condition->status) &&
        (!condition->reason || str_equal(reason, condition->reason)))
        return !is_stale(object, found, why);
    ready_add_condition(why, object, condition->type);
    return false;
}
