#include "yaml/ym_read.h"

#include <string.h>

#include "base/mem.h"
#include "yaml/ym_input_priv.h"
#include "yaml/ym_json_priv.h"
#include "yaml/ym_stream_priv.h"
#include "yaml/ym_yaml_priv.h"

static bool starts_like_json(const struct ym_input *input)
{
    for (size_t i = 0; i < input->size && input->text[i]; i++)
        if (!strchr(" \t\r\n", input->text[i]))
            return input->text[i] == '{' || input->text[i] == '[';
    return false;
}

/* What JSON left over, as YAML: a stream may change its notation at a separator. */
static int read_rest(struct ym_stream *stream, const struct ym_input *input, size_t from)
{
    size_t line = ym_place_of(input->text, from).line;
    return ym_yaml_read(stream, input->text + from, input->size - from, line);
}

/*
 * "{" may begin JSON or a flow mapping, "[" a list of either. As with kubectl 1.33 what fails as
 * JSON is tried as YAML, and when that fails too it is the JSON reader's word that counts; of a
 * list, which YAML writes in the same way, the YAML reader's.
 */
static int read_json_or_yaml(struct ym_stream *stream, const struct ym_input *input)
{
    size_t used = 0;
    bool syntax = false;
    int result = ym_json_read(stream, input->text, input->size, &used, &syntax);
    if (result == 1)
        return read_rest(stream, input, used);
    if (result == 0 || !syntax)
        return result;
    auto_error struct error *as_yaml = NULL;
    struct ym_stream second = *stream;
    second.err = &as_yaml;
    if (read_rest(&second, input, used) == 0) {
        error_clear(stream->err);
        return 0;
    }
    if (input->text[used] == '[') {
        error_clear(stream->err);
        error_move_take(stream->err, steal_ptr(as_yaml));
    }
    return -1;
}

static int read_stream(struct ym_stream *stream, const char *bytes, size_t size)
{
    struct ym_input input;
    int result = ym_input_init(&input, bytes, size, stream);
    if (result == 0)
        result = starts_like_json(&input) ? read_json_or_yaml(stream, &input)
                                          : ym_yaml_read(stream, input.text, input.size, 1);
    ym_input_clear(&input);
    return result;
}

static json_t *read_all(const char *bytes, size_t size, const struct ym_stream *settings,
                        struct error **err)
{
    auto_error struct error *failure = NULL;
    json_auto_t *documents = json_array();
    struct ym_stream stream = *settings;
    stream.documents = documents;
    stream.err = &failure;
    if (read_stream(&stream, bytes, size) == 0)
        return steal_ptr(documents);
    error_move_take(err, steal_ptr(failure));
    return NULL;
}

json_t *ym_read(const char *bytes, size_t size, const char *source, struct strv *warnings,
                struct error **err)
{
    struct ym_stream stream = {.source = source, .warnings = warnings};
    return read_all(bytes, size, &stream, err);
}

json_t *ym_read_core(const char *bytes, size_t size, const char *source, struct strv *warnings,
                     struct error **err)
{
    struct ym_stream stream = {.source = source, .warnings = warnings, .core = true};
    return read_all(bytes, size, &stream, err);
}
