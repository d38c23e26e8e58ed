#include "cloud/cloud.h"

#include "ansible/am_get.h"
#include "ansible/am_text.h"
#include "base/str.h"

/* ---- secrets */

/* Of a merged entry of clouds.yaml, or of its "auth". */
static void add_secrets(const json_t *config, struct am_secrets *secrets)
{
    auto_strv struct strv texts;
    strv_init(&texts);
    osk_cloud_secrets(config, &texts);
    for (size_t i = 0; i < texts.count; i++)
        am_secrets_add(secrets, texts.items[i]);
}

/* A dictionary may also come as text: in JSON, as Python prints it, or as pairs. */
static void value_secrets(const json_t *value, struct am_secrets *secrets)
{
    const char *text = json_string_value(value);
    json_auto_t *read = text ? am_text_dict(text, NULL) : NULL;
    add_secrets(read ? read : value, secrets);
}

void cloud_option_secrets(const json_t *params, struct am_secrets *secrets)
{
    value_secrets(json_object_get(params, "cloud"), secrets);
    value_secrets(json_object_get(params, "auth"), secrets);
}

void cloud_secret_seen(void *context, const char *text)
{
    am_secrets_add(context, text);
}

/* ---- reading and connecting */

struct cloud_settings cloud_settings_read(const json_t *params, struct strv *warnings)
{
    if (am_value(params, "availability_zone"))
        strv_add_once(warnings,
                      "availability_zone is ignored: nothing that this module makes has one");
    return (struct cloud_settings){
        .connection =
            {
                .cloud = am_value(params, "cloud"),
                .auth = am_value(params, "auth"),
                .auth_type = am_text(params, "auth_type"),
                .region_name = am_text(params, "region_name"),
                .interface = am_text(params, "interface"),
                .validate_certs = am_value(params, "validate_certs"),
                .ca_cert = am_text(params, "ca_cert"),
                .client_cert = am_text(params, "client_cert"),
                .client_key = am_text(params, "client_key"),
                .api_timeout = am_value(params, "api_timeout"),
            },
        .log_path = am_text(params, "sdk_log_path"),
        .log_debug = str_equal(am_text(params, "sdk_log_level"), "DEBUG"),
    };
}

struct osk_client *cloud_open(const struct cloud_settings *settings, const char *microversion,
                              struct am_context *context, struct osk_cloud *cloud,
                              struct error **err)
{
    if (osk_cloud_load(cloud, &settings->connection, &context->warnings, err) < 0)
        return NULL;
    add_secrets(cloud->config, context->secrets);
    const struct osk_client_options options = {
        .warnings = &context->warnings,
        .microversion = microversion,
        .log_path = settings->log_path,
        .log_debug = settings->log_debug,
        .secret = cloud_secret_seen,
        .secret_context = context->secrets,
    };
    return osk_client_new(cloud, &options, err);
}
