/* Finding and reading clouds.yaml and its sisters, and the OS_ variables. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "ostack/clouds_priv.h"
#include "yaml/ym_read.h"

extern char **environ;

enum { FILE_MAX = 4 * 1024 * 1024 };

/* ---- where */

static const char *variable(const char *name)
{
    const char *set = getenv(name);
    return str_empty(set) ? NULL : set;
}

static void add_home(struct strv *folders)
{
    const char *xdg = variable("XDG_CONFIG_HOME");
    const char *home = variable("HOME");
    const char *snap = variable("SNAP_REAL_HOME");
    if (xdg)
        strv_printf(folders, "%s/openstack", xdg);
    else if (home)
        strv_printf(folders, "%s/.config/openstack", home);
    if (snap || home)
        strv_printf(folders, "%s/.config/openstack", snap ? snap : home);
}

/* As platformdirs lists them for openstacksdk: joined by ':' as one folder when there are several,
 * which then exists nowhere. Each of them is what everybody means. */
static void add_site(struct strv *folders)
{
    const char *set = variable("XDG_CONFIG_DIRS");
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, set ? set : "/etc/xdg", ':');
    for (size_t i = 0; i < parts.count; i++)
        if (*parts.items[i])
            strv_printf(folders, "%s/openstack", parts.items[i]);
}

static void list_files(const char *stem, const char *first, struct strv *paths)
{
    static const char *const suffixes[] = {".yaml", ".yml", ".json"};
    auto_strv struct strv folders;
    auto_free char *here = getcwd(NULL, 0);
    strv_init(&folders);
    if (here)
        strv_add(&folders, here);
    add_home(&folders);
    add_site(&folders);
    strv_add(&folders, "/etc/openstack");
    if (first)
        strv_add(paths, first);
    for (size_t i = 0; i < folders.count; i++)
        for (size_t j = 0; j < array_length(suffixes); j++)
            strv_printf(paths, "%s/%s%s", folders.items[i], stem, suffixes[j]);
}

/* ---- reading */

/* PyYAML reads yes, no, on and off as booleans, but not y and n, which our reader would take for
 * booleans too: so words stay text, but for what can only be a boolean. */
static void read_words(json_t *value)
{
    static const char *const yes[] = {"yes", "on"};
    static const char *const no[] = {"no", "off"};
    const char *key = NULL;
    json_t *member = NULL;
    void *next = NULL;
    json_object_foreach_safe (value, next, key, member) {
        bool flag = strcmp(key, "verify") == 0 || strcmp(key, "insecure") == 0 ||
                    str_starts_with(key, "has_") || str_starts_with(key, "has-");
        const char *text = flag ? json_string_value(member) : NULL;
        for (size_t i = 0; text && i < array_length(yes); i++)
            if (str_equal_nocase(text, yes[i]) || str_equal_nocase(text, no[i])) {
                json_object_set_new(value, key, json_boolean(str_equal_nocase(text, yes[i])));
                break;
            }
        read_words(member);
    }
}

static json_t *parse(const char *path, const struct buf *text, struct strv *warnings)
{
    auto_error struct error *err = NULL;
    if (str_ends_with(path, "json")) {
        json_error_t where;
        json_t *value = json_loadb(buf_str(text), text->size, JSON_DECODE_ANY, &where);
        if (value)
            return value;
        js_read_unquote(&where); /* it may be a password */
        strv_printf(warnings, "the configuration file %s is skipped: line %d, column %d: %s", path,
                    where.line, where.column, where.text);
        return NULL;
    }
    json_auto_t *documents = ym_read_core(buf_str(text), text->size, path, NULL, &err);
    if (!documents) {
        strv_printf(warnings, "a configuration file is skipped: %s", err->message);
        return NULL;
    }
    json_t *first = json_array_get(documents, 0);
    read_words(first);
    return first ? json_incref(first) : json_null();
}

/* The first of PATHS that can be read and parsed, owned; NULL: none. JSON null: an empty file,
 * which ends the search too. */
static json_t *read_first(const struct strv *paths, char **path, struct strv *warnings)
{
    for (size_t i = 0; i < paths->count; i++) {
        auto_error struct error *err = NULL;
        auto_buf struct buf text;
        buf_init(&text);
        if (file_read(paths->items[i], FILE_MAX, &text, &err) < 0) {
            if (err->code != ENOENT && err->code != EACCES && err->code != ENOTDIR)
                strv_printf(warnings, "a configuration file is skipped: %s", err->message);
            continue;
        }
        json_t *value = parse(paths->items[i], &text, warnings);
        mem_wipe(text.data, text.size);
        if (!value)
            continue;
        *path = xstrdup(paths->items[i]);
        return value;
    }
    return NULL;
}

/* Which file, and what of it. */
struct wanted_file {
    const char *stem;  /* of its name */
    const char *first; /* the path to look at before all others, or NULL */
    const char *key;   /* of the member that is wanted, an object */
};

/* 1: found; 0: there is none; -1: it is no configuration. */
static int read_lookup(const struct wanted_file *wanted, json_t **out, char **path,
                       struct strv *warnings, struct error **err)
{
    const char *key = wanted->key;
    auto_strv struct strv paths;
    strv_init(&paths);
    list_files(wanted->stem, wanted->first, &paths);
    json_auto_t *value = read_first(&paths, path, warnings);
    bool empty =
        !value || json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0);
    if (empty)
        return 0;
    if (!json_is_object(value)) {
        error_make(err, ERROR_USAGE, "Configuration file %s is empty or not a valid mapping",
                   *path);
        return -1;
    }
    json_t *members = json_object_get(value, key);
    if (!members) {
        strv_printf(warnings, "Configuration file %s does not contain a '%s' key", *path, key);
        return 0;
    }
    if (!json_is_object(members) && !json_is_null(members)) {
        error_make(err, ERROR_USAGE, "%s: %s: expected a mapping, got %s", *path, key,
                   js_type_name(members));
        return -1;
    }
    *out = json_is_null(members) ? json_object() : json_incref(members);
    return 1;
}

