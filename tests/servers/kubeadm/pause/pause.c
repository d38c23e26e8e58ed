/*
 * Holds the namespaces of a Pod: sleeps until it is told to end, and reaps what the Pod leaves
 * behind. With -v it ends at once: before an upgrade kubeadm runs a Job of that, to see whether
 * Pods start.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void finish(int number)
{
    (void)number;
    _exit(0);
}

static void reap(int number)
{
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "-v") == 0)
        return 0;
    signal(SIGINT, finish);
    signal(SIGTERM, finish);
    signal(SIGCHLD, reap);
    for (;;)
        pause();
}
