#include "magnum_template/find.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_list.h"

enum { VERSION_MAX = 1000000 };

char *magnum_base_name(const char *name, unsigned *version)
{
    const char *mark = strrchr(name, '-');
    long long number = 0;
    *version = 1;
    bool numbered = mark && mark > name && mark[1] == 'v' && isdigit((unsigned char)mark[2]) &&
                    mark[2] != '0' && str_to_int(mark + 2, 2, VERSION_MAX, &number);
    if (!numbered)
        return xstrdup(name);
    *version = (unsigned)number;
    return xmemdup(name, (size_t)(mark - name));
}

/* Without a project (a fixed token) nobody else's can be told from ours. */
static bool is_own(const struct magnum *magnum, const json_t *template_)
{
    const char *project = js_str(template_, "project_id", NULL);
    return !magnum->project || !project || strcmp(project, magnum->project) == 0;
}

static bool fits_image(const struct magnum *magnum, const struct magnum_wish *wish,
                       const json_t *template_)
{
    const char *wanted = js_str(wish->wanted, "image_id", NULL);
    return !magnum->args.match_image || !wanted ||
           str_equal(wanted, js_str(template_, "image_id", NULL));
}

/* The number of the template as a version of the wish's name, 0 when it is none. */
static unsigned version_of(const struct magnum *magnum, const struct magnum_wish *wish,
                           const json_t *template_)
{
    const char *name = js_str(template_, "name", NULL);
    unsigned version = 1;
    if (!name || str_equal(name, wish->name))
        return name != NULL;
    bool versions =
        magnum->args.immutable == IMMUTABLE_NEW_VERSION && wish->state == MAGNUM_PRESENT;
    auto_free char *base = magnum_base_name(name, &version);
    return versions && version > 1 && strcmp(base, wish->name) == 0 ? version : 0;
}

/* What a search has come to. */
struct search {
    json_t *matches; /* owned list, all of the same version */
    unsigned version;
};

static void consider(struct search *search, json_t *template_, unsigned version)
{
    if (!version || version < search->version)
        return;
    if (version > search->version)
        json_array_clear(search->matches);
    search->version = version;
    json_array_append(search->matches, template_);
}

static void search_names(const struct magnum *magnum, const struct magnum_wish *wish,
                         const json_t *all, bool own, struct search *search)
{
    size_t index = 0;
    json_t *template_ = NULL;
    json_array_foreach (js_iterable(all), index, template_) {
        bool visible = own || json_is_true(json_object_get(template_, "public"));
        if (is_own(magnum, template_) == own && visible && fits_image(magnum, wish, template_))
            consider(search, template_, version_of(magnum, wish, template_));
    }
}

static void ambiguous(const struct magnum_item *item, const json_t *matches, struct error **err)
{
    auto_strv struct strv uuids;
    strv_init(&uuids);
    size_t index = 0;
    json_t *template_ = NULL;
    json_array_foreach (js_iterable(matches), index, template_)
        strv_add(&uuids, js_str(template_, "uuid", NULL));
    auto_free char *list = strv_join(&uuids, ", ");
    error_make(
        err, ERROR_CONFLICT,
        "%zu templates are named \"%s\": %s; names are not unique in Magnum: say which one by "
        "the option uuid, or delete the others by it",
        uuids.count, item->wish->name, list);
    json_t *detail = js_strv(&uuids);
    error_detail_take(err, "uuids", detail);
}

static int find_by_name(const struct magnum *magnum, struct magnum_item *item, const json_t *all,
                        struct error **err)
{
    json_auto_t *matches = json_array();
    struct search search = {.matches = matches};
    search_names(magnum, item->wish, all, true, &search);
    if (!json_array_size(matches) && magnum->args.any_scope) {
        search_names(magnum, item->wish, all, false, &search);
        item->foreign = json_array_size(matches) > 0;
    }
    if (json_array_size(matches) > 1) {
        ambiguous(item, matches, err);
        return -1;
    }
    item->version = search.version;
    item->found = json_incref(json_array_get(matches, 0));
    return 0;
}

/* UUIDs are the same with and without hyphens, in either case, for Magnum too. */
static bool same_uuid(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, "-");
        b += strspn(b, "-");
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
}

static void find_by_uuid(const struct magnum *magnum, struct magnum_item *item, const json_t *all)
{
    size_t index = 0;
    json_t *template_ = NULL;
    json_array_foreach (js_iterable(all), index, template_)
        if (same_uuid(js_str(template_, "uuid", NULL), item->wish->uuid)) {
            item->found = json_incref(template_);
            item->foreign = !is_own(magnum, template_);
            item->version = 1;
            return;
        }
}

static void list_matches(struct magnum_item *item, const json_t *all)
{
    const struct magnum_wish *wish = item->wish;
    item->listed = json_array();
    size_t index = 0;
    json_t *template_ = NULL;
    json_array_foreach (js_iterable(all), index, template_) {
        bool name = !wish->name || str_equal(wish->name, js_str(template_, "name", NULL));
        bool uuid = !wish->uuid || same_uuid(js_str(template_, "uuid", NULL), wish->uuid);
        if (name && uuid)
            json_array_append(item->listed, template_);
    }
}

int magnum_find(const struct magnum *magnum, struct magnum_item *item, const json_t *all,
                struct error **err)
{
    json_decref(steal_ptr(item->found));
    item->foreign = false;
    if (item->wish->state == MAGNUM_INFO) {
        list_matches(item, all);
        return 0;
    }
    if (!item->wish->uuid)
        return find_by_name(magnum, item, all, err);
    find_by_uuid(magnum, item, all);
    return 0;
}
