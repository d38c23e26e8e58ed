#include "daemon/notify.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

void notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof(address.sun_path))
        return;
    size_t length = strlen(path);
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') /* a name in the abstract namespace */
        address.sun_path[0] = '\0';
    auto_close int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)(const void *)&address,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
}

long long notify_watchdog_ms(void)
{
    enum { MICROSECONDS = 1000 };
    long long pid = 0;
    long long wanted = 0;
    const char *for_whom = getenv("WATCHDOG_PID");
    const char *text = getenv("WATCHDOG_USEC");
    if (for_whom && (!str_to_int(for_whom, 1, INT32_MAX, &pid) || pid != getpid()))
        return 0;
    if (!text || !str_to_int(text, MICROSECONDS, INT64_MAX, &wanted))
        return 0;
    return wanted / MICROSECONDS;
}
