/*
 * The last words of a module that cannot go on: a fatal signal or no memory. Ansible then still
 * gets one JSON object, unless the result was already on its way. No core file is left, because
 * secrets are in memory.
 */
#ifndef ANSIBLE_AM_CRASH_H
#define ANSIBLE_AM_CRASH_H

/* Prepares the last words of the module NAME, a word without characters that JSON escapes, and
 * installs the handlers and the out-of-memory hook. Call once, from main. */
void am_crash_guard(const char *name);

/* From now on the last words say "changed": true, since nobody knows how far the work got. */
void am_crash_working(void);

/* The result is about to be written: no last words from now on. */
void am_crash_disarm(void);

#endif
