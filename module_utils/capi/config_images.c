/* Overrides of images in a configuration. See capi/config.h. */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/config_priv.h"
#include "json/js_get.h"

static const char unreadable[] = "failed to unmarshal image override configurations";
static const char *const fields[] = {"repository", "name", "tag"};

static int refuse(const char *where, const json_t *got, struct error **err)
{
    error_make(err, ERROR_USAGE,
               "%s: decoding failed due to the following error(s):\n\n'%s' expected a map or "
               "struct, got \"%s\"",
               unreadable, where, js_type_name(got));
    return -1;
}

/* {repository, name, tag} as texts; what is empty counts as not given. New. */
static json_t *row_of(const json_t *section)
{
    json_t *row = json_object();
    for (size_t i = 0; i < array_length(fields); i++) {
        auto_free char *text = capi_config_text(capi_config_member(section, fields[i]));
        if (str_empty(text))
            continue;
        size_t size = strlen(text);
        /* One slash, not all: as clusterctl does. */
        if (i == 0 && text[size - 1] == '/')
            text[size - 1] = '\0';
        json_object_set_new(row, fields[i], json_string(text));
    }
    return row;
}

int capi_config_read_images(struct capi_config *config, const json_t *images, struct error **err)
{
    const char *component = NULL;
    json_t *section = NULL;
    if (!images)
        images = capi_config_member(config->file, "images");
    if (images && !json_is_object(images))
        return refuse("", images, err);
    json_object_foreach (js_iterable(images), component, section) {
        if (json_is_null(section))
            continue;
        auto_free char *key = xstrdup(component);
        for (char *c = key; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        if (!json_is_object(section)) {
            auto_free char *where = xasprintf("[%s]", key);
            return refuse(where, section, err);
        }
        json_object_set_new(config->images, key, row_of(section));
    }
    return 0;
}

static void lay_over(const struct capi_config *config, const char *key,
                     struct capi_image_override *out)
{
    const char **parts[] = {&out->repository, &out->name, &out->tag};
    const json_t *row = json_object_get(config->images, key);
    for (size_t i = 0; i < array_length(fields); i++) {
        const char *text = js_str(row, fields[i], NULL);
        if (text)
            *parts[i] = text;
    }
}

void capi_config_image(const struct capi_config *config, const char *component, const char *name,
                       struct capi_image_override *out)
{
    auto_free char *both = xasprintf("%s/%s", component, name);
    *out = (struct capi_image_override){0};
    lay_over(config, "all", out);
    lay_over(config, component, out);
    lay_over(config, both, out);
}
