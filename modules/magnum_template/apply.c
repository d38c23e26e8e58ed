#include "magnum_template/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/uuid.h"
#include "json/js_get.h"
#include "magnum_template/compare.h"
#include "magnum_template/hints.h"
#include "magnum_template/labels.h"
#include "magnum_template/observe.h"
#include "magnum_template/plan.h"

#define IN_USE                                                                                     \
    "Magnum lets a template that clusters use change only its name, tags and hidden, and "         \
    "become public, one at a time"

/* ---- one request */

/* Takes over what a change came to. */
static void note(struct magnum_item *item, struct osk_change *change)
{
    if (change->template_) {
        json_decref(item->after);
        item->after = steal_ptr(change->template_);
    }
    if (change->request_id) {
        free(item->request_id);
        item->request_id = steal_ptr(change->request_id);
    }
    item->changed = true;
}

static int patch(struct magnum *magnum, struct magnum_item *item, const json_t *operations,
                 struct error **err)
{
    cleanup_with(osk_change_clear) struct osk_change change = {0};
    const char *uuid = js_str(item->found, "uuid", NULL);
    if (osk_magnum_patch(magnum->client, uuid, operations, &change, err) < 0)
        return -1;
    note(item, &change);
    return 0;
}

static int post(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    cleanup_with(osk_change_clear) struct osk_change change = {0};
    if (osk_magnum_create(magnum->client, item->body, &change, err) < 0)
        return -1;
    note(item, &change);
    return 0;
}

/* The server's words with what may be behind them, and which template it is. */
static int fail(const struct magnum *magnum, const struct magnum_item *item, struct error **err)
{
    auto_free char *label = magnum_label(item);
    magnum_hint(magnum, item, err);
    error_wrap(err, "%s", label);
    return -1;
}

/* ---- create */

/* What Magnum made of the driver, and the rules that only its answer lets us judge: it holds the
 * distribution of the image. */
static int judge_created(const struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    const char *wanted = js_str(item->wish->wanted, "driver", NULL);
    const char *has = js_str(item->after, "driver", NULL);
    if (wanted && !str_equal(wanted, has))
        strv_printf(
            &item->warnings,
            "driver: Magnum ignored \"%s\" and stored %s; before 23 it takes the driver from "
            "the image's property magnum_driver",
            wanted, has ? has : "none");
    bool late = !magnum->args.label_errors && magnum->args.label_check == CHECK_AUTO &&
                !labels_concern(item->body);
    return late ? magnum_check_labels(magnum, item, item->after, err) : 0;
}

static int choose_uuid(const struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    const char *name = js_str(item->body, "name", NULL);
    if (!magnum->args.uuid_from_name || item->wish->uuid)
        return 0;
    auto_free char *uuid = magnum->project ? uuid_of_name(magnum->project, name) : NULL;
    if (!uuid) {
        error_make(
            err, ERROR_USAGE,
            "uuid_from_name: the project of the token is not known, or its ID is no UUID: leave "
            "the option out");
        return -1;
    }
    json_object_set_new(item->body, "uuid", json_string(uuid));
    return 0;
}

static int apply_item(struct magnum *magnum, struct magnum_item *item, struct error **err);

/* Somebody else made the template with our UUID since we looked: it is what we go on from. */
static int join_race(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    if (magnum_observe_again(magnum, item, err) < 0)
        return -1;
    if (item->found)
        return magnum_plan_item(magnum, item, err) < 0 ? -1 : apply_item(magnum, item, err);
    error_make(
        err, ERROR_CONFLICT,
        "Magnum has a template with this UUID already, but not under this name or not in this "
        "project: leave out uuid_from_name, or give another uuid");
    return fail(magnum, item, err);
}

static int apply_create(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    struct error *refused = NULL;
    if (choose_uuid(magnum, item, err) < 0)
        return fail(magnum, item, err);
    if (post(magnum, item, &refused) == 0)
        return judge_created(magnum, item, err);
    bool race = refused->code == 409 && str_contains(refused->message, "already exists") &&
                json_object_get(item->body, "uuid") && !item->found;
    if (race) {
        error_clear(&refused);
        return join_race(magnum, item, err);
    }
    error_move_take(err, refused);
    return fail(magnum, item, err);
}

/* ---- a successor */

enum { NAME_KEPT = 220 }; /* bytes: the new end must fit into the 255 characters of a name */

/* "NAME-retired-0a6c3a5c", owned. */
static char *retired_name(const char *name, const char *uuid)
{
    size_t length = strnlen(name, NAME_KEPT);
    while (length && utf8_is_continuation(name[length])) /* not within a character */
        length--;
    return xasprintf("%.*s-retired-%.8s", (int)length, name, uuid);
}

