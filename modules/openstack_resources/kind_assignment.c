/* Roles that users have: in a project, in a domain, or in the system. They have no ID, and nothing
 * in them can be changed. */
#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "openstack_resources/refs.h"
#include "openstack_resources/send.h"
#include "openstack_resources/state.h"

static const struct field fields[] = {
    {.option = "user",
     .use = FIELD_ADDRESS,
     .need = NEED_ALWAYS,
     .refers = true,
     .target = KIND_USER,
     .domain_option = "user_domain"},
    {.option = "user_domain",
     .use = FIELD_ADDRESS,
     .initial_json = "\"Default\"",
     .refers = true,
     .target = KIND_DOMAIN},
    {.option = "role",
     .use = FIELD_ADDRESS,
     .need = NEED_ALWAYS,
     .refers = true,
     .target = KIND_ROLE},
    {.option = "project",
     .use = FIELD_ADDRESS,
     .refers = true,
     .target = KIND_PROJECT,
     .domain_option = "project_domain"},
    {.option = "project_domain",
     .use = FIELD_ADDRESS,
     .initial_json = "\"Default\"",
     .refers = true,
     .target = KIND_DOMAIN},
    {.option = "domain", .use = FIELD_ADDRESS, .refers = true, .target = KIND_DOMAIN},
    {.option = "system", .use = FIELD_ADDRESS},
    FIELD_END,
};

/* The scopes, by the option that names one. */
static const char *const scopes[] = {"project", "domain", "system"};

static const char *scope_of(const json_t *options)
{
    for (size_t i = 0; i < array_length(scopes); i++)
        if (am_text(options, scopes[i]))
            return scopes[i];
    return NULL;
}

static int check(const json_t *options, maybe_unused const char **option, struct error **err)
{
    unsigned given = 0;
    for (size_t i = 0; i < array_length(scopes); i++)
        given += am_text(options, scopes[i]) != NULL;
    if (given == 1)
        return 0;
    error_make(err, ERROR_USAGE,
               "a role is assigned in one place: give one of project, domain and system (all), not "
               "%s",
               given ? "several" : "none");
    return -1;
}

static char *label(const json_t *options)
{
    const char *user = am_text(options, "user");
    const char *role = am_text(options, "role");
    const char *scope = scope_of(options);
    return xasprintf("%s of %s in %s %s", role ? role : "any role", user ? user : "any user",
                     scope ? scope : "any", scope ? am_text(options, scope) : "place");
}

/* All of the user's at once: an answer for every item with that user. */
static char *listing(const struct resources *all, const struct resource *item)
{
    struct ref user = {0};
    if (ref_of_option(all, item, "user", &user, NULL) < 0 || !user.id)
        return NULL;
    struct buf path;
    buf_init(&path);
    buf_add_str(&path, "/role_assignments");
    url_query(&path, "user.id", user.id);
    return buf_steal(&path);
}

static bool fits(const struct resources *all, const struct resource *item, const json_t *object,
                 unsigned pass)
{
    struct ref role = {0};
    struct ref place = {0};
    const char *scope = scope_of(item->options);
    if (pass > 0 || !scope ||
        json_object_get(json_object_get(object, "scope"), "OS-INHERIT:inherited_to"))
        return false;
    if (ref_of_option(all, item, "role", &role, NULL) < 0 ||
        !str_equal(js_str(object, "role", "id", NULL), role.id))
        return false;
    if (str_equal(scope, "system"))
        return js_true(object, "scope", "system", "all", NULL);
    return ref_of_option(all, item, scope, &place, NULL) == 0 && place.id &&
           str_equal(js_str(object, "scope", scope, "id", NULL), place.id);
}

/* "/projects/P/users/U/roles/R", owned; NULL with an error when something of it is missing. */
static char *path_of(const struct resources *all, const struct resource *item, struct error **err)
{
    const char *scope = scope_of(item->options);
    bool system = str_equal(scope, "system");
    struct ref user = {0};
    struct ref role = {0};
    struct ref place = {0};
    if (ref_need(all, item, "user", &user, err) < 0 || ref_need(all, item, "role", &role, err) < 0)
        return NULL;
    if (!system && ref_need(all, item, scope, &place, err) < 0)
        return NULL;
    return system ? xasprintf("/system/users/%s/roles/%s", user.id, role.id)
                  : xasprintf("/%ss/%s/users/%s/roles/%s", scope, place.id, user.id, role.id);
}

static int create(const struct resources *all, struct resource *item, struct error **err)
{
    auto_free char *path = path_of(all, item, err);
    if (!path)
        return -1;
    const struct osk_change_request request = {
        .service = OSK_KEYSTONE, .method = "PUT", .path = path};
    if (osk_rest_send(all->client, &request, NULL, err) < 0)
        return -1;
    item->changed = true;
    return 0;
}

static int remove_assignment(const struct resources *all, struct resource *item, struct error **err)
{
    auto_free char *path = path_of(all, item, err);
    return path ? resource_delete_at(all, item, path, err) : -1;
}

const struct kind kind_assignment = {
    .name = "role_assignment",
    .id = KIND_ASSIGNMENT,
    .service = OSK_KEYSTONE,
    .collection = "/role_assignments",
    .members = "role_assignments",
    .wave = 2,
    .fields = fields,
    .check = check,
    .label = label,
    .listing = listing,
    .fits = fits,
    .create = create,
    .remove = remove_assignment,
};
