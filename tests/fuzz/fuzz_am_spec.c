/*
 * A JSON object as the parameters of a table that has one of everything; then the way of the
 * result out: scrubbed, shaped, written.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_log.h"
#include "ansible/am_result.h"
#include "base/buf.h"
#include "base/mem.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static const struct am_spec sub_rules = {
    .mutually_exclusive = (const am_names[]){AM_NAMES("p", "q"), NULL},
    .required_if = (const struct am_required_if[]){{"p", "1", AM_NAMES("q"), true}, {0}},
    .required_by = (const struct am_required_by[]){{"q", AM_NAMES("s")}, {0}},
};
static const struct am_option sub_options[] = {
    {.name = "p", .type = AM_INT, .aliases = AM_NAMES("r")},
    {.name = "q", .type = AM_PATH},
    {.name = "s", .no_log = true, .default_json = "\"sss\""},
    {0},
};
static const struct am_option options[] = {
    {.name = "a", .choices = AM_NAMES("yes", "no"), .aliases = AM_NAMES("aa", "ab")},
    {.name = "b", .type = AM_BOOL, .default_json = "true"},
    {.name = "c", .type = AM_LIST, .elements = AM_ELEMENTS(AM_FLOAT)},
    {.name = "d", .type = AM_DICT, .options = sub_options, .dependencies = &sub_rules},
    {.name = "e", .type = AM_LIST, .elements = AM_ELEMENTS(AM_DICT), .options = sub_options},
    {.name = "f", .type = AM_JSONARG, .no_log = true},
    {.name = "g", .type = AM_BYTES},
    {.name = "h", .type = AM_RAW},
    {.name = "i", .type = AM_INT, .minimum = AM_LIMIT(-5), .maximum = AM_LIMIT(5)},
    {0},
};
static const struct am_spec spec = {
    .options = options,
    .required_one_of = (const am_names[]){AM_NAMES("a", "b"), NULL},
    .required_together = (const am_names[]){AM_NAMES("g", "h"), NULL},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_LIMIT)
        return 0;
    json_auto_t *params = json_loadb((const char *)data, size, 0, NULL);
    if (!json_is_object(params))
        return 0;
    auto_error struct error *err = NULL;
    auto_error struct error *unprintable = NULL;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    auto_buf struct buf text = {0};
    struct am_context context = {
        .module_name = "fuzz", .secrets = secrets, .ignore_unknown_options = size % 2};
    int status = am_spec_validate(&spec, params, &context, &err);
    must((status == 0) == !err);
    auto_free char *logged = am_log_invocation_text(&spec, params, &context);
    must(logged != NULL);
    json_auto_t *result = json_pack("{s:{s:O}}", "invocation", "module_args", params);
    if (err)
        am_result_fail(result, err);
    json_auto_t *shown = am_result_shape(result, true, secrets);
    if (am_result_text(shown, &text, &unprintable) == 0) {
        /* As Python reads it: whole numbers beyond 64 bits are none of C's integers. */
        json_auto_t *back = json_loadb(text.data, text.size, JSON_DECODE_INT_AS_REAL, NULL);
        must(json_is_object(back) && strchr(text.data + 1, '\n') == text.data + text.size - 1);
    }
    strv_clear(&context.warnings);
    return 0;
}
