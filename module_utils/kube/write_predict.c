/* What a write would do, as far as that can be told without the server. See kube/write_priv.h. */
#include "json/js_merge.h"
#include "json/js_patch.h"
#include "kube/strip.h"
#include "kube/write_priv.h"

json_t *kube_write_expected(const struct kube_writer *writer, const struct kube_write *write,
                            const json_t *before)
{
    return write->verb == KUBE_JSON_PATCH
               ? js_patch_apply(before, writer->options.patch, NULL, NULL)
               : js_merge(before, write->object->value);
}

void kube_write_predict(struct kube_writer *writer, struct kube_write *write, const char *why)
{
    json_auto_t *before = kube_prior_value(&write->prior);
    json_decref(write->after);
    write->after = kube_write_expected(writer, write, before);
    write->changed = !kube_strip_equal(before, write->after, write->object->resource.plain_status);
    write->method = before ? write->method : "create";
    write->unvalidated = true;
    strv_printf(&write->warnings, "not validated: %s", why);
}
