#include "magnum_template/fields.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_coerce.h"
#include "ansible/am_text.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "base/utf8.h"
#include "json/js_get.h"

enum {
    TEXT_MAX = 255,  /* characters: the width of Magnum's columns */
    TEXT_SHOWN = 40, /* bytes of a longer text in a message */
};

/* Sorted as Magnum documents them. Magnum 23's rules; "in use" is its list of what a template that
 * clusters refer to may change, one at a time. */
const struct field magnum_fields[] = {
    {.option = "name",
     .attribute = "name",
     .result = "name",
     .in_use = IN_USE_ANY,
     .mandatory = true},
    {.option = "coe", .attribute = "coe", .result = "coe", .mandatory = true},
    {.option = "image_id",
     .attribute = "image_id",
     .result = "image_id",
     .names = FIELD_NAMES_IMAGE,
     .mandatory = true},
    {.option = "flavor_id",
     .attribute = "flavor_id",
     .result = "flavor_id",
     .names = FIELD_NAMES_FLAVOR},
    {.option = "master_flavor_id",
     .attribute = "master_flavor_id",
     .result = "master_flavor_id",
     .names = FIELD_NAMES_FLAVOR},
    {.option = "keypair_id",
     .attribute = "keypair_id",
     .result = "keypair_id",
     .names = FIELD_NAMES_KEYPAIR},
    {.option = "external_network_id",
     .attribute = "external_network_id",
     .result = "external_network_id",
     .names = FIELD_NAMES_NETWORK,
     .mandatory = true},
    {.option = "fixed_network",
     .attribute = "fixed_network",
     .result = "fixed_network",
     .names = FIELD_NAMES_NETWORK},
    {.option = "fixed_subnet",
     .attribute = "fixed_subnet",
     .result = "fixed_subnet",
     .names = FIELD_NAMES_SUBNET},
    {.option = "dns_nameserver",
     .attribute = "dns_nameserver",
     .result = "dns_nameserver",
     .kind = FIELD_LIST},
    {.option = "network_driver",
     .attribute = "network_driver",
     .result = "network_driver",
     .mandatory = true},
    {.option = "volume_driver", .attribute = "volume_driver", .result = "volume_driver"},
    {.option = "docker_storage_driver",
     .attribute = "docker_storage_driver",
     .result = "docker_storage_driver"},
    {.option = "docker_volume_size",
     .attribute = "docker_volume_size",
     .result = "docker_volume_size",
     .kind = FIELD_NUMBER},
    {.option = "server_type",
     .attribute = "server_type",
     .result = "server_type",
     .mandatory = true},
    {.option = "http_proxy", .attribute = "http_proxy", .result = "http_proxy"},
    {.option = "https_proxy", .attribute = "https_proxy", .result = "https_proxy"},
    {.option = "no_proxy", .attribute = "no_proxy", .result = "no_proxy", .kind = FIELD_LIST},
    {.option = "insecure_registry",
     .attribute = "insecure_registry",
     .result = "insecure_registry"},
    {.option = "labels", .attribute = "labels", .result = "labels", .kind = FIELD_LABELS},
    {.option = "tags",
     .attribute = "tags",
     .result = "tags",
     .kind = FIELD_TAGS,
     .in_use = IN_USE_TO_VALUE},
    {.option = "driver", .attribute = "driver", .result = "driver"},
    {.option = "cluster_distro",
     .attribute = "cluster_distro",
     .result = "cluster_distro",
     .kind = FIELD_IGNORED,
     .mandatory = true},
    {.option = "apiserver_port",
     .attribute = "apiserver_port",
     .result = "apiserver_port",
     .kind = FIELD_NUMBER},
    {.option = "is_floating_ip_enabled",
     .attribute = "floating_ip_enabled",
     .result = "is_floating_ip_enabled",
     .kind = FIELD_FLAG,
     .when_missing = true},
    {.option = "is_master_lb_enabled",
     .attribute = "master_lb_enabled",
     .result = "is_master_lb_enabled",
     .kind = FIELD_FLAG},
    {.option = "is_public",
     .attribute = "public",
     .result = "is_public",
     .kind = FIELD_FLAG,
     .in_use = IN_USE_TO_TRUE,
     .mandatory = true},
    {.option = "is_registry_enabled",
     .attribute = "registry_enabled",
     .result = "is_registry_enabled",
     .kind = FIELD_FLAG,
     .mandatory = true},
    {.option = "is_tls_disabled",
     .attribute = "tls_disabled",
     .result = "is_tls_disabled",
     .kind = FIELD_FLAG,
     .mandatory = true},
    {.option = "hidden",
     .attribute = "hidden",
     .result = "is_hidden",
     .kind = FIELD_FLAG,
     .in_use = IN_USE_ANY,
     .mandatory = true},
};

