#include "clusterctl_init/state.h"

#include <stdlib.h>

#include "base/mem.h"

void *cc_open(const json_t *params, struct am_context *context, struct error **err)
{
    struct cc *cc = xcalloc(1, sizeof(*cc));
    cc->context = context;
    cc->deleted = json_array();
    if (cc_args_read(&cc->args, params, err) < 0) {
        cc_close(cc);
        return NULL;
    }
    return cc;
}

static void clear_item(struct cc_item *item)
{
    capi_install_clear(&item->replacement);
    capi_listing_clear(&item->listing);
    capi_components_clear(&item->components);
    capi_entry_clear(&item->entry);
    free(item->label);
    free(item->previous);
    free(item->selector);
}

static void clear_cert_manager(struct cc_cert_manager_state *state)
{
    capi_puts_clear(&state->puts);
    capi_cert_manager_clear(&state->state);
    json_decref(state->manifest);
    free(state->previous);
}

void cc_close(void *state)
{
    struct cc *cc = state;
    if (!cc)
        return;
    for (size_t i = 0; i < cc->count; i++)
        clear_item(&cc->items[i]);
    free(cc->items);
    for (size_t i = 0; i < cc->override_count; i++)
        json_decref(cc->overrides[i].deployment);
    free(cc->overrides);
    capi_install_clear(&cc->install);
    capi_puts_clear(&cc->extra.puts);
    clear_cert_manager(&cc->cert_manager);
    error_free(cc->refusal);
    json_decref(cc->deleted);
    json_decref(cc->plans);
    strv_clear(&cc->images);
    strv_clear(&cc->variables);
    capi_inventory_clear(&cc->inventory);
    capi_repositories_free(cc->repositories);
    capi_config_free(cc->capi);
    kube_discovery_free(cc->discovery);
    kube_client_free(cc->client);
    kube_config_clear(&cc->config);
    strv_clear(&cc->log);
    cc_args_clear(&cc->args);
    free(cc);
}

struct cc_item *cc_item_add(struct cc *cc, const struct capi_entry *entry, enum cc_verb verb,
                            const char *previous)
{
    cc->items = xreallocarray(cc->items, cc->count + 1, sizeof(*cc->items));
    struct cc_item *item = &cc->items[cc->count++];
    *item = (struct cc_item){
        .entry = capi_entry_dup(entry),
        .label = capi_entry_label(entry),
        .previous = previous ? xstrdup(previous) : NULL,
        .verb = verb,
    };
    return item;
}

struct capi_put_options cc_put_options(const struct cc *cc, const struct capi_put_words *words)
{
    return (struct capi_put_options){
        .attempts = cc->args.write_attempts,
        .retry_refused = cc->args.retry_refused,
        .keep = cc->context->diff,
        .words = words,
    };
}

char *cc_item_reference(const struct cc_item *item)
{
    return xasprintf("{\"name\":\"%s\",\"namespace\":\"%s\"}", item->label, item->entry.namespace_);
}

int cc_refuse(struct cc *cc, struct error **err)
{
    error_move_take(&cc->refusal, *err);
    *err = NULL;
    return 0;
}

int cc_refused(struct cc *cc, struct error **err)
{
    if (!cc->refusal)
        return 0;
    error_move_take(err, steal_ptr(cc->refusal));
    return -1;
}

void cc_note_components(struct cc *cc, const struct capi_components *components)
{
    for (size_t i = 0; i < components->images.count; i++)
        strv_add_once(&cc->images, components->images.items[i]);
    for (size_t i = 0; i < components->variables.count; i++)
        strv_add_once(&cc->variables, components->variables.items[i]);
}
