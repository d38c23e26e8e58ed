#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ansible/am_get.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "openstack_resources/image.h"
#include "openstack_resources/send.h"

#define PATCH_TYPE "application/openstack-images-v2.1-json-patch"

/* ---- patches */

/* "/NAME" as a JSON pointer, owned. */
static char *pointer_to(const char *name)
{
    struct buf path;
    buf_init(&path);
    buf_add_char(&path, '/');
    for (; *name; name++) {
        if (*name == '~' || *name == '/')
            buf_add_str(&path, *name == '~' ? "~0" : "~1");
        else
            buf_add_char(&path, *name);
    }
    return buf_steal(&path);
}

/* VALUE null: the attribute goes. */
static void add_operation(json_t *operations, const json_t *image, const char *name, json_t *value)
{
    auto_free char *path = pointer_to(name);
    bool there = json_object_get(image, name) != NULL;
    if (json_is_null(value) && there)
        json_array_append_new(operations, json_pack("{s:s, s:s}", "op", "remove", "path", path));
    else if (!json_is_null(value))
        json_array_append_new(operations,
                              json_pack("{s:s, s:s, s:O}", "op", there ? "replace" : "add", "path",
                                        path, "value", value));
}

static void add_all(json_t *operations, const json_t *image, const json_t *values)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(values), name, value)
        add_operation(operations, image, name, value);
}

/* Sends OPERATIONS for the image with ID. */
static int patch(const struct resources *all, struct resource *item, const char *id,
                 const json_t *operations, struct error **err)
{
    auto_free char *path = xasprintf("/images/%s", id);
    json_t *answer = NULL;
    const struct osk_change_request request = {.service = OSK_GLANCE,
                                               .method = "PATCH",
                                               .path = path,
                                               .body = operations,
                                               .content_type = PATCH_TYPE};
    if (!json_array_size(operations))
        return 0;
    if (osk_rest_send(all->client, &request, &answer, err) < 0)
        return -1;
    item->changed = true;
    json_decref(item->after);
    item->after = answer;
    return 0;
}

static int set_protected(const struct resources *all, struct resource *item, const char *id,
                         bool value, struct error **err)
{
    json_auto_t *operations =
        json_pack("[{s:s, s:s, s:b}]", "op", "replace", "path", "/protected", "value", value);
    return patch(all, item, id, operations, err);
}

int image_update(const struct resources *all, struct resource *item, struct error **err)
{
    json_auto_t *operations = json_array();
    json_auto_t *values = resource_body(all, item, false, err);
    if (!values)
        return -1;
    add_all(operations, item->found, values);
    add_all(operations, item->found, js_get(item->differences, "properties", "after", NULL));
    return patch(all, item, resource_id(item), operations, err);
}

/* ---- the content */

static int send_file(const struct resources *all, const struct resource *item, const char *id,
                     struct error **err)
{
    const char *file = am_text(item->options, "file");
    auto_free char *path = xasprintf("/images/%s/file", id);
    auto_close int fd = open(file, O_RDONLY | O_CLOEXEC);
    const struct osk_change_request request = {
        .service = OSK_GLANCE, .method = "PUT", .path = path};
    if (fd < 0) {
        error_make_errno(err, errno, "%s cannot be opened", file);
        return -1;
    }
    return osk_rest_upload(all->client, &request, fd, item->content.size, err);
}

/* Reads what Glance made of it. */
static int check_upload(const struct resources *all, struct resource *item, const char *id,
                        struct error **err)
{
    auto_free char *path = xasprintf("/images/%s", id);
    json_t *image = osk_rest_get(all->client, OSK_GLANCE, path, err);
    if (!image)
        return -1;
    json_decref(item->after);
    item->after = image;
    const char *status = js_str(image, "status", NULL);
    const char *hash = js_str(image, "os_hash_value", NULL);
    bool same = !str_equal(js_str(image, "os_hash_algo", NULL), "sha512") ||
                str_equal(hash, item->content.sha512);
    if (str_equal(status, "active") && same)
        return 0;
    error_make(err, ERROR_STATUS, "Glance took the content, but %s",
               same ? "the image is not active" : "the hash is not that of the file");
    error_append(err, " (status %s, os_hash_value %s)", status ? status : "none",
                 hash ? hash : "none");
    return -1;
}

/* Takes back what cannot be used, also when we were told to stop. */
static void take_back(const struct resources *all, struct resource *item, const char *id,
                      struct error **err)
{
    auto_free char *path = xasprintf("/images/%s", id);
    auto_error struct error *refused = NULL;
    json_decref(steal_ptr(item->after));
    interrupt_hold();
    int removed = osk_rest_delete_lookup(all->client, OSK_GLANCE, path, &refused);
    interrupt_release();
    if (removed >= 0) {
        error_append(err, "\n(the unfinished image %s was removed)", id);
        return;
    }
    item->changed = true;
    error_append(err, "\n(the unfinished image %s could not be removed: %s; delete it)", id,
                 refused->message);
}

