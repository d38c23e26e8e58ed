#include "magnum_template/args.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/fields.h"
#include "ostack/lookup.h"

/* ---- one template */

static const char *const states[] = {"present", "absent", "info"};

static int read_fields(struct magnum_wish *wish, const json_t *item, const json_t *params,
                       struct error **err)
{
    for (size_t i = 0; i < magnum_field_count; i++) {
        const struct field *field = &magnum_fields[i];
        json_t *given = am_value(item, field->option);
        if (!given)
            given = am_value(params, field->option);
        if (!given)
            continue;
        json_t *wanted = field_read(field, given, err);
        if (!wanted)
            return -1;
        json_object_set_new(wish->wanted, field->attribute, wanted);
    }
    return 0;
}

static int unset_one(struct magnum_wish *wish, const char *name, struct error **err)
{
    const struct field *field = field_of_option(name);
    if (!field)
        field = field_of_attribute(name);
    if (!field) {
        error_make(err, ERROR_USAGE, "unset: \"%s\" is no attribute of a cluster template", name);
        return -1;
    }
    if (field->mandatory) {
        error_make(
            err, ERROR_USAGE,
            "unset: %s cannot be removed: Magnum's API refuses that with '/%s' is a mandatory "
            "attribute and can not be removed; give the value that it should have",
            name, field->attribute);
        return -1;
    }
    json_t *wanted = json_object_get(wish->wanted, field->attribute);
    if (wanted && !json_is_null(wanted)) {
        error_make(err, ERROR_USAGE, "unset: %s is also given a value: leave out one of both",
                   name);
        return -1;
    }
    json_object_set_new(wish->wanted, field->attribute,
                        field->kind == FIELD_LABELS ? json_object() : json_null());
    return 0;
}

static int read_unset(struct magnum_wish *wish, const json_t *item, struct error **err)
{
    size_t index = 0;
    json_t *name = NULL;
    json_array_foreach (json_object_get(item, "unset"), index, name)
        if (json_is_string(name) && unset_one(wish, json_string_value(name), err) < 0)
            return -1;
    return 0;
}

static int check_identity(const struct magnum_wish *wish, struct error **err)
{
    if (wish->uuid && !osk_is_uuid(wish->uuid)) {
        error_make(err, ERROR_USAGE,
                   "uuid: \"%s\" is none; give the UUID that Magnum lists, or the option name",
                   wish->uuid);
        return -1;
    }
    if (wish->name || wish->uuid || wish->state == MAGNUM_INFO)
        return 0;
    error_make(err, ERROR_USAGE, "state is %s but none of the following is given: name, uuid",
               states[wish->state]);
    return -1;
}

/* What ITEM, an entry of "templates", leaves out is taken from PARAMS, the options of the task. */
static int read_wish(struct magnum_wish *wish, const json_t *item, const json_t *params,
                     struct strv *warnings, struct error **err)
{
    const json_t *state = am_value(item, "state") ? item : params;
    wish->state = (enum magnum_state)am_choice(state, "state", states, array_length(states));
    wish->name = str_empty(am_text(item, "name")) ? NULL : am_text(item, "name");
    wish->uuid = str_empty(am_text(item, "uuid")) ? NULL : am_text(item, "uuid");
    wish->wanted = json_object();
    if (check_identity(wish, err) < 0 || read_fields(wish, item, params, err) < 0 ||
        read_unset(wish, params, err) < 0 || (item != params && read_unset(wish, item, err) < 0))
        return -1;
    if (json_object_get(wish->wanted, "cluster_distro"))
        strv_add_once(warnings, "cluster_distro is ignored: Magnum takes it from the image's "
                                "property os_distro");
    if (am_value(item, "clusters"))
        strv_add_once(warnings, "clusters is ignored: this module manages templates, not clusters");
    json_object_del(wish->wanted, "cluster_distro");
    return 0;
}

