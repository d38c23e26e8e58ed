#include "k8s_apply/secrets.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ansible/am_secrets.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_patch.h"
#include "kube/mask.h"

/* Shorter values are no secrets worth the words that they would garble. */
enum { MINIMUM = 4 };

#define HIDDEN "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

/* Of the manifest, of what the server has, and of what a JSON patch makes of it: it may quote each
 * of them. */
static void collect_values(const struct k8s *k8s, const struct kube_write *write,
                           struct strv *values)
{
    const json_t *patch = k8s->args.write.patch;
    json_auto_t *before = kube_prior_value(&write->prior);
    json_auto_t *after = before && patch ? js_patch_apply(before, patch, NULL, NULL) : NULL;
    kube_mask_collect(write->object->value, MINIMUM, values);
    kube_mask_collect(before, MINIMUM, values);
    kube_mask_collect(after, MINIMUM, values);
}

static void hide_in_write(const struct k8s *k8s, struct kube_write *write)
{
    auto_strv struct strv values;
    strv_init(&values);
    collect_values(k8s, write, &values);
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    for (size_t i = 0; i < values.count; i++)
        am_secrets_add(secrets, values.items[i]);
    if (write->error) {
        char *clean = am_secrets_scrub_text(secrets, write->error->message);
        free(write->error->message);
        write->error->message = clean;
        if (write->error->detail) {
            json_t *detail = am_secrets_scrub(secrets, write->error->detail);
            json_decref(write->error->detail);
            write->error->detail = detail;
        }
    }
    for (size_t i = 0; i < write->warnings.count; i++) {
        char *clean = am_secrets_scrub_text(secrets, write->warnings.items[i]);
        free(write->warnings.items[i]);
        write->warnings.items[i] = clean;
    }
}

void k8s_hide_in_errors(struct k8s *k8s)
{
    if (k8s->args.show_secrets)
        return;
    for (size_t i = 0; i < k8s->writer.count; i++) {
        struct kube_write *write = &k8s->writer.writes[i];
        if (kube_is_secret(write->object->value) && (write->error || write->warnings.count))
            hide_in_write(k8s, write);
    }
}

/* A definition as it may be shown: objects are masked, a text that speaks of Secrets is hidden. */
static json_t *shown_definition(json_t *definition)
{
    if (json_is_string(definition))
        return strcasestr(json_string_value(definition), "secret") ? json_string(HIDDEN)
                                                                   : json_incref(definition);
    if (json_is_array(definition)) {
        json_t *list = json_array();
        size_t index = 0;
        json_t *item = NULL;
        json_array_foreach (definition, index, item)
            json_array_append_new(list, shown_definition(item));
        return list;
    }
    kube_mask(definition);
    return json_incref(definition);
}

void k8s_option_secrets(const json_t *params, struct am_secrets *secrets)
{
    connect_secrets(params, secrets);
    connect_url_secret(js_str(params, "src", NULL), secrets);
}

/* Without a state too: when the options themselves are refused. */
static void hide_option_secrets(json_t *params)
{
    connect_redact(params);
    json_t *src = json_object_get(params, "src");
    if (!src)
        return;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    k8s_option_secrets(params, secrets);
    json_object_set_new(params, "src", am_secrets_scrub(secrets, src));
}

void k8s_redact(void *state, json_t *params)
{
    static const char *const definitions[] = {"resource_definition", "definition", "inline"};
    const struct k8s *k8s = state;
    hide_option_secrets(params);
    if (k8s && k8s->args.show_secrets)
        return;
    const char *kind = js_str(params, "kind", NULL);
    bool secret_kind = kind && strncasecmp(kind, "secret", 6) == 0;
    for (size_t i = 0; i < array_length(definitions); i++) {
        json_t *definition = json_object_get(params, definitions[i]);
        /* A definition without kind takes it from the options. */
        if (definition && secret_kind && !json_is_null(definition))
            json_object_set_new(params, definitions[i], json_string(HIDDEN));
        else if (definition)
            json_object_set_new(params, definitions[i], shown_definition(definition));
    }
    json_t *patch = json_object_get(params, "patch");
    if (secret_kind && json_is_array(patch))
        json_object_set_new(params, "patch", json_string(HIDDEN));
}
