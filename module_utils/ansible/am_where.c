#include "ansible/am_where.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* One list or object that is open: where its current name stands, or which item it is at. */
struct open {
    bool list;
    size_t index;
    const char *name; /* in the text, NULL before the first one */
    size_t length;
};

struct stack {
    struct open *items;
    size_t count;
};

static void push(struct stack *stack, bool list)
{
    stack->items = xreallocarray(stack->items, stack->count + 1, sizeof(struct open));
    stack->items[stack->count++] = (struct open){.list = list};
}

/* The byte behind the string that opens at AT. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at < end ? at + 1 : end;
}

/* A string is a name when a colon follows. */
static const char *read_string(struct stack *stack, const char *at, const char *end)
{
    const char *behind = skip_string(at, end);
    const char *next = behind;
    while (next < end && strchr(" \t\r\n", *next))
        next++;
    if (next < end && *next == ':' && stack->count) {
        struct open *top = &stack->items[stack->count - 1];
        top->name = at + 1;
        top->length = (size_t)(behind - at) - 2;
    }
    return behind;
}

static void read_char(struct stack *stack, char c)
{
    if (c == '{' || c == '[')
        push(stack, c == '[');
    else if ((c == '}' || c == ']') && stack->count)
        stack->count--;
    else if (c == ',' && stack->count)
        stack->items[stack->count - 1].index++;
}

static char *path_of(const struct stack *stack)
{
    struct buf path;
    buf_init(&path);
    for (size_t i = 0; i < stack->count; i++) {
        const struct open *open = &stack->items[i];
        if (open->list) {
            buf_printf(&path, "[%zu]", open->index);
        } else if (open->name) {
            buf_add_str(&path, path.size ? "." : "");
            buf_add(&path, open->name, open->length);
        }
    }
    return buf_steal(&path);
}

char *am_where_path(const char *text, size_t position)
{
    struct stack stack = {0};
    const char *at = text;
    const char *end = text + position;
    while (at < end) {
        if (*at == '"')
            at = read_string(&stack, at, end);
        else
            read_char(&stack, *at++);
    }
    char *path = path_of(&stack);
    mem_cleanup_free(&stack.items);
    return path;
}
