/* Settings of cert-manager in a configuration. See capi/config.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/config_priv.h"
#include "json/js_get.h"

enum { DEFAULT_TIMEOUT_MS = 10 * 60 * 1000 };

static const struct unit {
    const char *name;
    double ms;
} units[] = {
    {"ns", 1e-6}, {"us", 1e-3}, {"µs", 1e-3}, {"μs", 1e-3},
    {"ms", 1},    {"s", 1e3},   {"m", 6e4},   {"h", 3.6e6},
};

/* The unit at *AT, which moves behind it; 0 when there is none. */
static double take_unit(const char **at)
{
    size_t length = strcspn(*at, "0123456789.");
    for (size_t i = 0; i < array_length(units); i++) {
        if (strlen(units[i].name) == length && strncmp(*at, units[i].name, length) == 0) {
            *at += length;
            return units[i].ms;
        }
    }
    return 0;
}

/* Digits with at most one point among them. */
static bool take_number(const char **at, double *number)
{
    size_t whole = strspn(*at, "0123456789");
    size_t length = whole;
    if ((*at)[length] == '.')
        length += 1 + strspn(*at + length + 1, "0123456789");
    if (!whole && length < 2)
        return false;
    auto_free char *text = xmemdup(*at, length);
    *number = strtod(text, NULL);
    *at += length;
    return true;
}

bool capi_duration(const char *text, long long *ms)
{
    bool negative = *text == '-';
    double total = 0;
    const char *at = text + (*text == '-' || *text == '+');
    if (strcmp(at, "0") == 0) {
        *ms = 0;
        return true;
    }
    if (!*at)
        return false;
    while (*at) {
        double number = 0;
        if (!take_number(&at, &number))
            return false;
        double unit = take_unit(&at);
        if (unit == 0)
            return false;
        total += number * unit;
    }
    /* Go counts nanoseconds in 63 bits. */
    if (total >= 9223372036854.775)
        return false;
    *ms = (long long)(negative ? -total : total);
    return true;
}

/* A member of the options, else of the file, as kept text; NULL when it is in neither or empty. */
static const char *setting(struct capi_config *config, const json_t *options, const json_t *file,
                           const char *name)
{
    const json_t *value = capi_config_member(options, name);
    char *text = capi_config_text(value ? value : capi_config_member(file, name));
    const char *kept = text ? capi_config_keep_take(config, text) : NULL;
    return str_empty(kept) ? NULL : kept;
}

int capi_config_read_cert_manager(struct capi_config *config, const json_t *settings,
                                  struct error **err)
{
    struct capi_cert_manager *out = &config->cert_manager;
    const json_t *file = capi_config_member(config->file, "cert-manager");
    if (file && !json_is_object(file)) {
        error_make(err, ERROR_USAGE,
                   "failed to unmarshal cert-manager from the clusterctl configuration file: "
                   "expected a map, got %s",
                   js_type_name(file));
        return -1;
    }
    const char *url = setting(config, settings, file, "url");
    if (url) {
        char *expanded = capi_config_expand(config, url, err);
        if (!expanded) {
            error_wrap(err, "error expanding the URL of cert-manager");
            return -1;
        }
        out->url = capi_config_keep_take(config, expanded);
    }
    out->version = setting(config, settings, file, "version");
    const char *external = setting(config, settings, file, "externallyProvisioned");
    out->external = str_equal_nocase(external, "true");
    out->timeout_ms = DEFAULT_TIMEOUT_MS;
    out->timeout = setting(config, settings, file, "timeout");
    if (out->timeout && !capi_duration(out->timeout, &out->timeout_ms)) {
        capi_config_log(config, "Invalid value set for cert-manager configuration timeout=\"%s\"",
                        out->timeout);
        out->timeout = NULL;
    }
    if (!out->timeout)
        out->timeout = "10m0s";
    json_t *sha256 = capi_config_member(settings, "sha256");
    if (sha256)
        json_array_append(config->digests, sha256);
    out->sha256 = sha256;
    return 0;
}

void capi_config_cert_manager(const struct capi_config *config,
                              const struct capi_generation *generation,
                              struct capi_cert_manager *out)
{
    *out = config->cert_manager;
    if (!out->url)
        out->url = generation->cert_manager_url;
    if (!out->version)
        out->version = generation->cert_manager_version;
}
