#include "ostack/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/proxy.h"
#include "json/js_get.h"
#include "ostack/client_priv.h"

enum {
    CONNECT_TIMEOUT_MS = 60000,
    NO_TIMEOUT_MS = 24 * 3600 * 1000, /* without api_timeout a request may take what it takes */
};

/* A setting like "1.9" of the entry also chooses the microversion. */
static char *microversion_of(const struct osk_client *client)
{
    const json_t *config = client->cloud->config;
    const json_t *set = osk_service_setting(config, OSK_MAGNUM, "default_microversion");
    const char *text = client->options.microversion;
    if (!text)
        text = json_string_value(set);
    if (text)
        return xstrdup(text);
    text = json_string_value(osk_service_setting(config, OSK_MAGNUM, "api_version"));
    if (str_equal(text, "latest")) {
        strv_add_once(client->options.warnings,
                      "api_version \"latest\" of Magnum is ignored: it names "
                      "no version; use the option microversion");
        return NULL;
    }
    const char *minor = text ? str_after(text, "1.") : NULL;
    return minor && strcmp(minor, "0") != 0 && strspn(minor, "0123456789") == strlen(minor)
               ? xstrdup(text)
               : NULL;
}

struct osk_client *osk_client_new(const struct osk_cloud *cloud,
                                  const struct osk_client_options *options, struct error **err)
{
    auto_osk_client struct osk_client *client = xcalloc(1, sizeof(*client));
    client->cloud = cloud;
    client->options = *options;
    client->microversion = microversion_of(client);
    if (osk_login_kind(cloud->config, &client->login, err) < 0 ||
        osk_trust_read(cloud->config, &client->trust, err) < 0) {
        error_wrap(err, "%s", cloud->origin);
        return NULL;
    }
    client->log = osk_log_open(options->log_path, options->log_debug, err);
    return client->log ? steal_ptr(client) : NULL;
}

void osk_client_free(struct osk_client *client)
{
    if (!client)
        return;
    for (size_t i = 0; i < OSK_SCHEMES; i++)
        http_client_free(client->http[i]);
    for (size_t i = 0; i < OSK_SERVICES; i++)
        free(client->endpoints[i]);
    osk_token_clear(&client->token);
    osk_trust_clear(&client->trust);
    osk_log_free(client->log);
    error_free(client->fatal);
    free(client->microversion);
    free(client);
}

const json_t *osk_client_token(const struct osk_client *client)
{
    return client->token.body;
}

enum osk_scheme osk_scheme_of(const char *url)
{
    return strncasecmp(url, "https:", 6) == 0 ? OSK_TLS : OSK_PLAIN;
}

struct http_client *osk_client_http(struct osk_client *client, const char *url, struct error **err)
{
    enum osk_scheme scheme = osk_scheme_of(url);
    const json_t *timeout = json_object_get(client->cloud->config, "api_timeout");
    long long seconds = json_integer_value(timeout);
    if (json_is_string(timeout) && !str_to_int(json_string_value(timeout), 1, 86400, &seconds))
        strv_printf(client->options.warnings,
                    "api_timeout \"%s\" is no number of seconds and is ignored",
                    json_string_value(timeout));
    if (client->http[scheme])
        return client->http[scheme];
    const struct http_options options = {
        .ca_pem = client->trust.ca_pem,
        .client_cert_pem = client->trust.cert_pem,
        .client_key_pem = client->trust.cert_pem ? secret_peek(&client->trust.key) : NULL,
        .insecure = client->trust.insecure,
        .proxy = proxy_of_environment(url),
        .no_proxy = proxy_exclusions_of_environment(),
        .connect_timeout_ms = seconds > 0 ? seconds * 1000 : CONNECT_TIMEOUT_MS,
        .request_timeout_ms = seconds > 0 ? seconds * 1000 : NO_TIMEOUT_MS,
    };
    client->http[scheme] = http_client_new(&options, err);
    if (!client->http[scheme])
        error_wrap(err, "%s", client->cloud->origin);
    return client->http[scheme];
}

int osk_client_locate(struct osk_client *client, enum osk_service service, struct error **err)
{
    char **base = &client->endpoints[service];
    if (!*base)
        *base = osk_endpoint(service, client->cloud->config, client->token.body, err);
    if (*base)
        return 0;
    error_wrap(err, "%s", client->cloud->origin);
    return -1;
}
