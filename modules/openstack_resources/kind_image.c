/* Images of Glance: their table, which one is meant, and whether its content is the wanted one. How
 * they are made is in image_write.c. */
#include <errno.h>
#include <string.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "openstack_resources/image.h"

static const struct field fields[] = {
    FIELD_NAME,
    {.option = "file", .use = FIELD_CONTENT, .need = NEED_TO_CREATE},
    {.option = "checksum", .use = FIELD_POLICY},
    {.option = "disk_format",
     .use = FIELD_FIXED,
     .attribute = "disk_format",
     .initial_json = "\"qcow2\""},
    {.option = "container_format",
     .use = FIELD_FIXED,
     .attribute = "container_format",
     .initial_json = "\"bare\""},
    {.option = "visibility",
     .use = FIELD_VALUE,
     .attribute = "visibility",
     .initial_json = "\"private\""},
    {.option = "min_disk", .use = FIELD_VALUE, .attribute = "min_disk", .missing_json = "0"},
    {.option = "min_ram", .use = FIELD_VALUE, .attribute = "min_ram", .missing_json = "0"},
    {.option = "protected", .use = FIELD_VALUE, .attribute = "protected", .missing_json = "false"},
    {.option = "properties", .use = FIELD_MAP},
    {.option = "on_different", .use = FIELD_POLICY},
    FIELD_END,
};

/* ---- what was written */

/* Attributes of an image that are no properties; Glance refuses some, and takes others wrongly. */
static const char *const reserved[] = {
    "id",        "name",         "owner",         "status",       "size",
    "checksum",  "created_at",   "updated_at",    "visibility",   "protected",
    "min_disk",  "min_ram",      "disk_format",   "tags",         "container_format",
    "schema",    "self",         "file",          "locations",    "direct_url",
    "os_hidden", "os_hash_algo", "os_hash_value", "virtual_size", "stores",
};

bool image_is_attribute(const char *name)
{
    for (size_t i = 0; i < array_length(reserved); i++)
        if (str_equal(name, reserved[i]))
            return true;
    return false;
}

static int check(const json_t *options, const char **option, struct error **err)
{
    const char *checksum = am_text(options, "checksum");
    struct content content = {0};
    int status = checksum ? content_expect(&content, checksum, err) : 0;
    content_clear(&content);
    *option = "checksum";
    if (status < 0)
        return -1;
    *option = "properties";
    for (size_t i = 0; i < array_length(reserved); i++) {
        if (!json_object_get(am_value(options, "properties"), reserved[i]))
            continue;
        error_make(err, ERROR_USAGE,
                   "\"%s\" is no property, but an attribute that every image has: leave "
                   "it out%s",
                   reserved[i],
                   kind_field(&kind_image, reserved[i]) ? ", and give the key of that name" : "");
        return -1;
    }
    return 0;
}

/* ---- which one is meant */

static bool is_gone(const char *status)
{
    return str_equal(status, "killed") || str_equal(status, "deleted") ||
           str_equal(status, "pending_delete");
}

/* The project's own ones first, then what others let us see. An admin sees everything, and what is
 * private to others is not meant. */
static bool fits(const struct resources *all, const struct resource *item, const json_t *object,
                 unsigned pass)
{
    const char *name = am_text(item->options, "name");
    const json_t *token = all->client ? osk_client_token(all->client) : NULL;
    const char *project = js_str(token, "project", "id", NULL);
    const char *visibility = js_str(object, "visibility", NULL);
    bool own = !project || str_equal(js_str(object, "owner", NULL), project);
    if ((name && !str_equal(js_str(object, "name", NULL), name)) ||
        is_gone(js_str(object, "status", NULL)))
        return false;
    if (item->wish->state == WISH_INFO)
        return true;
    return pass == 0
               ? own
               : !own && (str_equal(visibility, "public") || str_equal(visibility, "community"));
}

/* ---- its content */

/* What Glance says of the content: 1: it is what CONTENT says; 0: it is not; -1: it cannot be told.
 */
static int judge(const struct resource *item, const struct content *content)
{
    const char *algorithm = js_str(item->found, "os_hash_algo", NULL);
    const char *hash = js_str(item->found, "os_hash_value", NULL);
    const char *noted = js_str(item->found, IMAGE_SHA256, NULL);
    const char *same = str_equal(algorithm, "sha512")   ? content->sha512
                       : str_equal(algorithm, "sha256") ? content->sha256
                                                        : NULL;
    if (same && hash)
        return str_equal(same, hash);
    if (content->sha256 && !str_empty(noted) && str_equal(content->sha256, noted))
        return 1;
    return content->read && content->sha256 && !str_empty(noted) ? 0 : -1;
}

/* In check mode the task that fetches the file may have been skipped. */
static int read_file(const struct resources *all, struct resource *item, struct error **err)
{
    const char *path = am_text(item->options, "file");
    struct error *refused = NULL;
    if (content_read(&item->content, path, &refused) == 0)
        return 0;
    if (all->context->check_mode && refused->kind == ERROR_IO && refused->code == ENOENT) {
        strv_printf(&all->context->warnings, "resources[%zu].file (%s): %s; check mode goes on",
                    item->wish->index, item->wish->label, refused->message);
        error_clear(&refused);
        return 0;
    }
    error_move_take(err, refused);
    wish_blame(item->wish, "file", err);
    return -1;
}

