#include "openstack_resources/refs.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "json/js_list.h"

/* Where an object is looked for. */
struct address {
    const struct kind *kind;
    const char *name;   /* NULL: any */
    const char *domain; /* NULL: the kind has none */
};

static int resolve(const struct resources *all, const struct address *address, struct ref *out,
                   struct error **err);

/* ---- where it would stand */

static char *listing_of(const struct resources *all, const struct address *address)
{
    const struct kind *kind = address->kind;
    struct ref domain = {0};
    if (!kind->by_name)
        return xstrdup(kind->listed_at ? kind->listed_at : kind->collection);
    if (kind->in_domain) {
        const struct address of_domain = {.kind = kind_of(KIND_DOMAIN), .name = address->domain};
        if (resolve(all, &of_domain, &domain, NULL) < 0 || !domain.id)
            return NULL;
    }
    struct buf path;
    buf_init(&path);
    buf_add_str(&path, kind->collection);
    if (address->name) {
        auto_free char *value = xasprintf("%s%s", kind->equals ? kind->equals : "", address->name);
        url_query(&path, "name", value);
    }
    if (domain.id)
        url_query(&path, "domain_id", domain.id);
    return buf_steal(&path);
}

static struct address address_of(const struct resource *item, const struct field *field)
{
    return (struct address){
        .kind = kind_of(field->target),
        .name = am_text(item->options, field->option),
        .domain = field->domain_option ? am_text(item->options, field->domain_option) : NULL,
    };
}

char *ref_listing(const struct resources *all, const struct resource *item,
                  const struct field *field)
{
    const struct address address = address_of(item, field);
    return address.name ? listing_of(all, &address) : NULL;
}

char *own_listing(const struct resources *all, const struct resource *item)
{
    const struct address address = {
        .kind = item->kind,
        .name = am_text(item->options, "name"),
        .domain = item->kind->in_domain ? am_text(item->options, "domain") : NULL,
    };
    return item->kind->listing ? item->kind->listing(all, item) : listing_of(all, &address);
}

/* ---- looking */

static int ambiguous(const struct address *address, const struct strv *ids, struct error **err)
{
    auto_free char *list = strv_join(ids, ", ");
    error_make(err, ERROR_CONFLICT,
               "%zu %ss have the name \"%s\": %s; rename or delete all but one of them by its ID",
               ids->count, address->kind->name, address->name, list);
    json_t *detail = js_strv(ids);
    error_detail_take(err, "ids", detail);
    return -1;
}

/* By ATTRIBUTE, among what was listed. */
static int search(const struct resources *all, const struct address *address, const char *attribute,
                  struct ref *out, struct error **err)
{
    auto_free char *path = listing_of(all, address);
    const struct osk_listing *listing = path ? resources_listing(all, address->kind, path) : NULL;
    auto_strv struct strv ids;
    size_t index = 0;
    json_t *object = NULL;
    strv_init(&ids);
    json_array_foreach (listing ? listing->items : NULL, index, object) {
        const char *id = js_str(object, "id", NULL);
        if (!id || !str_equal(js_str(object, attribute, NULL), address->name))
            continue;
        strv_add_once(&ids, id);
        out->id = id;
    }
    return ids.count > 1 ? ambiguous(address, &ids, err) : 0;
}

static bool same_domain(const struct resources *all, const char *a, const char *b)
{
    const struct address first = {.kind = kind_of(KIND_DOMAIN), .name = a};
    const struct address second = {.kind = kind_of(KIND_DOMAIN), .name = b};
    struct ref left = {0};
    struct ref right = {0};
    if (str_equal(a, b))
        return true;
    return a && b && resolve(all, &first, &left, NULL) == 0 &&
           resolve(all, &second, &right, NULL) == 0 && left.id && str_equal(left.id, right.id);
}

/* The item that makes the object; NULL: none does. */
static const struct resource *maker_of(const struct resources *all, const struct address *address)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct resource *item = &all->items[i];
        bool makes = item->kind == address->kind && item->wish->state == WISH_PRESENT;
        const char *also = address->kind->also;
        if (!makes || (!str_equal(am_text(item->options, "name"), address->name) &&
                       !(also && str_equal(am_text(item->options, also), address->name))))
            continue;
        if (!item->kind->in_domain ||
            same_domain(all, am_text(item->options, "domain"), address->domain))
            return item;
    }
    return NULL;
}

static int resolve(const struct resources *all, const struct address *address, struct ref *out,
                   struct error **err)
{
    *out = (struct ref){0};
    if (!address->name)
        return 0;
    if (search(all, address, "name", out, err) < 0)
        return -1;
    if (!out->id && address->kind->also && search(all, address, address->kind->also, out, err) < 0)
        return -1;
    if (out->id)
        return 0;
    out->maker = maker_of(all, address);
    out->id = out->maker ? resource_id(out->maker) : NULL;
    return 0;
}

int ref_of_option(const struct resources *all, const struct resource *item, const char *option,
                  struct ref *out, struct error **err)
{
    const struct field *field = kind_field(item->kind, option);
    const struct address address = address_of(item, field);
    if (resolve(all, &address, out, err) == 0)
        return 0;
    wish_blame(item->wish, option, err);
    return -1;
}

/* ---- when there is none */

static int missing(const struct resource *item, const struct field *field, struct error **err)
{
    const struct address address = address_of(item, field);
    error_make(err, ERROR_NOT_FOUND,
               "there is no %s \"%s\"%s%s%s: correct the name, or add an item that makes it",
               address.kind->name, address.name, address.domain ? " in the domain \"" : "",
               address.domain ? address.domain : "", address.domain ? "\"" : "");
    wish_blame(item->wish, field->option, err);
    return -1;
}

int ref_need(const struct resources *all, const struct resource *item, const char *option,
             struct ref *out, struct error **err)
{
    if (ref_of_option(all, item, option, out, err) < 0)
        return -1;
    return out->id ? 0 : missing(item, kind_field(item->kind, option), err);
}

/* The item that removes what ITEM refers to; NULL: none does. */
static const struct resource *remover_of(const struct resources *all, const char *id,
                                         const struct kind *kind)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct resource *item = &all->items[i];
        if (item->kind == kind && item->wish->state == WISH_ABSENT &&
            str_equal(resource_id(item), id))
            return item;
    }
    return NULL;
}

static int check_field(const struct resources *all, const struct resource *item,
                       const struct field *field, struct error **err)
{
    struct ref ref = {0};
    if (ref_of_option(all, item, field->option, &ref, err) < 0)
        return -1;
    if (!ref.id && !ref.maker)
        return missing(item, field, err);
    const struct resource *remover =
        ref.id ? remover_of(all, ref.id, kind_of(field->target)) : NULL;
    if (!remover)
        return 0;
    error_make(err, ERROR_USAGE, "resources[%zu] removes that: leave out one of both",
               remover->wish->index);
    wish_blame(item->wish, field->option, err);
    return -1;
}

int refs_check(const struct resources *all, const struct resource *item, struct error **err)
{
    for (const struct field *field = item->kind->fields; field->option; field++)
        if (field->refers && am_value(item->options, field->option) &&
            check_field(all, item, field, err) < 0)
            return -1;
    return 0;
}
