/* Which region of a cloud, and what it changes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "ostack/clouds_priv.h"

/* Adds {name, values} for the entry at INDEX of a list of regions. */
static int add_region(json_t *known, const json_t *region, size_t index, struct error **err)
{
    if (json_is_string(region) || json_is_number(region)) {
        json_auto_t *wrapped = json_pack("{s:O}", "name", region);
        json_auto_t *clean = osk_normalise(wrapped);
        json_array_append(known, clean);
        return 0;
    }
    const char *key = NULL;
    json_t *member = NULL;
    bool good = js_str(region, "name", NULL) != NULL;
    json_object_foreach (js_iterable(region), key, member) {
        bool values =
            strcmp(key, "values") == 0 && (json_is_object(member) || json_is_null(member));
        good = good && (values || strcmp(key, "name") == 0);
    }
    if (!good) {
        /* By its place: the values of a region may hold passwords. */
        error_make(
            err, ERROR_USAGE,
            "Invalid region entry at: regions[%zu]; expected a name, or a mapping with name and "
            "values alone",
            index);
        return -1;
    }
    json_array_append(known, js_iterable(region));
    return 0;
}

static int add_regions(json_t *known, const json_t *list, struct error **err)
{
    size_t index = 0;
    json_t *region = NULL;
    if (!json_is_array(list))
        return add_region(known, list, 0, err);
    json_array_foreach (list, index, region)
        if (add_region(known, region, index, err) < 0)
            return -1;
    return 0;
}

/* "region_name: A,B" once meant several regions. */
static int add_comma_list(json_t *known, const json_t *value, struct strv *warnings,
                          struct error **err)
{
    if (!json_is_string(value))
        return add_regions(known, value, err);
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, json_string_value(value), ',');
    if (parts.count > 1)
        strv_add_once(warnings, "Comma separated lists in region_name are deprecated. Please use a "
                                "yaml list in the regions parameter instead.");
    for (size_t i = 0; i < parts.count; i++)
        json_array_append_new(known, json_pack("{s:s}", "name", parts.items[i]));
    return 0;
}

static int list_known(json_t *known, const json_t *entry, const json_t *vendor,
                      struct strv *warnings, struct error **err)
{
    const json_t *regions = json_object_get(entry, "regions");
    const json_t *name = json_object_get(entry, "region_name");
    if (regions && !json_is_null(regions))
        return add_regions(known, regions, err);
    if (name && !json_is_null(name))
        return add_comma_list(known, name, warnings, err);
    regions = json_object_get(vendor, "regions");
    name = json_object_get(vendor, "region_name");
    if (json_array_size(regions))
        return add_regions(known, regions, err);
    return json_is_string(name) ? add_region(known, name, 0, err) : 0;
}

static const json_t *find_region(const json_t *known, const char *wanted)
{
    size_t index = 0;
    json_t *region = NULL;
    json_array_foreach (js_iterable(known), index, region)
        if (!wanted || str_equal(js_str(region, "name", NULL), wanted))
            return region;
    return NULL;
}

static void no_such_region(const json_t *known, const char *cloud, const char *wanted,
                           struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    size_t index = 0;
    json_t *region = NULL;
    json_array_foreach (js_iterable(known), index, region)
        strv_add(&names, js_str(region, "name", NULL));
    auto_free char *list = strv_join(&names, ",");
    error_make(
        err, ERROR_USAGE,
        "Region %s is not a valid region name for cloud %s. Valid choices are %s. Please note "
        "that region names are case sensitive.",
        wanted, cloud, list);
}

int osk_region_apply(json_t *config, const struct osk_regions *regions, const char *wanted,
                     struct strv *warnings, struct error **err)
{
    json_auto_t *known = json_array();
    if (regions->cloud && list_known(known, regions->entry, regions->vendor, warnings, err) < 0)
        return -1;
    const json_t *region = find_region(known, wanted);
    if (!region && json_array_size(known)) {
        no_such_region(known, regions->cloud, wanted, err);
        return -1;
    }
    json_auto_t *values = osk_normalise(json_object_get(region, "values"));
    json_object_del(config, "regions");
    osk_merge_entry(config, values);
    const char *name = region ? js_str(region, "name", NULL) : wanted;
    json_object_set_new(config, "region_name", json_string(name ? name : ""));
    return 0;
}
