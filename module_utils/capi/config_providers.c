/* The providers of a configuration: the built-in ones, those of the file, those of the options. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/builtin.h"
#include "capi/config_priv.h"
#include "json/js_get.h"

static const char unreadable[] =
    "failed to unmarshal providers from the clusterctl configuration file";

static int compare(const void *a, const void *b)
{
    const struct capi_provider *first = a;
    const struct capi_provider *second = b;
    int order = (int)first->type - (int)second->type;
    return order ? order : strcmp(first->name, second->name);
}

static struct capi_provider *find(const struct capi_config *config, enum capi_type type,
                                  const char *name)
{
    for (size_t i = 0; i < config->provider_count; i++)
        if (config->providers[i].type == type && strcmp(config->providers[i].name, name) == 0)
            return &config->providers[i];
    return NULL;
}

/* Replaces the provider of the same type and name, or adds. */
static void put(struct capi_config *config, const struct capi_provider *provider)
{
    struct capi_provider *old = find(config, provider->type, provider->name);
    if (old) {
        *old = *provider;
        return;
    }
    config->providers =
        xreallocarray(config->providers, config->provider_count + 1, sizeof(*config->providers));
    config->providers[config->provider_count++] = *provider;
}

static void put_builtins(struct capi_config *config)
{
    size_t count = 0;
    const struct capi_builtin *rows = capi_builtins(&count);
    for (size_t i = 0; i < count; i++) {
        struct capi_provider provider = {
            .type = rows[i].type,
            .name = rows[i].name,
            .label = capi_config_keep_take(config, capi_label(rows[i].type, rows[i].name)),
            .file = rows[i].file ? rows[i].file : capi_type_row(rows[i].type)->file,
            .builtin = true,
        };
        if (config->repository_path)
            provider.base = config->repository_path;
        else
            provider.url = capi_config_keep_take(config, capi_builtin_url(&rows[i]));
        put(config, &provider);
    }
}

/* What Go's net/url finds wrong with a URL, static, or NULL. */
static const char *bad_url(const char *url)
{
    for (const char *c = url; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            return "invalid control character in URL";
        if (*c == '%' && (!isxdigit((unsigned char)c[1]) || !isxdigit((unsigned char)c[2])))
            return "invalid URL escape";
    }
    if (*url == ':')
        return "missing protocol scheme";
    size_t first = strcspn(url, "/?#:");
    if (url[first] == ':' && !isalpha((unsigned char)*url))
        return "first path segment in URL cannot contain colon";
    return NULL;
}

static bool has_upper(const char *text)
{
    for (; *text; text++)
        if (isupper((unsigned char)*text))
            return true;
    return false;
}

/* What is wrong with an entry, owned, or NULL; the checks and texts are clusterctl's. */
static char *entry_fault(const char *name, const char *type, const char *url)
{
    if (!*name)
        return xstrdup("name value cannot be empty");
    if (has_upper(name))
        return xasprintf("provider name %s must be in lower case", name);
    if ((strcmp(name, "cluster-api") == 0) != (strcmp(type, "CoreProvider") == 0))
        return xasprintf("name cluster-api must be used with the CoreProvider type (name: %s, "
                         "type: %s)",
                         name, type);
    const char *reason = capi_bad_subdomain(name);
    if (reason)
        return xasprintf("invalid provider name: %s", reason);
    if (!*url)
        return xstrdup("provider URL value cannot be empty");
    reason = bad_url(url);
    if (reason)
        return xasprintf("error parsing provider URL: parse \"%s\": %s", url, reason);
    if (capi_type_find(type) == CAPI_OTHER)
        return xstrdup("invalid provider type. Allowed values are [CoreProvider, "
                       "BootstrapProvider, InfrastructureProvider, ControlPlaneProvider, "
                       "IPAMProvider, RuntimeExtensionProvider, AddonProvider]");
    return NULL;
}

static char *member_text(const json_t *entry, const char *name)
{
    char *text = capi_config_text(capi_config_member(entry, name));
    return text ? text : xstrdup("");
}

