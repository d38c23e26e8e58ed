/*
 * Walking an object that is const. jansson's iterators want a non-const object although they
 * only read it.
 */
#ifndef ANSIBLE_AM_ITER_H
#define ANSIBLE_AM_ITER_H

#include <jansson.h>
#include <stdint.h>

/* VALUE without const, for json_object_foreach only. */
static inline json_t *am_iter(const json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

#endif
