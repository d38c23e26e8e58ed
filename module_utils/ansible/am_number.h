/* Numbers and sizes in text, by Python's and Ansible's grammars. */
#ifndef ANSIBLE_AM_NUMBER_H
#define ANSIBLE_AM_NUMBER_H

#include <stdbool.h>

#include "base/compiler.h"

/* An integer as Python's Decimal reads it: blanks around, a sign, "_" anywhere, "1.0", "1e3".
 * False when TEXT has a fraction, is no number or lies beyond 64 bits. */
bool am_number_int(const char *text, long long *number) must_check;

/* A number as Python's float() reads it; false for nan, inf and what rounds to them. */
bool am_number_float(const char *text, double *number) must_check;

/* "10", "1.5K", "2 MB", "3kilobyte", in powers of 1024, rounded half to even. BITS: "Kb" and
 * "kilobit" instead of "KB" and "kilobyte". False also beyond 64 bits. */
bool am_number_size(const char *text, bool bits, long long *number) must_check;

#endif
