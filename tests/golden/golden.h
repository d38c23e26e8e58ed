/*
 * What the programs behind golden folders share. A folder holds `input` and what is expected of it.
 */
#ifndef GOLDEN_GOLDEN_H
#define GOLDEN_GOLDEN_H

#include <stdbool.h>

#include "base/buf.h"

/* Adds the file NAME of DIRECTORY to BYTES; false when there is none. */
bool golden_read(const char *directory, const char *name, struct buf *bytes);

/* Compares GOT with the file NAME, which need not exist when nothing is expected; prints both when
 * they differ. */
bool golden_matches(const char *directory, const char *name, const char *got);

#endif
