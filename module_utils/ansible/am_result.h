/*
 * The only writer of standard output. Brings a result into the shape that ansible-core 2.16 to
 * 2.21 read without surprises, removes the secrets, and writes it as one line of ASCII JSON.
 */
#ifndef ANSIBLE_AM_RESULT_H
#define ANSIBLE_AM_RESULT_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_secrets.h"
#include "base/buf.h"
#include "base/error.h"

/* Puts what ERROR says into RESULT, an object: failed, msg, the keys of its detail, "status" of a
 * server's answer, "errno" of a system call, "exception" of a defect. failed and msg are ours. */
void am_result_fail(json_t *result, const struct error *error);

/*
 * RESULT as it may be shown, owned; RESULT itself is changed. changed is a boolean, msg, stdout
 * and stderr are strings, warnings a list of distinct strings or absent. Gone are: keys that mean
 * something else to Ansible (results becomes ansible_module_results, as Ansible itself would
 * call it), diff unless DIFF and changed, rc of a success unless 0, and bytes that are no UTF-8.
 * The key __ansible_type, at any level, becomes __ansible_type__. All strings are scrubbed. The msg
 * of a failure that is longer than 16,000 bytes loses its middle.
 */
json_t *am_result_shape(json_t *result, bool diff, const struct am_secrets *secrets) must_check;

/* Appends "\n{…}\n" to TEXT. ERROR_USAGE when RESULT is nested too deeply to be written. */
int am_result_text(const json_t *result, struct buf *text, struct error **err) must_check;

/* Writes LENGTH bytes to FD, which may be non-blocking. A reader that has gone is an ERROR_IO, not
 * a SIGPIPE. */
int am_result_send(int fd, const char *bytes, size_t length, struct error **err) must_check;

#endif