static int check_twins(const struct magnum_args *args, struct error **err)
{
    for (size_t i = 0; i < args->count; i++)
        for (size_t j = i + 1; j < args->count; j++) {
            const struct magnum_wish *a = &args->wishes[i];
            const struct magnum_wish *b = &args->wishes[j];
            bool same =
                a->uuid || b->uuid ? str_equal(a->uuid, b->uuid) : str_equal(a->name, b->name);
            if (!same || a->state == MAGNUM_INFO || b->state == MAGNUM_INFO)
                continue;
            error_make(
                err, ERROR_USAGE,
                "templates[%zu] and templates[%zu] both describe \"%s\": leave out one of both", i,
                j, a->uuid ? a->uuid : a->name);
            return -1;
        }
    return 0;
}

static int read_wishes(struct magnum_args *args, const json_t *params, struct strv *warnings,
                       struct error **err)
{
    const json_t *list = am_value(params, "templates");
    args->several = list != NULL;
    args->count = list ? json_array_size(list) : 1;
    args->wishes = xcalloc(args->count + 1, sizeof(*args->wishes));
    if (list && (am_text(params, "name") || am_text(params, "uuid"))) {
        error_make(err, ERROR_USAGE,
                   "name and uuid belong into the items of templates when templates is given");
        return -1;
    }
    for (size_t i = 0; i < args->count; i++) {
        const json_t *item = list ? json_array_get(list, i) : params;
        if (read_wish(&args->wishes[i], item, params, warnings, err) == 0)
            continue;
        if (list)
            error_wrap(err, "templates[%zu]", i);
        return -1;
    }
    return check_twins(args, err);
}

/* ---- the task */

static void read_policies(struct magnum_args *args, const json_t *params)
{
    static const char *const updates[] = {"in_place", "never", "recreate"};
    static const char *const immutables[] = {"fail", "recreate", "new_version"};
    static const char *const checks[] = {"auto", "vexxhost", "none"};
    size_t index = 0;
    json_t *name = NULL;
    json_array_foreach (json_object_get(params, "match_on"), index, name)
        args->match_image = args->match_image || str_equal(json_string_value(name), "image_id");
    args->any_scope = str_equal(am_text(params, "scope"), "any");
    args->resolve = !str_equal(am_text(params, "resolve_names"), "never");
    args->image_strict = am_flag(params, "image_strict");
    args->labels_merge = str_equal(am_text(params, "labels_mode"), "merge");
    args->retire_old = am_flag(params, "retire_old");
    args->uuid_from_name = am_flag(params, "uuid_from_name");
    args->label_errors = str_equal(am_text(params, "label_check_level"), "error");
    args->microversion = am_text(params, "microversion");
    args->update =
        (enum magnum_update)am_choice(params, "update_policy", updates, array_length(updates));
    args->immutable = (enum magnum_immutable)am_choice(params, "on_immutable", immutables,
                                                       array_length(immutables));
    args->label_check =
        (enum magnum_check)am_choice(params, "label_check", checks, array_length(checks));
}

/* It goes into a header: "1.14" or "latest", nothing else. */
static int check_microversion(const struct magnum_args *args, struct error **err)
{
    const char *version = args->microversion;
    if (!version || strcmp(version, "latest") == 0)
        return 0;
    size_t major = strspn(version, "0123456789");
    const char *minor = version + major + 1;
    if (major && version[major] == '.' && *minor && !minor[strspn(minor, "0123456789")])
        return 0;
    error_make(
        err, ERROR_USAGE,
        "microversion: \"%s\" is none; give \"latest\" or two numbers like \"1.9\", in quotes",
        version);
    return -1;
}

int magnum_args_read(struct magnum_args *args, const json_t *params, struct strv *warnings,
                     struct error **err)
{
    *args = (struct magnum_args){0};
    args->cloud = cloud_settings_read(params, warnings);
    read_policies(args, params);
    if (read_wishes(args, params, warnings, err) == 0 && check_microversion(args, err) == 0)
        return 0;
    magnum_args_clear(args);
    return -1;
}

void magnum_args_clear(struct magnum_args *args)
{
    for (size_t i = 0; args->wishes && i < args->count; i++)
        json_decref(args->wishes[i].wanted);
    free(args->wishes);
    *args = (struct magnum_args){0};
}
