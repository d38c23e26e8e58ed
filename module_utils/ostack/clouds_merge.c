/* Laying entries over each other: defaults, vendor profile, cloud, region, options. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_number.h"
#include "ostack/clouds_priv.h"

/* ---- shapes */

/* As Python prints it. */
static json_t *number_text(const json_t *value)
{
    if (json_is_integer(value)) {
        auto_free char *text = xasprintf("%lld", (long long)json_integer_value(value));
        return json_string(text);
    }
    double number = json_real_value(value);
    char text[JS_NUMBER_ROOM];
    js_number_text(number, text);
    auto_free char *whole = xasprintf("%s%s", text, strpbrk(text, ".e") ? "" : ".0");
    return json_string(whole);
}

static json_t *normalise_member(const char *key, const json_t *value)
{
    if (json_is_object(value))
        return osk_normalise(value);
    bool stays = strcmp(key, "api_timeout") == 0 && json_is_integer(value);
    if (json_is_number(value) && !stays)
        return number_text(value);
    return json_incref(js_iterable(value));
}

json_t *osk_normalise(const json_t *value)
{
    json_t *out = json_object();
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach (js_iterable(value), key, member) {
        auto_free char *name = xstrdup(key);
        for (char *c = strchr(name, '-'); c; c = strchr(c, '-'))
            *c = '_';
        json_object_set_new(out, name, normalise_member(name, member));
    }
    return out;
}

json_t *osk_merge_deep(const json_t *base, const json_t *over)
{
    json_t *merged = json_copy(js_iterable(base));
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach (js_iterable(over), key, member) {
        json_t *old = json_object_get(merged, key);
        if (json_is_object(member) && json_is_object(old))
            json_object_set_new(merged, key, osk_merge_deep(old, member));
        else
            json_object_set(merged, key, member);
    }
    return merged;
}

static void merge_auth(json_t *base, const json_t *over)
{
    json_t *auth = json_object_get(base, "auth");
    json_t *merged = json_is_object(auth) ? json_copy(auth) : json_object();
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach (js_iterable(over), key, member)
        if (!json_is_null(member))
            json_object_set(merged, key, member);
    json_object_set_new(base, "auth", merged);
}

void osk_merge_entry(json_t *base, const json_t *over)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach (js_iterable(over), key, member) {
        if (json_is_null(member))
            continue;
        if (strcmp(key, "auth") == 0 && json_is_object(member))
            merge_auth(base, member);
        else
            json_object_set(base, key, member);
    }
}

/* ---- the parts */

static json_t *defaults(void)
{
    return json_pack("{s:s, s:s, s:b, s:{}}", "auth_type", "password", "interface", "public",
                     "verify", 1, "auth");
}

/* The options of the task under the names of clouds.yaml. */
static json_t *option_entry(const struct osk_cloud_options *options)
{
    json_t *entry = json_object();
    const struct {
        const char *key;
        const char *text;
    } texts[] = {
        {"auth_type", options->auth_type}, {"interface", options->interface},
        {"cacert", options->ca_cert},      {"cert", options->client_cert},
        {"key", options->client_key},
    };
    for (size_t i = 0; i < array_length(texts); i++)
        if (texts[i].text)
            json_object_set_new(entry, texts[i].key, json_string(texts[i].text));
    if (options->auth)
        json_object_set(entry, "auth", js_iterable(options->auth));
    if (options->validate_certs)
        json_object_set(entry, "verify", js_iterable(options->validate_certs));
    if (options->api_timeout)
        json_object_set(entry, "api_timeout", js_iterable(options->api_timeout));
    json_t *clean = osk_normalise(entry);
    json_decref(entry);
    return clean;
}

/* A cloud that is given as a dictionary leaves nothing to say for the other options. */
static int check_alone(const struct osk_cloud_options *options, struct error **err)
{
    const struct {
        const char *name;
        bool given;
    } rows[] = {
        {"auth", options->auth},
        {"region_name", options->region_name},
        {"validate_certs", options->validate_certs},
        {"ca_cert", options->ca_cert},
        {"client_cert", options->client_cert},
        {"client_key", options->client_key},
        {"api_timeout", options->api_timeout},
        {"auth_type", options->auth_type},
        {"interface", options->interface && strcmp(options->interface, "public") != 0},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        if (!rows[i].given)
            continue;
        error_make(err, ERROR_USAGE,
                   "A cloud config dict was provided to the cloud parameter but also a value was "
                   "provided for %s. If a cloud config dict is provided, %s should be excluded.",
                   rows[i].name, rows[i].name);
        return -1;
    }
    return 0;
}

/* Keys that begin with os_ lose that, in maps too, and win over those that never had it. */
static json_t *without_prefix(const json_t *entry)
{
    json_t *out = json_object();
    const char *key = NULL;
    json_t *member = NULL;
    for (int prefixed = 0; prefixed < 2; prefixed++)
        json_object_foreach (js_iterable(entry), key, member) {
            bool has = str_starts_with(key, "os_");
            json_t *value = json_is_object(member) ? without_prefix(member) : json_incref(member);
            if (has == (prefixed == 1))
                json_object_set(out, has ? key + 3 : key, value);
            json_decref(value);
        }
    return out;
}

/* ---- the choice */

/* Where the base entry comes from. */
struct choice {
    const char *name;    /* NULL: no entry, defaults alone */
    const json_t *entry; /* borrowed; NULL: none */
    bool environment;
};

