#include "capi/config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/config_priv.h"
#include "capi/variables.h"
#include "json/js_get.h"

static const char system_cache[] = "/var/cache/osa_ops.mcapi_vexxhost";

/* The key of the environment: upper case, '-' as '_'. Owned. */
static char *environment_key(const char *name)
{
    char *key = xstrdup(name);
    for (char *c = key; *c; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return key;
}

static const char *from_environment(const struct capi_config *config, const char *name)
{
    auto_free char *key = environment_key(name);
    return config->use_environment ? getenv(key) : NULL;
}

static const char *from_process(const void *context, const char *name)
{
    const struct capi_config *config = context;
    return config->use_environment ? getenv(name) : NULL;
}

const char *capi_config_keep_take(const struct capi_config *config, char *text_take)
{
    strv_add_take(config->strings, text_take);
    return text_take;
}

char *capi_config_expand(const struct capi_config *config, const char *text, struct error **err)
{
    auto_buf struct buf out = {0};
    const struct capi_values values = {from_process, config};
    return capi_expand(text, &values, &out, err) == 0 ? buf_steal(&out) : NULL;
}

const char *capi_config_variable(const struct capi_config *config, const char *name)
{
    const json_t *own = capi_config_member(config->variables, name);
    if (own)
        return json_string_value(own);
    const char *value = from_environment(config, name);
    return value ? value : json_string_value(capi_config_member(config->texts, name));
}

bool capi_config_switch(const struct capi_config *config, const char *name)
{
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
    const json_t *own = capi_config_member(config->variables, name);
    const char *value = own ? json_string_value(own) : from_environment(config, name);
    for (size_t i = 0; i < array_length(yes); i++)
        if (str_equal(value, yes[i]))
            return true;
    return false;
}

const char *capi_config_overrides(const struct capi_config *config)
{
    return config->overrides;
}

const char *capi_config_cache(const struct capi_config *config)
{
    return config->cache;
}

void capi_config_log(const struct capi_config *config, const char *format, ...)
{
    va_list arguments;
    if (!config->log)
        return;
    va_start(arguments, format);
    strv_add_take(config->log, xvasprintf(format, arguments));
    va_end(arguments);
}

static bool is_blank(const char *text)
{
    auto_free char *copy = str_trim(xstrdup(text ? text : ""));
    return !*copy;
}

static bool exists(const char *path)
{
    struct stat status;
    return path && stat(path, &status) == 0;
}

/* The folder below XDG_CONFIG_HOME; the old one in the home only where that alone exists. */
static char *default_overrides(void)
{
    const char *home = getenv("HOME");
    const char *xdg = getenv("XDG_CONFIG_HOME");
    if (str_empty(home) && str_empty(xdg))
        return NULL;
    auto_free char *folder = str_empty(xdg) ? xasprintf("%s/.config", home) : xstrdup(xdg);
    auto_free char *first = xasprintf("%s/cluster-api/overrides", folder);
    auto_free char *second = str_empty(home) ? NULL : xasprintf("%s/.cluster-api/overrides", home);
    return exists(second) && !exists(first) ? steal_ptr(second) : steal_ptr(first);
}

static int find_overrides(struct capi_config *config, const char *option, struct error **err)
{
    const char *folder = option;
    if (!folder)
        folder = from_environment(config, "overridesFolder");
    if (!folder)
        folder = json_string_value(json_object_get(config->texts, "overridesfolder"));
    if (is_blank(folder)) {
        config->overrides = default_overrides();
        return 0;
    }
    config->overrides = capi_config_expand(config, folder, err);
    if (!config->overrides)
        error_wrap(err, "failed to evaluate the overridesFolder path");
    return config->overrides ? 0 : -1;
}

static char *find_cache(const char *option)
{
    const char *xdg = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    if (!str_empty(option))
        return xstrdup(option);
    if (geteuid() == 0 || (str_empty(xdg) && str_empty(home)))
        return xstrdup(system_cache);
    return str_empty(xdg) ? xasprintf("%s/.cache/osa_ops.mcapi_vexxhost", home)
                          : xasprintf("%s/osa_ops.mcapi_vexxhost", xdg);
}

static int read_variables(struct capi_config *config, const json_t *variables, struct error **err)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(variables), name, value) {
        auto_free char *text = capi_config_text(value);
        if (json_is_object(value) || json_is_array(value)) {
            error_make(err, ERROR_USAGE, "variables: the value of %s has to be a string, not %s",
                       name, js_type_name(value));
            return -1;
        }
        if (text)
            json_object_set_new(config->variables, name, json_string(text));
    }
    return 0;
}

static struct capi_config *start(const struct capi_config_options *options)
{
    struct capi_config *config = xcalloc(1, sizeof(*config));
    config->file = json_object();
    config->texts = json_object();
    config->variables = json_object();
    config->images = json_object();
    config->digests = json_array();
    config->strings = xcalloc(1, sizeof(*config->strings));
    config->use_environment = options->use_environment;
    config->log = options->log;
    if (!str_empty(options->repository_path))
        config->repository_path = xstrdup(options->repository_path);
    config->cache = find_cache(options->cache_path);
    return config;
}

/* What is said of the file, once it was read. */
static int finish(struct capi_config *config, const struct capi_config_options *options,
                  struct error **err)
{
    if (read_variables(config, options->variables, err) < 0 ||
        find_overrides(config, options->overrides_folder, err) < 0 ||
        capi_config_read_images(config, options->images, err) < 0)
        return -1;
    capi_config_read_providers(config, options);
    return capi_config_read_cert_manager(config, options->cert_manager, err);
}

struct capi_config *capi_config_new(const struct capi_config_options *options, struct error **err)
{
    auto_capi_config struct capi_config *config = start(options);
    if (capi_config_read_file(config, options->path, err) < 0 || finish(config, options, err) < 0)
        return NULL;
    return steal_ptr(config);
}

struct capi_config *capi_config_of_text(const struct capi_config_options *options, const char *text,
                                        size_t size, struct error **err)
{
    auto_capi_config struct capi_config *config = start(options);
    if (capi_config_read_text(config, text, size, "config", err) < 0 ||
        finish(config, options, err) < 0)
        return NULL;
    return steal_ptr(config);
}

void capi_config_free(struct capi_config *config)
{
    if (!config)
        return;
    json_decref(config->file);
    json_decref(config->texts);
    json_decref(config->variables);
    json_decref(config->images);
    json_decref(config->digests);
    free(config->providers);
    error_free(config->provider_fault);
    strv_clear(config->strings);
    free(config->strings);
    free(config->repository_path);
    free(config->overrides);
    free(config->cache);
    free(config);
}
