/*
 * What every unit test includes: cmocka with the headers that it wants before itself, and asserts
 * for our error type.
 */
#ifndef SUPPORT_UNIT_H
#define SUPPORT_UNIT_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/error.h"
#include "base/mem.h"

/* Fails the test, with the message, when there is an error. */
#define assert_no_error(ERROR)                                                                     \
    do {                                                                                           \
        if ((ERROR) != NULL)                                                                       \
            fail_msg("error: %s", (ERROR)->message);                                               \
    } while (0)

/* *ERROR must be an error of KIND whose message holds PART. Clears it. */
#define assert_error(ERROR, KIND, PART)                                                            \
    do {                                                                                           \
        assert_non_null(*(ERROR));                                                                 \
        if (!strstr((*(ERROR))->message, (PART)))                                                  \
            fail_msg("\"%s\" is not in \"%s\"", (PART), (*(ERROR))->message);                      \
        assert_int_equal((*(ERROR))->kind, (KIND));                                                \
        error_clear(ERROR);                                                                        \
    } while (0)

#endif
