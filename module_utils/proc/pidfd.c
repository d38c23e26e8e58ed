#include "proc/pidfd.h"

#include <sys/syscall.h>
#include <unistd.h>

int pidfd_of(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0U);
#else
    (void)pid;
    return -1;
#endif
}
