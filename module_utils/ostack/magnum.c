#include "ostack/magnum.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "ostack/failure.h"
#include "ostack/rest.h"

/* ---- who we are */

int osk_magnum_check_scope(struct osk_client *client, struct error **err)
{
    if (osk_client_login(client, err) < 0)
        return -1;
    const json_t *token = osk_client_token(client);
    const char *kind = json_object_get(token, "system")   ? "the system"
                       : json_object_get(token, "domain") ? "a domain"
                                                          : NULL;
    if (!kind || json_object_get(token, "project"))
        return 0;
    error_make(
        err, ERROR_USAGE,
        "Magnum needs a project-scoped token, and this one is for %s: give project_name with "
        "project_domain_name, or project_id, and neither system_scope nor a domain alone",
        kind);
    return -1;
}

const char *osk_magnum_project(const struct osk_client *client)
{
    return js_str(osk_client_token(client), "project", "id", NULL);
}

bool osk_magnum_has_role(const struct osk_client *client, const char *role)
{
    return js_find(json_object_get(osk_client_token(client), "roles"), "name", role) != NULL;
}

/* ---- lists */

/* All pages of PATH. */
static json_t *read_all(struct osk_client *client, const char *path, const char *member,
                        struct error **err)
{
    cleanup_with(osk_listing_clear) struct osk_listing listing = {
        .service = OSK_MAGNUM, .path = xstrdup(path), .member = member};
    size_t index = 0;
    json_t *item = NULL;
    if (osk_listings_read(client, &listing, 1, err) < 0)
        return NULL;
    json_array_foreach (listing.items, index, item)
        if (js_want(item, "uuid", JSON_STRING, NULL, err) < 0) {
            error_wrap(err, "Magnum's answer: %s[%zu]", member, index);
            return NULL;
        }
    return steal_ptr(listing.items);
}

json_t *osk_magnum_list(struct osk_client *client, struct error **err)
{
    return read_all(client, "/clustertemplates", "clustertemplates", err);
}

json_t *osk_magnum_references(struct osk_client *client, struct error **err)
{
    json_auto_t *clusters = read_all(client, "/clusters", "clusters", err);
    if (!clusters)
        return NULL;
    json_t *counts = json_object();
    size_t index = 0;
    json_t *cluster = NULL;
    json_array_foreach (clusters, index, cluster) {
        const char *uuid = js_str(cluster, "cluster_template_id", NULL);
        if (!uuid)
            continue;
        json_int_t before = json_integer_value(json_object_get(counts, uuid));
        json_object_set_new(counts, uuid, json_integer(before + 1));
    }
    return counts;
}

/* ---- changes */

void osk_change_clear(struct osk_change *change)
{
    json_decref(change->template_);
    free(change->request_id);
    *change = (struct osk_change){0};
}

static char *template_path(const char *uuid)
{
    struct buf path;
    buf_init(&path);
    buf_add_str(&path, "/clustertemplates/");
    url_escape(&path, uuid);
    return buf_steal(&path);
}

static void note_request(const struct osk_call *call, struct osk_change *out)
{
    const char *id = osk_request_id(&call->job.response);
    free(out->request_id);
    out->request_id = id ? xstrdup(id) : NULL;
}

/* Sends BODY; the answer is the template. */
static int send(struct osk_client *client, struct osk_call *call, const json_t *body,
                struct osk_change *out, struct error **err)
{
    osk_call_body(call, body);
    if (osk_client_call(client, call, err) < 0)
        return -1;
    json_auto_t *answer = osk_call_json(call, err);
    if (!answer || js_want(answer, "uuid", JSON_STRING, NULL, err) < 0) {
        error_wrap(err, "the change was accepted, but the answer cannot be read");
        return -1;
    }
    note_request(call, out);
    json_decref(out->template_);
    out->template_ = json_incref(answer);
    return 0;
}

int osk_magnum_create(struct osk_client *client, const json_t *body, struct osk_change *out,
                      struct error **err)
{
    auto_osk_call struct osk_call call;
    osk_call_init(&call, OSK_MAGNUM, "POST", xstrdup("/clustertemplates"));
    return send(client, &call, body, out, err);
}

int osk_magnum_patch(struct osk_client *client, const char *uuid, const json_t *operations,
                     struct osk_change *out, struct error **err)
{
    auto_osk_call struct osk_call call;
    osk_call_init(&call, OSK_MAGNUM, "PATCH", template_path(uuid));
    return send(client, &call, operations, out, err);
}

int osk_magnum_delete_lookup(struct osk_client *client, const char *uuid, struct osk_change *out,
                             struct error **err)
{
    auto_osk_call struct osk_call call;
    osk_call_init(&call, OSK_MAGNUM, "DELETE", template_path(uuid));
    if (osk_client_all(client, &call, 1, err) < 0)
        return -1;
    if (osk_call_status(&call) == 404)
        return 0; /* somebody else was faster */
    if (call.error) {
        osk_call_error_move(&call, err);
        return -1;
    }
    note_request(&call, out);
    return 1;
}

bool osk_magnum_is_referenced(const struct error *error)
{
    /* 400 in Magnum 15 to 23, although its API reference says 409. */
    return error && (error->code == 400 || error->code == 409) &&
           str_contains(error->message, "is referenced by one or multiple clusters");
}