/* Renames the old template, and hides it where that is allowed: the name belongs to the new one. */
static int retire(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    const char *uuid = js_str(item->found, "uuid", NULL);
    const char *name = js_str(item->found, "name", NULL);
    auto_free char *retired = retired_name(name ? name : "", uuid);
    json_auto_t *rename =
        json_pack("[{s:s, s:s, s:s}]", "op", "replace", "path", "/name", "value", retired);
    json_auto_t *hide =
        json_pack("[{s:s, s:s, s:b}]", "op", "replace", "path", "/hidden", "value", 1);
    cleanup_with(osk_change_clear) struct osk_change change = {0};
    if (osk_magnum_patch(magnum->client, uuid, rename, &change, err) < 0 ||
        (magnum->admin && osk_magnum_patch(magnum->client, uuid, hide, &change, err) < 0))
        return -1;
    strv_printf(&item->warnings,
                "the old template %s is used by clusters and stays, under the name \"%s\"%s", uuid,
                retired, magnum->admin ? ", hidden" : "");
    return 0;
}

static int remove_old(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    const char *uuid = js_str(item->found, "uuid", NULL);
    cleanup_with(osk_change_clear) struct osk_change change = {0};
    struct error *refused = NULL;
    if (osk_magnum_delete_lookup(magnum->client, uuid, &change, &refused) >= 0)
        return 0;
    if (!osk_magnum_is_referenced(refused)) {
        error_move_take(err, refused);
        return -1;
    }
    error_clear(&refused);
    if (magnum->args.retire_old)
        return retire(magnum, item, err);
    strv_printf(&item->warnings,
                "the old template %s is used by clusters and stays under its name (retire_old is "
                "false): there are two templates of this name now",
                uuid);
    return 0;
}

static int apply_successor(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    if (post(magnum, item, err) < 0)
        return fail(magnum, item, err);
    if (item->action == ACTION_NEW_VERSION || remove_old(magnum, item, err) == 0)
        return 0;
    error_wrap(err, "the new template %s was made, but the old one, %s, could not be retired",
               js_str(item->after, "uuid", NULL), js_str(item->found, "uuid", NULL));
    return fail(magnum, item, err);
}

/* ---- update */

/* One PATCH each, as Magnum wants it of a template in use. */
static int patch_singly(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    static const char *const order[] = {"tags", "name", "public", "hidden"};
    for (size_t i = 0; i < array_length(order); i++) {
        if (!json_object_get(item->differences, order[i]))
            continue;
        json_auto_t *operations = magnum_operations(item->differences, order[i]);
        if (patch(magnum, item, operations, err) < 0) {
            error_wrap(err, "%s", order[i]);
            return fail(magnum, item, err);
        }
    }
    return 0;
}

/* Magnum said that clusters use the template. */
static int apply_in_use(struct magnum *magnum, struct magnum_item *item, const char *said,
                        struct error **err)
{
    if (magnum_fits_in_use(item) && json_object_size(item->differences) > 1)
        return patch_singly(magnum, item, err);
    auto_free char *why = xasprintf("%s; " IN_USE, said);
    if (magnum_plan_immutable(magnum, item, why, err) < 0)
        return fail(magnum, item, err);
    return apply_successor(magnum, item, err);
}

static int apply_update(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    auto_error struct error *refused = NULL;
    if (patch(magnum, item, item->operations, &refused) == 0)
        return 0;
    if (osk_magnum_is_referenced(refused))
        return apply_in_use(magnum, item, refused->message, err);
    error_move_take(err, steal_ptr(refused));
    return fail(magnum, item, err);
}

/* ---- delete */

static int apply_delete(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    cleanup_with(osk_change_clear) struct osk_change change = {0};
    int deleted =
        osk_magnum_delete_lookup(magnum->client, js_str(item->found, "uuid", NULL), &change, err);
    if (deleted > 0)
        note(item, &change);
    if (deleted == 0)
        item->action = ACTION_NONE;
    if (deleted >= 0)
        return 0;
    if (osk_magnum_is_referenced(*err))
        error_append(err, "\n(delete those clusters first, or give them another template)");
    return fail(magnum, item, err);
}

static int apply_item(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    switch (item->action) {
    case ACTION_NONE:
        return 0;
    case ACTION_CREATE:
        return apply_create(magnum, item, err);
    case ACTION_UPDATE:
        return apply_update(magnum, item, err);
    case ACTION_DELETE:
        return apply_delete(magnum, item, err);
    case ACTION_RECREATE:
    case ACTION_NEW_VERSION:
        break;
    }
    return apply_successor(magnum, item, err);
}

int magnum_apply(void *state, struct error **err)
{
    struct magnum *magnum = state;
    for (size_t i = 0; i < magnum->count; i++) {
        if (apply_item(magnum, &magnum->items[i], err) < 0)
            return -1;
        magnum->items[i].done = true;
    }
    return 0;
}
