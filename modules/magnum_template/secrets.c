#include "magnum_template/secrets.h"

#include "ansible/am_text.h"
#include "base/strv.h"
#include "ostack/clouds.h"

void magnum_cloud_secrets(const json_t *config, struct am_secrets *secrets)
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
    magnum_cloud_secrets(read ? read : value, secrets);
}

void magnum_option_secrets(const json_t *params, struct am_secrets *secrets)
{
    value_secrets(json_object_get(params, "cloud"), secrets);
    value_secrets(json_object_get(params, "auth"), secrets);
}

void magnum_secret_seen(void *context, const char *text)
{
    am_secrets_add(context, text);
}