const size_t magnum_field_count = array_length(magnum_fields);

const struct field *field_of_option(const char *option)
{
    for (size_t i = 0; i < magnum_field_count; i++)
        if (strcmp(magnum_fields[i].option, option) == 0)
            return &magnum_fields[i];
    return NULL;
}

const struct field *field_of_attribute(const char *attribute)
{
    for (size_t i = 0; i < magnum_field_count; i++)
        if (strcmp(magnum_fields[i].attribute, attribute) == 0)
            return &magnum_fields[i];
    return NULL;
}

/* ---- reading */

/* TEXT cut at commas, blanks off, empty parts dropped, joined by commas again. Owned. */
static char *clean_list(const char *text)
{
    auto_strv struct strv parts;
    auto_strv struct strv kept;
    strv_init(&parts);
    strv_init(&kept);
    strv_split(&parts, text, ',');
    for (size_t i = 0; i < parts.count; i++)
        if (*str_trim(parts.items[i]))
            strv_add(&kept, parts.items[i]);
    return strv_join(&kept, ",");
}

/* A text that Magnum can store; "" means that there should be none. */
static json_t *read_text(const struct field *field, const char *text, struct error **err)
{
    if (!*text)
        return json_null();
    size_t length = utf8_count(text);
    if (length <= TEXT_MAX)
        return json_string(text);
    int shown = TEXT_SHOWN;
    while (utf8_is_continuation(text[shown])) /* not within a character */
        shown--;
    error_make(err, ERROR_USAGE,
               "%s: \"%.*s...\" has %zu characters; Magnum stores 1 to %d in this attribute",
               field->option, shown, text, length, TEXT_MAX);
    return NULL;
}

/* A list, or a text that is one. */
static json_t *read_list(const struct field *field, const json_t *value, struct error **err)
{
    auto_strv struct strv parts;
    strv_init(&parts);
    size_t index = 0;
    json_t *item = NULL;
    if (json_is_string(value))
        strv_add(&parts, json_string_value(value));
    json_array_foreach (value, index, item) {
        if (!json_is_string(item) && !json_is_integer(item)) {
            error_make(err, ERROR_USAGE,
                       "%s[%zu]: expected a string, got %s; give a list of strings, or one string "
                       "with commas",
                       field->option, index, js_type_name(item));
            return NULL;
        }
        if (json_is_string(item))
            strv_add(&parts, json_string_value(item));
        else
            strv_printf(&parts, "%lld", (long long)json_integer_value(item));
    }
    if (!json_is_string(value) && !json_is_array(value)) {
        error_make(err, ERROR_USAGE,
                   "%s: expected a list of strings, or one string with commas, got %s",
                   field->option, js_type_name(value));
        return NULL;
    }
    auto_free char *joined = strv_join(&parts, ",");
    auto_free char *clean = clean_list(joined);
    return read_text(field, clean, err);
}

/* "k:v,k:v" or "k=v,k=v"; the first of both signs ends a key, so that values may hold them. */
static json_t *labels_of_text(const char *text, struct error **err)
{
    if (text[strspn(text, " \t\r\n")] == '{')
        return am_text_dict(text, err);
    json_auto_t *labels = json_object();
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, text, ',');
    for (size_t i = 0; i < parts.count; i++) {
        char *part = str_trim(parts.items[i]);
        if (!*part)
            continue;
        size_t length = strcspn(part, ":=");
        if (!length || !part[length]) {
            error_make(err, ERROR_USAGE,
                       "labels: \"%s\" is no key:value pair; give a dictionary, or a string like "
                       "\"kube_tag:v1.34.6,octavia_provider:ovn\"",
                       part);
            return NULL;
        }
        part[length] = '\0';
        json_object_set_new(labels, str_trim(part), json_string(str_trim(part + length + 1)));
    }
    return json_incref(labels);
}