static int refuse_busy(const struct resource *item, const char *status, struct error **err)
{
    error_make(err, ERROR_CONFLICT,
               "somebody is uploading its content just now (status %s): wait for that, or delete "
               "the image %s",
               status, resource_id(item));
    wish_blame(item->wish, NULL, err);
    return -1;
}

/* Whether FIELD of the image is another one than the item says. */
static bool differs(const struct resource *item, const char *field)
{
    const char *wanted = am_text(item->options, field);
    return wanted && !str_equal(wanted, js_str(item->found, field, NULL));
}

static bool is_replaced(const struct resource *item)
{
    bool other =
        item->content_differs || differs(item, "disk_format") || differs(item, "container_format");
    return other && str_equal(am_text(item->options, "on_different"), "replace");
}

/* What is to be sent is read here, so that nothing is done when it cannot be. */
static int compare_content(const struct resources *all, struct resource *item, struct error **err)
{
    int same = item->content.sha256 || item->content.sha512 ? judge(item, &item->content) : -1;
    bool known = same >= 0;
    if (!known && read_file(all, item, err) < 0)
        return -1;
    if (!known)
        same = item->content.read ? judge(item, &item->content) : 1;
    item->content_differs = same != 1;
    return known && is_replaced(item) ? read_file(all, item, err) : 0;
}

/* ---- who could use one that is replaced */

/* The projects that the image is shared with, as a text; *out NULL: there are none. Owned. */
static int members_text(const struct resources *all, const struct resource *item, char **out,
                        struct error **err)
{
    auto_free char *path = xasprintf("/images/%s/members", resource_id(item));
    auto_strv struct strv projects = {0};
    struct error *refused = NULL;
    size_t index = 0;
    json_t *member = NULL;
    json_auto_t *answer = osk_rest_get(all->client, OSK_GLANCE, path, &refused);
    if (refused && refused->kind == ERROR_INTERRUPTED) {
        error_move_take(err, refused);
        return -1;
    }
    *out = refused ? xasprintf("who cannot be read: %s", refused->message) : NULL;
    error_clear(&refused);
    json_array_foreach (json_object_get(answer, "members"), index, member) {
        const char *project = js_str(member, "member_id", NULL);
        strv_add(&projects, project ? project : "?");
    }
    if (projects.count)
        *out = strv_join(&projects, ", ");
    return 0;
}

/* Each of the projects has to accept an image again, so that the list of them is not copied. */
static int warn_of_members(const struct resources *all, const struct resource *item,
                           struct error **err)
{
    auto_free char *list = NULL;
    if (!str_equal(js_str(item->found, "visibility", NULL), "shared") ||
        differs(item, "visibility"))
        return 0;
    if (members_text(all, item, &list, err) < 0)
        return -1;
    if (list)
        strv_printf(&all->context->warnings,
                    "resources[%zu] (%s): the new image is not shared with the projects that had "
                    "the old one (%s): share it again, and let them accept it",
                    item->wish->index, item->wish->label, list);
    return 0;
}

/* ---- all of it */

/* One of another format is made anew, of a file that only the item can name. */
static int refuse_fileless(const struct resource *item, struct error **err)
{
    error_make(err, ERROR_USAGE,
               "it is missing, and the image that takes the place of this one needs it");
    wish_blame(item->wish, "file", err);
    return -1;
}

static int observe(const struct resources *all, struct resource *item, struct error **err)
{
    const char *checksum = am_text(item->options, "checksum");
    const char *status = js_str(item->found, "status", NULL);
    bool given = am_text(item->options, "file") != NULL;
    if (item->wish->state != WISH_PRESENT)
        return 0;
    if (checksum && content_expect(&item->content, checksum, err) < 0)
        return -1;
    item->content_missing = str_equal(status, "queued");
    if (str_equal(status, "saving") || str_equal(status, "importing") ||
        str_equal(status, "uploading"))
        return refuse_busy(item, status, err);
    if (!item->found || item->content_missing)
        return given ? read_file(all, item, err) : 0;
    if (given && compare_content(all, item, err) < 0)
        return -1;
    if (!is_replaced(item))
        return 0;
    return given ? warn_of_members(all, item, err) : refuse_fileless(item, err);
}

const struct kind kind_image = {
    .name = "image",
    .id = KIND_IMAGE,
    .service = OSK_GLANCE,
    .collection = "/images",
    .members = "images",
    .by_name = true,
    .equals = OSK_GLANCE_EQUALS,
    .fixed_policy = "on_different",
    .fields = fields,
    .check = check,
    .fits = fits,
    .observe = observe,
    .create = image_create,
    .update = image_update,
    .remove = image_remove,
    .recreate = image_replace,
};
