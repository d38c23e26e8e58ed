#include "lxc_container/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

static void add_address(const struct ifaddrs *entry, struct strv *addresses)
{
    char text[INET6_ADDRSTRLEN];
    const void *bytes = NULL;
    if (entry->ifa_addr->sa_family == AF_INET) {
        struct sockaddr_in address;
        memcpy(&address, entry->ifa_addr, sizeof(address));
        bytes = &address.sin_addr;
        if (inet_ntop(AF_INET, bytes, text, sizeof(text)))
            strv_add(addresses, text);
        return;
    }
    struct sockaddr_in6 address;
    memcpy(&address, entry->ifa_addr, sizeof(address));
    bytes = &address.sin6_addr;
    if (address.sin6_scope_id == 0 && inet_ntop(AF_INET6, bytes, text, sizeof(text)))
        strv_add(addresses, text);
}

static bool counts(const struct ifaddrs *entry, const char *interface, int family)
{
    if (!entry->ifa_addr)
        return false;
    int own = entry->ifa_addr->sa_family;
    if ((own != AF_INET && own != AF_INET6) || (family && own != family))
        return false;
    return interface ? str_equal(entry->ifa_name, interface) : !str_equal(entry->ifa_name, "lo");
}

static int list(const char *interface, int family, struct strv *interfaces, struct strv *addresses)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) < 0)
        return -1;
    for (const struct ifaddrs *entry = all; entry; entry = entry->ifa_next) {
        if (interfaces)
            strv_add_once(interfaces, entry->ifa_name);
        if (addresses && counts(entry, interface, family))
            add_address(entry, addresses);
    }
    freeifaddrs(all);
    return 0;
}

static bool same_namespace(int a, int b)
{
    struct stat one;
    struct stat two;
    return fstat(a, &one) == 0 && fstat(b, &two) == 0 && one.st_ino == two.st_ino &&
           one.st_dev == two.st_dev;
}

int net_look(pid_t init, const char *interface, int family, struct strv *interfaces,
             struct strv *addresses, struct error **err)
{
    auto_free char *path = xasprintf("/proc/%d/ns/net", (int)init);
    auto_close int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    auto_close int theirs = open(path, O_RDONLY | O_CLOEXEC);
    bool same = own >= 0 && theirs >= 0 && same_namespace(own, theirs);
    if (own < 0 || theirs < 0 || (!same && setns(theirs, CLONE_NEWNET) < 0)) {
        error_make_errno(err, errno, "cannot look at the network of process %d", (int)init);
        return -1;
    }
    int result = list(interface, family, interfaces, addresses);
    int code = errno;
    if (!same && setns(own, CLONE_NEWNET) < 0) {
        error_make_errno(err, errno, "cannot leave the network of process %d", (int)init);
        return -1;
    }
    if (result < 0)
        error_make_errno(err, code, "cannot list the interfaces of process %d", (int)init);
    return result;
}
