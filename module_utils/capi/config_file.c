/* The clusterctl configuration file. See capi/config_priv.h. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/config_priv.h"
#include "fs/file.h"
#include "json/js_get.h"
#include "json/js_number.h"
#include "yaml/ym_read.h"

enum { FILE_LIMIT = 16 * 1024 * 1024 };

static const char context[] = "failed to initialize the configuration reader";

json_t *capi_config_member(const json_t *object, const char *name)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(object), key, value)
        if (str_equal_nocase(key, name))
            return json_is_null(value) ? NULL : value;
    return NULL;
}

/* As Go's strconv with format 'f': never an exponent. */
static char *real_text(double value)
{
    char text[JS_NUMBER_ROOM];
    if (fabs(value) >= 1e21)
        return xasprintf("%.0f", value);
    js_number_text(value, text);
    return xstrdup(text);
}

char *capi_config_text(const json_t *value)
{
    if (!value || json_is_null(value))
        return NULL;
    if (json_is_string(value))
        return xstrdup(json_string_value(value));
    if (json_is_boolean(value))
        return xstrdup(json_is_true(value) ? "true" : "false");
    if (json_is_integer(value))
        return xasprintf("%lld", (long long)json_integer_value(value));
    return json_is_real(value) ? real_text(json_real_value(value)) : xstrdup("");
}

static char *lower(const char *text)
{
    char *copy = xstrdup(text);
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

static bool exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* The folders where clusterctl looks by itself. */
static void add_folders(struct strv *folders)
{
    const char *home = getenv("HOME");
    const char *xdg = getenv("XDG_CONFIG_HOME");
    if (!str_empty(xdg))
        strv_printf(folders, "%s/cluster-api", xdg);
    else if (!str_empty(home))
        strv_printf(folders, "%s/.config/cluster-api", home);
    if (!str_empty(home))
        strv_printf(folders, "%s/.cluster-api", home);
}

/* The first file there is, owned, or NULL. */
static char *find_file(void)
{
    static const char *const extensions[] = {"json", "yaml", "yml"};
    auto_strv struct strv folders = {0};
    add_folders(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        for (size_t j = 0; j < array_length(extensions); j++) {
            auto_free char *path = xasprintf("%s/clusterctl.%s", folders.items[i], extensions[j]);
            if (exists(path))
                return steal_ptr(path);
        }
    }
    return NULL;
}

static int check_name(const char *path, struct error **err)
{
    static const char *const known[] = {"yaml", "yml", "json"};
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    const char *extension = dot ? dot + 1 : "";
    if (!exists(path)) {
        int saved = errno;
        error_make(err, saved == ENOENT ? ERROR_NOT_FOUND : ERROR_IO,
                   "failed to check if clusterctl config file exists: stat %s: %s", path,
                   saved == ENOENT ? "no such file or directory" : strerror(saved));
        return -1;
    }
    for (size_t i = 0; i < array_length(known); i++)
        if (strcmp(extension, known[i]) == 0)
            return 0;
    error_make(err, ERROR_USAGE,
               "Unsupported Config Type \"%s\": the name of %s has to end in .yaml, .yml or .json",
               extension, path);
    return -1;
}

/* Lower-case keys, as clusterctl's reader makes them; of two that differ in case the later wins. */
static int take_document(struct capi_config *config, const json_t *document, const char *path,
                         struct error **err)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (document && !json_is_null(document) && !json_is_object(document)) {
        error_make(err, ERROR_PARSE, "While parsing config: %s: expected a mapping, got %s", path,
                   js_type_name(document));
        return -1;
    }
    json_object_foreach (js_iterable(document), key, value) {
        auto_free char *name = lower(key);
        auto_free char *text = capi_config_text(value);
        json_object_set(config->file, name, value);
        if (text)
            json_object_set_new(config->texts, name, json_string(text));
        else
            json_object_del(config->texts, name);
    }
    return 0;
}

int capi_config_read_text(struct capi_config *config, const char *bytes, size_t size,
                          const char *path, struct error **err)
{
    auto_strv struct strv warnings = {0};
    json_auto_t *documents = ym_read_core(bytes, size, path, &warnings, err);
    if (!documents) {
        error_wrap(err, "While parsing config");
        return -1;
    }
    if (warnings.count) {
        error_make(err, ERROR_PARSE, "While parsing config: %s", warnings.items[0]);
        return -1;
    }
    return take_document(config, json_array_get(documents, 0), path, err);
}

static int parse_file(struct capi_config *config, const char *path, struct error **err)
{
    auto_buf struct buf bytes = {0};
    if (check_name(path, err) < 0 || file_read(path, FILE_LIMIT, &bytes, err) < 0)
        return -1;
    return capi_config_read_text(config, buf_str(&bytes), bytes.size, path, err);
}

int capi_config_read_file(struct capi_config *config, const char *path, struct error **err)
{
    auto_free char *found = path ? NULL : find_file();
    if (!path)
        path = found;
    if (!path || parse_file(config, path, err) == 0)
        return 0;
    error_wrap(err, "%s", context);
    return -1;
}
