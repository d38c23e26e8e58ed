#include "kube/hash.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "json/js_get.h"
#include "json/js_write.h"

enum { HASH_LENGTH = 10 };

static bool is_hashed(const json_t *object, const char *kind)
{
    const char *version = js_str(object, "apiVersion", NULL);
    return str_equal(js_str(object, "kind", NULL), kind) && (!version || str_equal(version, "v1"));
}

/* Adds "KEY":VALUE as Python's json.dumps writes it; an absent value counts as "". */
static int add_member(struct buf *out, const char *key, const json_t *value)
{
    buf_printf(out, "%s\"%s\":", out->size ? "," : "{", key);
    if (value)
        return js_write(out, value, JS_WRITE_ASCII | JS_WRITE_SORT, NULL);
    buf_add_str(out, "\"\"");
    return 0;
}

static int add_name(struct buf *out, const json_t *object)
{
    const json_t *name = js_get(object, "metadata", "name", NULL);
    const json_t *generate_name = js_get(object, "metadata", "generateName", NULL);
    bool generated =
        str_empty(json_string_value(name)) && !str_empty(json_string_value(generate_name));
    return add_member(out, generated ? "generateName" : "name", generated ? generate_name : name);
}

/* Digits that could spell words, or be read as a number, are replaced. */
static char replace_digit(char digit)
{
    static const char from[] = "013ae";
    static const char to[] = "ghkmt";
    const char *found = strchr(from, digit);
    if (!found)
        return digit;
    return to[found - from];
}

char *kube_hash(const json_t *object)
{
    bool secret = is_hashed(object, "Secret");
    auto_buf struct buf text;
    buf_init(&text);
    if (!secret && !is_hashed(object, "ConfigMap"))
        return NULL;
    if (add_member(&text, "data", json_object_get(object, "data")) < 0 ||
        add_member(&text, "kind", json_object_get(object, "kind")) < 0 ||
        add_name(&text, object) < 0 ||
        (secret && add_member(&text, "type", json_object_get(object, "type")) < 0))
        return NULL;
    buf_add_char(&text, '}');
    char *hash = sha256_hex(buf_str(&text), text.size);
    for (size_t i = 0; i < HASH_LENGTH; i++)
        hash[i] = replace_digit(hash[i]);
    hash[HASH_LENGTH] = '\0';
    return hash;
}