static int check_digests(const json_t *sha256, const char *name, struct error **err)
{
    const char *file = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(sha256), file, value) {
        const char *hex = json_string_value(value);
        if (hex && strlen(hex) == 64 && strspn(hex, "0123456789abcdefABCDEF") == 64)
            continue;
        error_make(
            err, ERROR_USAGE,
            "providers: the sha256 of file %s of provider %s has to be 64 hexadecimal digits", file,
            name);
        return -1;
    }
    return 0;
}

static int put_entry(struct capi_config *config, const json_t *entry, struct error **err)
{
    auto_free char *name = member_text(entry, "name");
    auto_free char *type = member_text(entry, "type");
    auto_free char *written = member_text(entry, "url");
    auto_free char *url = capi_config_expand(config, written, err);
    if (!url) {
        error_wrap(err, "unable to evaluate url: \"%s\"", written);
        return -1;
    }
    auto_free char *fault = entry_fault(name, type, url);
    if (fault) {
        error_make(err, ERROR_USAGE,
                   "error validating configuration for the %s with name %s. Please fix the "
                   "providers value in clusterctl configuration file: %s",
                   type, name, fault);
        return -1;
    }
    json_t *sha256 = capi_config_member(entry, "sha256");
    if (check_digests(sha256, name, err) < 0)
        return -1;
    if (sha256)
        json_array_append(config->digests, sha256);
    struct capi_provider provider = {.type = capi_type_find(type), .sha256 = sha256};
    provider.label = capi_config_keep_take(config, capi_label(provider.type, name));
    provider.name = capi_config_keep_take(config, steal_ptr(name));
    provider.url = capi_config_keep_take(config, steal_ptr(url));
    put(config, &provider);
    return 0;
}

static int put_list(struct capi_config *config, const json_t *list, struct error **err)
{
    size_t i = 0;
    json_t *entry = NULL;
    if (list && !json_is_array(list)) {
        error_make(err, ERROR_USAGE, "%s: expected a list, got %s", unreadable, js_type_name(list));
        return -1;
    }
    json_array_foreach (list, i, entry) {
        if (!json_is_object(entry)) {
            error_make(err, ERROR_USAGE,
                       "%s: decoding failed due to the following error(s):\n\n'[%zu]' expected a "
                       "map or struct, got \"%s\"",
                       unreadable, i, js_type_name(entry));
            return -1;
        }
        if (put_entry(config, entry, err) < 0)
            return -1;
    }
    return 0;
}

static int check_environment(const struct capi_config *config, struct error **err)
{
    if (!config->use_environment || !getenv("PROVIDERS"))
        return 0;
    error_make(err, ERROR_USAGE,
               "%s: the environment variable PROVIDERS takes the place of the key providers; unset "
               "it, or set use_environment to false",
               unreadable);
    return -1;
}

void capi_config_read_providers(struct capi_config *config,
                                const struct capi_config_options *options)
{
    struct error **fault = &config->provider_fault;
    put_builtins(config);
    if (check_environment(config, fault) == 0 &&
        put_list(config, capi_config_member(config->file, "providers"), fault) == 0)
        put_list(config, options->providers, fault);
    qsort(config->providers, config->provider_count, sizeof(*config->providers), compare);
}

const struct capi_provider *capi_config_providers(const struct capi_config *config, size_t *count)
{
    *count = config->provider_count;
    return config->providers;
}

int capi_config_provider(const struct capi_config *config, enum capi_type type, const char *name,
                         struct capi_provider *out, struct error **err)
{
    const struct capi_provider *provider = find(config, type, name);
    const struct error *fault = config->provider_fault;
    if (fault) {
        error_make(err, fault->kind, "%s", fault->message);
        return -1;
    }
    if (provider) {
        *out = *provider;
        return 0;
    }
    if (config->repository_path) {
        *out = (struct capi_provider){.type = type, .base = config->repository_path};
        out->name = capi_config_keep_take(config, xstrdup(name));
        out->label = capi_config_keep_take(config, capi_label(type, name));
        out->file = capi_type_row(type)->file;
        return 0;
    }
    error_make(err, ERROR_NOT_FOUND,
               "failed to get configuration for the %s with name %s. Please check the provider "
               "name and/or add configuration for new providers using the .clusterctl config file",
               capi_type_row(type)->name, name);
    return -1;
}
