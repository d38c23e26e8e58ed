#include "ostack/failure.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

enum {
    PLAIN_SHOWN = 200, /* bytes of a body that is no message */
    TEXT_SHOWN = 8192, /* of a message */
};

/* ---- the shapes */

/* "min_version": what an unsupported microversion is answered with instead of a text. */
static char *version_text(const json_t *error)
{
    const char *low = js_str(error, "min_version", NULL);
    const char *high = js_str(error, "max_version", NULL);
    if (!low || !high)
        return NULL;
    return xasprintf("this server supports the microversions %s to %s", low, high);
}

/* Magnum: {"errors": [{"status", "code", "title", "detail"}]} */
static char *errors_text(const json_t *body)
{
    const json_t *first = json_array_get(json_object_get(body, "errors"), 0);
    const char *detail = js_str(first, "detail", NULL);
    const char *title = js_str(first, "title", NULL);
    char *versions = version_text(first);
    if (versions || !first)
        return versions;
    if (str_empty(detail))
        detail = title;
    return str_empty(detail) ? NULL : xstrdup(detail);
}

/* Nova: {"itemNotFound": {"code", "message"}}; Neutron: {"NeutronError": {"type", "message"}};
 * Keystone and the token check of every service: {"error": {"code", "title", "message"}}. */
static char *wrapped_text(const json_t *body)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach (js_iterable(body), key, member) {
        const char *message = js_str(member, "message", NULL);
        if (!str_empty(message))
            return xstrdup(message);
    }
    return NULL;
}

/* Of WSGI programs and gateways. */
static char *flat_text(const json_t *body)
{
    static const char *const keys[] = {"faultstring", "message", "detail", "description", "title"};
    for (size_t i = 0; i < array_length(keys); i++) {
        const char *text = js_str(body, keys[i], NULL);
        if (!str_empty(text))
            return xstrdup(text);
    }
    const char *error = js_str(body, "error", NULL);
    return str_empty(error) ? NULL : xstrdup(error);
}

static char *json_text(const json_t *body)
{
    char *text = errors_text(body);
    if (!text)
        text = wrapped_text(body);
    return text ? text : flat_text(body);
}

/* ---- what is no JSON */

/* The words between the tags, blanks folded. Owned. */
static char *without_tags(const char *html)
{
    struct buf out;
    buf_init(&out);
    bool blank = true;
    for (const char *at = html; *at && out.size < PLAIN_SHOWN; at++) {
        if (*at == '<') {
            at += strcspn(at, ">");
            if (!*at)
                break;
        } else if (!isspace((unsigned char)*at)) {
            buf_add_char(&out, *at);
            blank = false;
            continue;
        }
        if (!blank)
            buf_add_char(&out, ' ');
        blank = true;
    }
    return str_trim(buf_steal(&out));
}

/* The beginning of TEXT, printable. Owned. */
static char *printable(const char *text, size_t limit)
{
    size_t length = strlen(text);
    char *clean = str_to_utf8(text, length < limit ? length : limit);
    for (char *c = clean; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    return clean;
}

static char *plain_text(const char *body)
{
    const char *start = body + strspn(body, " \t\r\n");
    if (!*start)
        return xstrdup("the answer has no body");
    if (*start != '<')
        return printable(start, PLAIN_SHOWN);
    auto_free char *words = without_tags(start);
    auto_free char *clean = printable(words, PLAIN_SHOWN);
    return xasprintf("an HTML page, as of a proxy or another web server: %s", clean);
}

/* ---- together */

char *osk_failure_text(const struct http_response *response, char **out_code)
{
    json_auto_t *body =
        json_loadb(buf_str(&response->body), response->body.size, JSON_ALLOW_NUL, NULL);
    const char *code = js_str(json_array_get(json_object_get(body, "errors"), 0), "code", NULL);
    *out_code = code ? xstrdup(code) : NULL;
    auto_free char *text = json_text(body);
    if (!text)
        return plain_text(buf_str(&response->body));
    return str_trim(printable(text, TEXT_SHOWN));
}

const char *osk_request_id(const struct http_response *response)
{
    const char *id = http_response_header(response, "x-openstack-request-id");
    return id ? id : http_response_header(response, "x-compute-request-id");
}

static enum error_kind kind_of(int status)
{
    if (status == 401 || status == 403)
        return ERROR_AUTH;
    return status == 409 ? ERROR_CONFLICT : ERROR_STATUS;
}

/* The path of an absolute URL: the host is in the message already, or beside the point. */
static const char *path_of(const char *url)
{
    const char *mark = strstr(url, "://");
    const char *path = mark ? strchr(mark + 3, '/') : NULL;
    return path ? path : "/";
}

void osk_failure_make(const struct http_response *response, const char *service, const char *method,
                      const char *url, struct error **err)
{
    auto_free char *code = NULL;
    auto_free char *words = osk_failure_text(response, &code);
    const char *path = path_of(url);
    error_make(err, kind_of(response->status), "%s answered %d %s to %s %.*s: %s", service,
               response->status, response->reason ? response->reason : "", method,
               (int)strcspn(path, "?"), path, words);
    error_code(err, response->status);
    error_detail_take(err, "reason", json_string(response->reason ? response->reason : ""));
    error_detail_take(err, "status", json_integer(response->status));
    error_detail_take(err, "error", json_string(words));
    if (osk_request_id(response))
        error_detail_take(err, "request_id", json_string(osk_request_id(response)));
}