static int upload(const struct resources *all, struct resource *item, const char *id,
                  struct error **err)
{
    if (send_file(all, item, id, err) == 0 && check_upload(all, item, id, err) == 0) {
        item->changed = true;
        return 0;
    }
    error_wrap(err, "the upload of %s failed", am_text(item->options, "file"));
    return -1;
}

/* ---- making one */

/* Whether a new image in the place of one with the attribute NAME has it too: what is about the old
 * content, or Glance's to say, does not pass on. */
static bool passes_on(const char *name)
{
    static const char *const attributes[] = {"visibility",  "min_disk",         "min_ram",  "tags",
                                             "disk_format", "container_format", "os_hidden"};
    for (size_t i = 0; i < array_length(attributes); i++)
        if (str_equal(name, attributes[i]))
            return true;
    return !image_is_attribute(name) && !str_starts_with(name, "os_glance_") &&
           !str_starts_with(name, "img_signature") &&
           !str_equal(name, "owner_specified.openstack.md5");
}

/* Adds to IMAGE what OLD has, and the item says nothing of. */
static void inherit(json_t *image, const struct resource *item, const json_t *old)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(old), name, value) {
        bool given = kind_field(item->kind, name) && am_value(item->options, name);
        if (!given && !json_is_null(value) && passes_on(name))
            json_object_set(image, name, value);
    }
}

/* Everything that a new image gets, in the place of OLD, which may be NULL; protection comes last,
 * so that a failure can be taken back. */
static json_t *new_image(const struct resources *all, const struct resource *item,
                         const json_t *old, struct error **err)
{
    json_t *image = resource_body(all, item, true, err);
    const char *name = NULL;
    json_t *value = NULL;
    if (!image)
        return NULL;
    json_object_del(image, "protected");
    inherit(image, item, old);
    json_object_set_new(image, IMAGE_SHA256, json_string(item->content.sha256));
    json_object_foreach (am_value(item->options, "properties"), name, value) {
        if (json_is_null(value))
            json_object_del(image, name);
        else
            json_object_set(image, name, value);
    }
    return image;
}

static int create_new(const struct resources *all, struct resource *item, const json_t *old,
                      struct error **err)
{
    bool given = am_value(item->options, "protected") != NULL;
    bool protect = given ? am_flag(item->options, "protected") : js_true(old, "protected", NULL);
    json_auto_t *image = new_image(all, item, old, err);
    if (!image || resource_post(all, item, image, err) < 0)
        return -1;
    item->changed = false; /* until there is something of use */
    auto_free char *id = xstrdup(resource_id(item));
    if (upload(all, item, id, err) < 0) {
        take_back(all, item, id, err);
        return -1;
    }
    return protect ? set_protected(all, item, id, true, err) : 0;
}

/* The image is there, and waits for its content. Who made it may be filling it just now, so that it
 * is not ours to take back. */
static int adopt(const struct resources *all, struct resource *item, struct error **err)
{
    json_auto_t *operations = json_array();
    json_auto_t *image = new_image(all, item, NULL, err);
    auto_free char *id = xstrdup(resource_id(item));
    if (!image)
        return -1;
    json_object_del(image, "name");
    add_all(operations, item->found, image);
    if (patch(all, item, id, operations, err) < 0)
        return -1;
    if (upload(all, item, id, err) == 0)
        return am_flag(item->options, "protected") ? set_protected(all, item, id, true, err) : 0;
    error_append(err,
                 (*err)->code == 409
                     ? "\n(somebody is uploading the content of the image %s, which was there "
                       "before: wait for that, and run the task again)"
                     : "\n(the image %s was there before, and is left without this content)",
                 id);
    return -1;
}

int image_create(const struct resources *all, struct resource *item, struct error **err)
{
    return item->content_missing ? adopt(all, item, err) : create_new(all, item, NULL, err);
}

/* ---- the end of one */

static int remove_found(const struct resources *all, struct resource *item, struct error **err)
{
    const char *id = js_str(item->found, "id", NULL);
    auto_free char *path = xasprintf("/images/%s", id);
    json_t *new_one = json_incref(item->after);
    if (js_true(item->found, "protected", NULL) && set_protected(all, item, id, false, err) < 0) {
        json_decref(new_one);
        return -1;
    }
    json_decref(item->after);
    item->after = new_one;
    return resource_delete_at(all, item, path, err);
}

int image_remove(const struct resources *all, struct resource *item, struct error **err)
{
    /* Who protects an image means it: only the one that is replaced is unprotected. */
    return resource_delete(all, item, err);
}

int image_replace(const struct resources *all, struct resource *item, struct error **err)
{
    if (create_new(all, item, item->found, err) < 0)
        return -1;
    if (remove_found(all, item, err) == 0)
        return 0;
    error_wrap(err, "the new image %s was made, but the old one, %s, could not be removed",
               resource_id(item), js_str(item->found, "id", NULL));
    return -1;
}
