#include "ostack/clouds.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "ostack/clouds_priv.h"

static int check_kind(const struct osk_cloud_options *options, struct error **err)
{
    if (!options->cloud || json_is_string(options->cloud) || json_is_object(options->cloud))
        return 0;
    error_make(err, ERROR_USAGE,
               "cloud: expected the name of a cloud or a dictionary, got %s; put a name that looks "
               "like a number into quotes",
               js_type_name(options->cloud));
    return -1;
}

int osk_cloud_load(struct osk_cloud *cloud, const struct osk_cloud_options *options,
                   struct strv *warnings, struct error **err)
{
    struct osk_sources sources = {0};
    *cloud = (struct osk_cloud){0};
    if (check_kind(options, err) < 0 || osk_sources_read(&sources, warnings, err) < 0)
        return -1;
    int result = osk_merge(cloud, &sources, options, warnings, err);
    if (result == 0)
        result = osk_fix(cloud->config, warnings, err);
    osk_sources_clear(&sources);
    if (result < 0)
        osk_cloud_clear(cloud);
    return result;
}

void osk_cloud_clear(struct osk_cloud *cloud)
{
    free(cloud->name);
    free(cloud->origin);
    json_decref(cloud->config);
    *cloud = (struct osk_cloud){0};
}

/* ---- secrets */

static bool is_secret_name(const char *name)
{
    static const char *const words[] = {"password", "passcode", "token", "secret"};
    for (size_t i = 0; i < array_length(words); i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

static void add_secret(const json_t *value, struct strv *texts)
{
    if (json_is_string(value) && *json_string_value(value))
        strv_add_once(texts, json_string_value(value));
    else if (json_is_integer(value))
        strv_printf(texts, "%lld", (long long)json_integer_value(value));
}

void osk_cloud_secrets(const json_t *value, struct strv *texts)
{
    size_t index = 0;
    const char *key = NULL;
    json_t *member = NULL;
    json_array_foreach (value, index, member)
        osk_cloud_secrets(member, texts);
    json_object_foreach (js_iterable(value), key, member) {
        if (is_secret_name(key))
            add_secret(member, texts);
        osk_cloud_secrets(member, texts);
    }
}
