/*
 * Any bytes as what Ansible hands over: the end of the value in a stream, the parser, the place of
 * an error.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ansible/am_args.h"
#include "ansible/am_input.h"
#include "ansible/am_where.h"
#include "base/buf.h"
#include "base/mem.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

/* What a stream gives is a part of it from the start. */
static void read_stream(const uint8_t *data, size_t size)
{
    auto_error struct error *err = NULL;
    auto_buf struct buf text = {0};
    auto_close int fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    must(am_input_stream(fd, INPUT_LIMIT, &text, &err) == 0);
    must(text.size <= size && (!text.size || memcmp(text.data, data, text.size) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_LIMIT)
        return 0;
    auto_error struct error *err = NULL;
    cleanup_with(am_args_clear) struct am_args args = {0};
    auto_free char *text = xmemdup(data, size);
    read_stream(data, size);
    if (am_args_parse(text, size, &args, &err) == 0) {
        struct am_context context = {0};
        must(!err && json_is_object(args.params) && json_is_object(args.internal));
        am_args_describe(&args, "fuzz", &context);
        must(context.module_name && context.version && context.verbosity >= 0);
    } else {
        must(err && err->kind == ERROR_PARSE && !args.params);
    }
    auto_free char *path = am_where_path(text, size);
    must(path != NULL);
    return 0;
}
