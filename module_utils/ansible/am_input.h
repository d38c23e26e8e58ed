/*
 * The bytes of the arguments on standard input. Does not understand them but for one thing: it
 * sees where the JSON value ends, because some connections never close the pipe.
 */
#ifndef ANSIBLE_AM_INPUT_H
#define ANSIBLE_AM_INPUT_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Appends to TEXT what comes from FD, blocking or not, until the JSON value at its start is
 * complete, a line without any has ended, or the other side closes. A first line that starts with
 * "#!" does not count. More than LIMIT bytes are an ERROR_USAGE; ERROR_INTERRUPTED when a signal
 * arrives meanwhile.
 */
int am_input_stream(int fd, size_t limit, struct buf *text, struct error **err) must_check;

#endif
