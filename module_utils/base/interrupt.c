#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/signame.h"

static volatile sig_atomic_t pending_signal;
/* A pipe: the handler writes, waiters poll the other end. */
static int wake[2] = {-1, -1};
static unsigned held;

static void on_signal(int signal_number)
{
    int saved = errno;
    pending_signal = signal_number;
    if (write(wake[1], "!", 1) < 0) {
        /* The pipe is full: it is readable already. */
    }
    errno = saved;
}

void interrupt_install(void)
{
    if (wake[0] >= 0 || pipe2(wake, O_CLOEXEC | O_NONBLOCK) < 0)
        return;
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < array_length(signals); i++) {
        struct sigaction old;
        /* nohup and background jobs ignore signals on purpose: that stays. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

int interrupt_pending(void)
{
    return held ? 0 : pending_signal;
}

int interrupt_fd(void)
{
    return held ? -1 : wake[0];
}

int interrupt_check(struct error **err)
{
    if (!interrupt_pending())
        return 0;
    error_make(err, ERROR_INTERRUPTED, "stopped by signal %d (SIG%s)", (int)pending_signal,
               signame(pending_signal));
    return -1;
}

void interrupt_hold(void)
{
    held++;
}

void interrupt_release(void)
{
    held--;
}
