#include "magnum_template/observe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/compare.h"
#include "magnum_template/find.h"

/* ---- the connection */

static int connect(struct magnum *magnum, struct error **err)
{
    const struct magnum_args *args = &magnum->args;
    magnum->client =
        cloud_open(&args->cloud, args->microversion, magnum->context, &magnum->cloud, err);
    if (!magnum->client || osk_magnum_check_scope(magnum->client, err) < 0)
        return -1;
    const char *project = osk_magnum_project(magnum->client);
    free(magnum->project);
    magnum->project = project ? xstrdup(project) : NULL;
    magnum->admin = osk_magnum_has_role(magnum->client, "admin");
    return 0;
}

/* ---- questions about names */

static void ask(struct magnum *magnum, enum osk_kind kind, const char *text)
{
    if (!text || magnum_lookup_find(magnum, kind, text))
        return;
    strv_add(&magnum->texts, text);
    magnum->lookups =
        xreallocarray(magnum->lookups, magnum->lookup_count + 1, sizeof(*magnum->lookups));
    magnum->lookups[magnum->lookup_count++] = (struct osk_lookup){
        .kind = kind,
        .text = magnum->texts.items[magnum->texts.count - 1],
    };
}

/* What a field of a template that exists makes us ask: only where the texts differ. */
static void ask_difference(struct magnum *magnum, const struct magnum_item *item,
                           const struct field *field)
{
    enum osk_kind kind = magnum_kind(field);
    const char *wanted = js_str(item->wish->wanted, field->attribute, NULL);
    const char *has = js_str(item->found, field->attribute, NULL);
    if (!wanted || str_equal(wanted, has))
        return;
    if (has && magnum_worth_asking(magnum, kind, wanted, has)) {
        ask(magnum, kind, wanted);
        ask(magnum, kind, has);
    }
    /* A new image may be of another distribution; a key pair is checked by nobody else. */
    if ((kind == OSK_IMAGE || kind == OSK_KEYPAIR) && magnum->args.resolve)
        ask(magnum, kind, wanted);
}

static void ask_create(struct magnum *magnum, const struct magnum_item *item)
{
    const char *image = js_str(item->wish->wanted, "image_id", NULL);
    const char *keypair = js_str(item->wish->wanted, "keypair_id", NULL);
    bool rules = magnum->args.label_errors && magnum->args.label_check == CHECK_AUTO;
    /* The labels have to be judged before the template is there; Magnum asks for the rest itself.
     */
    if (rules && magnum->args.resolve)
        ask(magnum, OSK_IMAGE, image);
    if (magnum->args.resolve)
        ask(magnum, OSK_KEYPAIR, keypair);
}

static void ask_about(struct magnum *magnum, const struct magnum_item *item)
{
    if (item->wish->state != MAGNUM_PRESENT)
        return;
    if (magnum->args.image_strict)
        ask(magnum, OSK_IMAGE, js_str(item->wish->wanted, "image_id", NULL));
    if (!item->found) {
        ask_create(magnum, item);
        return;
    }
    for (size_t i = 0; i < magnum_field_count; i++)
        if (magnum_kind(&magnum_fields[i]) != OSK_KINDS)
            ask_difference(magnum, item, &magnum_fields[i]);
}

/* A key pair that is missing shows when the first cluster is created, much later. */
static void warn_keypairs(struct magnum *magnum)
{
    for (size_t i = 0; i < magnum->lookup_count; i++) {
        const struct osk_lookup *answer = &magnum->lookups[i];
        if (answer->kind == OSK_KEYPAIR && answer->found && !json_array_size(answer->found))
            strv_printf(
                &magnum->context->warnings,
                "keypair_id: Nova has no key pair \"%s\" for this user; Magnum does not check "
                "that, but no cluster can be created with it",
                answer->text);
    }
}

static int resolve(struct magnum *magnum, struct error **err)
{
    for (size_t i = 0; i < magnum->count; i++)
        ask_about(magnum, &magnum->items[i]);
    if (!magnum->lookup_count)
        return 0;
    if (osk_lookup_all(magnum->client, magnum->lookups, magnum->lookup_count, err) < 0)
        return -1;
    warn_keypairs(magnum);
    return 0;
}

/* ---- the templates */

static int find(const struct magnum *magnum, struct magnum_item *item, const json_t *all,
                struct error **err)
{
    if (magnum_find(magnum, item, all, err) == 0)
        return 0;
    auto_free char *label = magnum_label(item);
    error_wrap(err, "%s", label);
    return -1;
}

/* The first request to Magnum: it says what is wrong with the microversion. */
static json_t *list(struct magnum *magnum, struct error **err)
{
    struct error *refused = NULL;
    json_t *all = osk_magnum_list(magnum->client, &refused);
    if (refused && refused->code == 406)
        error_wrap(&refused, "microversion: \"%s\"",
                   magnum->args.microversion ? magnum->args.microversion : "of clouds.yaml");
    if (!all)
        error_move_take(err, refused);
    return all;
}

int magnum_observe(void *state, struct error **err)
{
    struct magnum *magnum = state;
    if (connect(magnum, err) < 0)
        return -1;
    json_auto_t *all = list(magnum, err);
    if (!all)
        return -1;
    for (size_t i = 0; i < magnum->count; i++)
        if (find(magnum, &magnum->items[i], all, err) < 0)
            return -1;
    return resolve(magnum, err);
}

int magnum_observe_again(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    json_auto_t *all = osk_magnum_list(magnum->client, err);
    return all ? find(magnum, item, all, err) : -1;
}
