#include "openstack_resources/observe.h"

#include <stdlib.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "openstack_resources/find.h"
#include "openstack_resources/refs.h"
#include "ostack/password.h"

enum { WAVES = 3 };

/* ---- listings */

static void ask(struct resources *all, const struct kind *kind, char *path_take)
{
    auto_free char *path = path_take;
    if (!path || resources_listing(all, kind, path))
        return;
    all->listings = xreallocarray(all->listings, all->listing_count + 1, sizeof(*all->listings));
    all->listings[all->listing_count++] = (struct osk_listing){
        .service = kind->service, .path = steal_ptr(path), .member = kind->members};
}

/* A listing whose path needs nothing that has to be found first is asked for in the first wave. */
static unsigned asked_in(const struct kind *kind)
{
    return kind->listing || kind->in_domain ? kind->wave : 0;
}

static void ask_for_item(struct resources *all, const struct resource *item, unsigned wave)
{
    for (const struct field *field = item->kind->fields; field->option; field++)
        if (field->refers && asked_in(kind_of(field->target)) == wave)
            ask(all, kind_of(field->target), ref_listing(all, item, field));
    if (asked_in(item->kind) == wave)
        ask(all, item->kind, own_listing(all, item));
}

static int read_wave(struct resources *all, unsigned wave, struct error **err)
{
    for (size_t i = 0; i < all->count; i++)
        ask_for_item(all, &all->items[i], wave);
    if (osk_listings_read(all->client, all->listings, all->listing_count, err) < 0)
        return -1;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].kind->wave == wave && resource_find(all, &all->items[i], err) < 0)
            return -1;
    return 0;
}

/* ---- passwords */

/* Whether the item's password is to be that of a user who exists. */
static bool is_wanted(const struct resource *item)
{
    bool given = item->kind->id == KIND_USER && am_text(item->options, "password");
    bool once = str_equal(am_text(item->options, "update_password"), "on_create");
    return given && !once && item->found && item->wish->state == WISH_PRESENT;
}

static bool is_disabled(const json_t *object)
{
    return json_is_false(json_object_get(object, "enabled"));
}

/* The domain that the item's user is in; NULL: not known. */
static const json_t *domain_of(const struct resources *all, const struct resource *item)
{
    const struct osk_listing *listing =
        resources_listing(all, &kind_domain, kind_domain.collection);
    const char *id = js_str(item->found, "domain_id", NULL);
    size_t index = 0;
    json_t *domain = NULL;
    json_array_foreach (listing ? listing->items : NULL, index, domain)
        if (id && str_equal(js_str(domain, "id", NULL), id))
            return domain;
    return NULL;
}

/* Whether an item of the task enables DOMAIN. */
static bool is_enabled_here(const struct resources *all, const json_t *domain)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct resource *item = &all->items[i];
        if (item->kind == &kind_domain && item->wish->state == WISH_PRESENT &&
            str_equal(resource_id(item), js_str(domain, "id", NULL)))
            return am_flag(item->options, "enabled");
    }
    return false;
}

/* Whether somebody can log in as the item's user; where nobody can, what becomes of the password is
 * settled here. Who becomes enabled gets it in the same request, so that an older one never works
 * again. */
static bool can_log_in(const struct resources *all, struct resource *item)
{
    const json_t *domain = domain_of(all, item);
    if (!is_disabled(item->found) && !is_disabled(domain))
        return true;
    if ((!is_disabled(item->found) || am_flag(item->options, "enabled")) &&
        (!is_disabled(domain) || is_enabled_here(all, domain)))
        item->password_was = "(not known)";
    else
        strv_printf(&all->context->warnings,
                    "resources[%zu] (%s): nobody can log in as a user that is not enabled, or "
                    "whose domain is not, so whether the password is the given one is not known, "
                    "and it is left alone",
                    item->wish->index, item->wish->label);
    return false;
}

static int try_passwords(struct resources *all, struct error **err)
{
    auto_free struct osk_password *tries = xcalloc(all->count + 1, sizeof(*tries));
    auto_free struct resource **of = xcalloc(all->count + 1, sizeof(*of));
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct resource *item = &all->items[i];
        if (!is_wanted(item) || !can_log_in(all, item))
            continue;
        of[count] = item;
        tries[count++] = (struct osk_password){.user_id = resource_id(item),
                                               .password = am_text(item->options, "password")};
    }
    if (osk_passwords_check(all->client, tries, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        of[i]->password_was = tries[i].good ? NULL : "(another one)";
    return 0;
}

int resources_observe(void *state, struct error **err)
{
    struct resources *all = state;
    all->client = cloud_open(&all->args.cloud, NULL, all->context, &all->cloud, err);
    if (!all->client || osk_client_login(all->client, err) < 0)
        return -1;
    for (unsigned wave = 0; wave < WAVES; wave++)
        if (read_wave(all, wave, err) < 0)
            return -1;
    for (size_t i = 0; i < all->count; i++) {
        const struct kind *kind = all->items[i].kind;
        if (kind->observe && kind->observe(all, &all->items[i], err) < 0)
            return -1;
    }
    return try_passwords(all, err);
}