static int choose(const struct osk_sources *sources, const char *wanted, struct choice *choice,
                  struct error **err)
{
    const char *name = wanted ? wanted : sources->wanted;
    if (!name && sources->environment)
        name = sources->environment_name;
    if (!name && json_object_size(sources->clouds) == 1)
        name = json_object_iter_key(json_object_iter(sources->clouds));
    *choice = (struct choice){.name = name};
    if (!name)
        return 0;
    choice->environment = sources->environment && strcmp(name, sources->environment_name) == 0;
    choice->entry =
        choice->environment ? sources->environment : json_object_get(sources->clouds, name);
    bool nothing_at_all = !json_object_size(sources->clouds) && !sources->environment;
    if (!choice->entry && nothing_at_all && strcmp(name, "defaults") == 0)
        return 0;
    if (!choice->entry) {
        error_make(err, ERROR_USAGE, "Cloud %s was not found.", name);
        if (sources->path)
            error_append(err, " (%s has other clouds)", sources->path);
        else
            error_append(err, " (no clouds.yaml was found: it is looked for in the current folder, "
                              "~/.config/openstack and /etc/openstack, and where "
                              "OS_CLIENT_CONFIG_FILE points)");
        return -1;
    }
    if (!json_is_object(choice->entry) && !json_is_null(choice->entry)) {
        error_make(err, ERROR_USAGE, "%s: clouds.%s: expected a mapping, got %s", sources->path,
                   name, js_type_name(choice->entry));
        return -1;
    }
    return 0;
}

/* The profile that ENTRY refers to, normalised and owned; NULL: none. */
static json_t *vendor_entry(const struct osk_sources *sources, const char *name,
                            const json_t *entry, struct strv *warnings)
{
    const char *profile = js_str(entry, "profile", NULL);
    if (!profile)
        profile = js_str(entry, "cloud", NULL);
    if (!profile || str_equal(profile, sources->environment_name))
        return NULL;
    const json_t *found = json_object_get(sources->vendors, profile);
    if (json_is_object(found))
        return osk_normalise(found);
    strv_printf(warnings, "Couldn't find the vendor profile %s for the cloud %s%s", profile,
                name ? name : "given as a dictionary",
                ": profiles come from clouds-public.yaml alone, none is built in");
    return NULL;
}

static char *origin_of(const struct osk_sources *sources, const struct choice *choice,
                       const struct osk_cloud_options *options)
{
    if (choice->environment)
        return xstrdup("the cloud of the OS_ variables");
    if (choice->name)
        return sources->path ? xasprintf("cloud \"%s\" of %s", choice->name, sources->path)
                             : xasprintf("cloud \"%s\"", choice->name);
    if (json_is_object(options->cloud))
        return xstrdup("the cloud of the task");
    return xstrdup("the options of the task");
}

static int check_auth(const json_t *entry, const char *origin, struct error **err)
{
    const json_t *auth = json_object_get(entry, "auth");
    if (!auth || json_is_object(auth) || json_is_null(auth))
        return 0;
    error_make(err, ERROR_USAGE, "%s: auth: expected a mapping, got %s", origin,
               js_type_name(auth));
    return -1;
}

/* What lies over the defaults and the profile, borrowed. */
struct layers {
    const char *name; /* of the cloud's entry, or NULL */
    json_t *own;      /* that entry */
    const json_t *over;
    const char *region; /* or NULL */
};

/* Everything in its order: what comes later wins. */
static int lay(struct osk_cloud *cloud, const struct osk_sources *sources,
               const struct layers *layers, struct strv *warnings, struct error **err)
{
    json_t *own = layers->own;
    const json_t *over = layers->over;
    json_auto_t *vendor = vendor_entry(sources, layers->name, own, warnings);
    if (check_auth(own, cloud->origin, err) < 0 || check_auth(over, cloud->origin, err) < 0)
        return -1;
    osk_merge_entry(cloud->config, vendor);
    osk_merge_entry(cloud->config, own);
    /* The one null that says something: no authentication at all. */
    if (json_is_null(json_object_get(own, "auth_type")))
        json_object_set_new(cloud->config, "auth_type", json_null());
    json_object_del(cloud->config, "cloud");
    struct osk_regions regions = {layers->name, own, vendor};
    if (osk_region_apply(cloud->config, &regions, layers->region, warnings, err) < 0)
        return -1;
    auto_free char *chosen = xstrdup(js_str(cloud->config, "region_name", NULL));
    osk_merge_entry(cloud->config, over);
    json_object_set_new(cloud->config, "region_name", json_string(chosen));
    return 0;
}

int osk_merge(struct osk_cloud *cloud, const struct osk_sources *sources,
              const struct osk_cloud_options *options, struct strv *warnings, struct error **err)
{
    bool map = json_is_object(options->cloud);
    if (map && check_alone(options, err) < 0)
        return -1;
    json_auto_t *plain = map ? osk_normalise(options->cloud) : option_entry(options);
    json_auto_t *over = without_prefix(plain);
    const char *wanted = map ? js_str(over, "cloud", NULL) : json_string_value(options->cloud);
    const char *profile = map ? js_str(over, "profile", NULL) : NULL;
    const char *region = map ? js_str(over, "region_name", NULL) : options->region_name;
    struct choice choice = {0};
    /* openstacksdk lays a dictionary over the default cloud, whatever that happens to be: only one
     * that refers to something itself asks for that. */
    if ((!map || wanted || profile) && choose(sources, wanted, &choice, err) < 0)
        return -1;
    json_auto_t *own = json_is_object(choice.entry) ? osk_normalise(choice.entry) : json_object();
    if (profile)
        json_object_set_new(own, "profile", json_string(profile));
    auto_free char *kept_region = region && *region ? xstrdup(region) : NULL;
    json_object_del(over, "cloud");
    json_object_del(over, "region_name");
    cloud->name = xstrdup(choice.name ? choice.name : "defaults");
    cloud->origin = origin_of(sources, &choice, options);
    cloud->config = defaults();
    struct layers layers = {choice.name, own, over, kept_region};
    return lay(cloud, sources, &layers, warnings, err);
}