static json_t *read_labels(json_t *value, struct error **err)
{
    json_auto_t *labels =
        json_is_string(value) ? labels_of_text(json_string_value(value), err) : json_incref(value);
    if (!labels)
        return NULL;
    if (!json_is_object(labels)) {
        error_make(err, ERROR_USAGE,
                   "labels: expected a dictionary, or a string of key:value pairs, got %s",
                   js_type_name(labels));
        return NULL;
    }
    const char *key = NULL;
    json_t *item = NULL;
    json_object_foreach (labels, key, item) {
        if (!json_is_object(item) && !json_is_array(item) && *key)
            continue;
        error_make(err, ERROR_USAGE,
                   "labels: \"%s\" is %s; Magnum stores strings, so give a string, a number, a "
                   "boolean, or null for \"must be absent\"",
                   key, *key ? js_type_name(item) : "no name of a label");
        return NULL;
    }
    return json_incref(labels);
}

json_t *field_read(const struct field *field, json_t *value, struct error **err)
{
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_IGNORED:
        return read_text(field, json_is_string(value) ? json_string_value(value) : "", err);
    case FIELD_LIST:
    case FIELD_TAGS:
        return read_list(field, value, err);
    case FIELD_LABELS:
        return read_labels(value, err);
    case FIELD_NUMBER:
    case FIELD_FLAG:
        break;
    }
    return json_incref(value);
}

/* ---- comparing */

static bool flag_of(const struct field *field, const json_t *value)
{
    bool truth = field->when_missing;
    if (value && !json_is_null(value) && !am_coerce_truth(value, &truth))
        return field->when_missing;
    return truth;
}

/* Both as sets. */
static bool same_tags(const char *a, const char *b)
{
    auto_strv struct strv left;
    auto_strv struct strv right;
    auto_free char *a_clean = clean_list(a);
    auto_free char *b_clean = clean_list(b);
    strv_init(&left);
    strv_init(&right);
    strv_split(&left, a_clean, ',');
    strv_split(&right, b_clean, ',');
    for (size_t i = 0; i < left.count; i++)
        if (!strv_contains(&right, left.items[i]))
            return false;
    for (size_t i = 0; i < right.count; i++)
        if (!strv_contains(&left, right.items[i]))
            return false;
    return true;
}

static bool same_list(const char *a, const char *b)
{
    auto_free char *a_clean = clean_list(a);
    auto_free char *b_clean = clean_list(b);
    return strcmp(a_clean, b_clean) == 0;
}

static bool same_number(const json_t *wanted, const json_t *has)
{
    long long number = 0;
    if (json_is_string(has))
        return str_to_int(json_string_value(has), 0, 1LL << 40, &number) &&
               number == json_integer_value(wanted);
    return json_is_integer(has) && json_integer_value(has) == json_integer_value(wanted);
}

bool field_equal(const struct field *field, const json_t *wanted, const json_t *has)
{
    if (field->kind == FIELD_FLAG)
        return flag_of(field, wanted) == flag_of(field, has);
    const char *text = json_is_string(has) ? json_string_value(has) : NULL;
    bool nothing = !has || json_is_null(has) || (text && !*text);
    if (!wanted || json_is_null(wanted) || nothing)
        return (!wanted || json_is_null(wanted)) && nothing;
    switch (field->kind) {
    case FIELD_LIST:
        return text && same_list(json_string_value(wanted), text);
    case FIELD_TAGS:
        return text && same_tags(json_string_value(wanted), text);
    case FIELD_NUMBER:
        return same_number(wanted, has);
    case FIELD_IGNORED:
        return true;
    case FIELD_TEXT:
    case FIELD_FLAG:
    case FIELD_LABELS:
        break;
    }
    return str_equal(json_string_value(wanted), text);
}

json_t *field_shown(const struct field *field, const json_t *value)
{
    if (field->kind == FIELD_FLAG)
        return json_boolean(flag_of(field, value));
    return value ? json_incref(js_iterable(value)) : json_null();
}
