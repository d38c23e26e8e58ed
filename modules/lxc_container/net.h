/*
 * The network of a running container, looked at from inside of its network namespace and without a
 * process: liblxc would fork for it.
 */
#ifndef LXC_CONTAINER_NET_H
#define LXC_CONTAINER_NET_H

#include <sys/types.h>

#include "base/error.h"
#include "base/strv.h"

/*
 * Adds the names of the interfaces and the addresses: without those of lo, without IPv6 addresses
 * that mean something on one link alone, as liblxc's get_ips() with scope 0. INTERFACE and FAMILY
 * (AF_INET, AF_INET6) restrict the addresses; NULL and 0: all. Either vector may be NULL.
 * ERROR_IO when the namespace of INIT cannot be entered, or cannot be left: then the process must
 * not go on.
 */
int net_look(pid_t init, const char *interface, int family, struct strv *interfaces,
             struct strv *addresses, struct error **err) must_check;

#endif
