/*
 * What Ansible modules write into the system log of the target: that they were invoked, and how.
 * Never a secret, nothing at all when the task says no_log.
 */
#ifndef ANSIBLE_AM_LOG_H
#define ANSIBLE_AM_LOG_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "base/compiler.h"

/* "Invoked with a=1 b=…" for the validated PARAMS of SPEC, or "Invoked", owned and scrubbed. A
 * password-like name whose option does not say no_log adds a warning to CONTEXT. */
char *am_log_invocation_text(const struct am_spec *spec, const json_t *params,
                             struct am_context *context) must_check;

/* Writes the invocation to syslog, unless CONTEXT says no_log. */
void am_log_invocation(const struct am_spec *spec, const json_t *params,
                       struct am_context *context);

/* Writes the warnings of CONTEXT to syslog, unless it says no_log. */
void am_log_warnings(const struct am_context *context);

/* TEXT with the password of every "user:password@" starred out, owned. */
char *am_log_sanitize(const char *text) must_check;

/* Whether NAME looks like the name of a password: "db_pass", "passwd", "pass-phrase file". */
bool am_log_is_password_name(const char *name);

#endif