/* ---- the environment */

static bool is_ours(const char *entry)
{
    return str_starts_with(entry, "OS_") && !str_starts_with(entry, "OS_TEST") &&
           !str_starts_with(entry, "OS_STD") && !str_starts_with(entry, "OS_LOG") &&
           strchr(entry, '=');
}

/* They choose or change a cloud, they are none. */
static bool is_selector(const char *key)
{
    static const char *const names[] = {"cloud", "region_name", "client_config_file",
                                        "client_secure_file", "cloud_name"};
    for (size_t i = 0; i < array_length(names); i++)
        if (strcmp(key, names[i]) == 0)
            return true;
    return false;
}

static bool is_access(const char *key)
{
    static const char *const names[] = {"auth_url", "token", "auth_token", "endpoint"};
    for (size_t i = 0; i < array_length(names); i++)
        if (strcmp(key, names[i]) == 0)
            return true;
    return str_starts_with(key, "application_credential") ||
           str_ends_with(key, "_endpoint_override");
}

json_t *osk_environment_cloud(char *const *environment, bool *lone)
{
    json_auto_t *cloud = json_object();
    bool any = false;
    *lone = true;
    for (char *const *at = environment; at && *at; at++) {
        if (!is_ours(*at))
            continue;
        auto_free char *key = xmemdup(*at + 3, strcspn(*at, "=") - 3);
        for (char *c = key; *c; c++)
            *c = (char)tolower((unsigned char)*c);
        const char *text = strchr(*at, '=') + 1;
        auto_free char *clean = str_to_utf8(text, strlen(text));
        json_object_set_new(cloud, key, json_string(clean));
        any = any || !is_selector(key);
        *lone = *lone && !is_access(key);
    }
    return any ? json_incref(cloud) : NULL;
}

/* ---- all of it */

static int read_clouds(struct osk_sources *sources, struct strv *warnings, struct error **err)
{
    auto_free char *secure_path = NULL;
    json_auto_t *secure = NULL;
    json_auto_t *clouds = NULL;
    struct wanted_file main_file = {"clouds", variable("OS_CLIENT_CONFIG_FILE"), "clouds"};
    struct wanted_file secure_file = {"secure", variable("OS_CLIENT_SECURE_FILE"), "clouds"};
    if (read_lookup(&main_file, &clouds, &sources->path, warnings, err) < 0 ||
        read_lookup(&secure_file, &secure, &secure_path, warnings, err) < 0)
        return -1;
    if (!clouds)
        clouds = json_object();
    sources->clouds = osk_merge_deep(clouds, secure);
    return 0;
}

static int read_environment(struct osk_sources *sources, struct strv *warnings, struct error **err)
{
    bool lone = false;
    const char *name = getenv("OS_CLOUD_NAME");
    sources->environment_name = xstrdup(name ? name : "envvars");
    sources->wanted = variable("OS_CLOUD") ? xstrdup(variable("OS_CLOUD")) : NULL;
    name = sources->environment_name;
    if (json_object_get(sources->clouds, name)) {
        error_make(err, ERROR_USAGE,
                   "'%s' defines a cloud named '%s', but OS_CLOUD_NAME is also set to '%s'. Please "
                   "rename either your environment-based cloud, or one of your file-based clouds.",
                   sources->path, name, name);
        return -1;
    }
    sources->environment = osk_environment_cloud(environ, &lone);
    if (sources->environment && lone && !sources->wanted)
        strv_printf(
            warnings,
            "OS_ variables are set that hold no auth_url: they make a cloud \"%s\", which "
            "is taken unless the option cloud or OS_CLOUD names another, as openstacksdk does",
            name);
    if (variable("OS_REGION_NAME") && (sources->wanted || !sources->environment))
        strv_add_once(warnings, "OS_REGION_NAME is ignored for a cloud of a file, as openstacksdk "
                                "does; use the option region_name");
    return 0;
}

/* Most clouds refer to no profile: what is wrong with that file is no reason to fail. */
static void read_vendors(struct osk_sources *sources, struct strv *warnings)
{
    auto_free char *path = NULL;
    auto_error struct error *broken = NULL;
    auto_strv struct strv remarks = {0};
    struct wanted_file file = {"clouds-public", NULL, "public-clouds"};
    if (read_lookup(&file, &sources->vendors, &path, &remarks, &broken) < 0)
        strv_add(warnings, broken->message);
}

int osk_sources_read(struct osk_sources *sources, struct strv *warnings, struct error **err)
{
    *sources = (struct osk_sources){0};
    if (read_clouds(sources, warnings, err) < 0 || read_environment(sources, warnings, err) < 0) {
        osk_sources_clear(sources);
        return -1;
    }
    read_vendors(sources, warnings);
    return 0;
}

void osk_sources_clear(struct osk_sources *sources)
{
    json_decref(sources->clouds);
    json_decref(sources->vendors);
    json_decref(sources->environment);
    free(sources->path);
    free(sources->environment_name);
    free(sources->wanted);
    *sources = (struct osk_sources){0};
}
