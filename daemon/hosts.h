/*
 * Names of clusters in a hosts file, on a host outside the management cluster that forwards: a
 * block between two marks, everything else stays as it is.
 */
#ifndef DAEMON_HOSTS_H
#define DAEMON_HOSTS_H

#include "base/error.h"
#include "base/strv.h"

/* Which names get which address. Everything is borrowed. */
struct hosts {
    const char *address;
    const char *namespace_;
    const struct strv *clusters;
};

/* TEXT with the block that HOSTS asks for in place of the one in it, owned; without clusters there
 * is no block. Of a block without an end only the first mark goes: what follows may be anybody's.
 */
char *hosts_render(const char *text, const struct hosts *hosts) must_check;

/*
 * Makes the file PATH what hosts_render says. It is written in place: the right to write it is
 * enough, and it stays the same file, of the same owner. One that is not there is made. 1 when it
 * was written, 0 when there was nothing to do. ERROR_IO.
 */
int hosts_keep(const char *path, const struct hosts *hosts, struct error **err) must_check;

#endif
