#include "capi/fold.h"

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_write.h"

/* What stands in a version for its schema. No definition of anybody has a key like this. */
#define FOLDED "schema (as text)"

static json_t *versions_of(const json_t *object)
{
    bool definition = str_equal(js_str(object, "kind", NULL), "CustomResourceDefinition");
    json_t *versions = definition ? js_get(object, "spec", "versions", NULL) : NULL;
    return json_is_array(versions) ? versions : NULL;
}

int capi_fold(json_t *object, struct error **err)
{
    size_t index = 0;
    json_t *version = NULL;
    json_array_foreach (versions_of(object), index, version) {
        const json_t *schema = json_object_get(version, "schema");
        auto_buf struct buf text = {0};
        if (!schema)
            continue;
        if (js_write(&text, schema, 0, err) < 0)
            return -1;
        json_object_set_new(version, FOLDED, json_stringn_nocheck(buf_str(&text), text.size));
        json_object_del(version, "schema");
    }
    return 0;
}

/* Adds OBJECT without the key WITHOUT, and with KEY, whose value is the JSON text VALUE. */
static int write_with(struct buf *out, json_t *object, const char *without, const char *key,
                      const char *value, struct error **err)
{
    json_auto_t *rest = json_copy(object);
    json_object_del(rest, without);
    if (js_write(out, rest, 0, err) < 0)
        return -1;
    out->size--; /* the closing brace */
    buf_printf(out, "%s\"%s\":", json_object_size(rest) ? "," : "", key);
    buf_add_str(out, value);
    buf_add_char(out, '}');
    return 0;
}

static bool is_folded(const json_t *versions)
{
    size_t index = 0;
    json_t *version = NULL;
    json_array_foreach (versions, index, version)
        if (json_object_get(version, FOLDED))
            return true;
    return false;
}

static int write_versions(struct buf *out, const json_t *versions, struct error **err)
{
    size_t index = 0;
    json_t *version = NULL;
    buf_add_char(out, '[');
    json_array_foreach (versions, index, version) {
        const char *schema = js_str(version, FOLDED, NULL);
        if (index)
            buf_add_char(out, ',');
        int result = schema ? write_with(out, version, FOLDED, "schema", schema, err)
                            : js_write(out, version, 0, err);
        if (result < 0)
            return -1;
    }
    buf_add_char(out, ']');
    return 0;
}

int capi_fold_write(struct buf *out, const json_t *object, struct error **err)
{
    auto_buf struct buf versions = {0};
    auto_buf struct buf spec = {0};
    json_t *list = versions_of(object);
    if (!is_folded(list))
        return js_write(out, object, 0, err);
    if (write_versions(&versions, list, err) < 0 ||
        write_with(&spec, json_object_get(object, "spec"), "versions", "versions",
                   buf_str(&versions), err) < 0)
        return -1;
    buf_clear(&versions);
    json_auto_t *own = json_pack("O", object); /* copying takes no const */
    return write_with(out, own, "spec", "spec", buf_str(&spec), err);
}
