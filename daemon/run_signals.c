#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon/run_priv.h"

static void reload(struct daemon *daemon)
{
    auto_error struct error *error = NULL;
    log_line(LOG_LEVEL_INFO, "reloading");
    if (daemon->server.config->routes && run_read_routes(daemon, &error) < 0)
        log_line(LOG_LEVEL_ERROR, "keeping the clusters as they are: %s", error->message);
    exchange_set_reload(daemon->server.exchange);
    watch_rescan(daemon->watch);
}

static void on_signals(struct loop_source *source, uint32_t events)
{
    struct daemon *daemon = container_of(source, struct daemon, signals);
    struct signalfd_siginfo info;
    (void)events;
    while (read(source->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            run_leave(daemon);
        else if (info.ssi_signo == SIGHUP)
            reload(daemon);
        else if (info.ssi_signo == SIGUSR2)
            run_start_successor(daemon);
        else if (info.ssi_signo == SIGCHLD)
            run_reap(daemon);
        else if (info.ssi_signo == SIGUSR1 && daemon->successor > 0 &&
                 info.ssi_pid == (uint32_t)daemon->successor)
            run_hand_over(daemon);
    }
}

int run_take_signals(struct daemon *daemon, struct error **err)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < array_length(numbers); i++)
        sigaddset(&set, numbers[i]);
    signal(SIGPIPE, SIG_IGN); /* splice knows no MSG_NOSIGNAL */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    daemon->signals = (struct loop_source){
        .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .ready = on_signals,
    };
    if (daemon->signals.fd < 0) {
        error_make_errno(err, errno, "signalfd");
        return -1;
    }
    return loop_add(&daemon->server.loop, &daemon->signals, EPOLLIN, err);
}
