/*
 * The names of signals for messages, the same with every C library: musl knows none of its own.
 * Never touches a signal.
 */
#ifndef BASE_SIGNAME_H
#define BASE_SIGNAME_H

/* "TERM" for SIGTERM; "?" for a number without a name, as all real-time signals are. Static. */
const char *signame(int number);

#endif
