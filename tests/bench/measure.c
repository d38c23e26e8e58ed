/*
 * measure FILE PROGRAM ARGUMENT…: runs PROGRAM and writes its wall time in seconds, its peak
 * memory in kilobytes and its exit status into FILE, as JSON.
 *
 * A child's peak memory counts from that of the process it was forked from, so whoever forks must
 * be small. A Python interpreter is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    if (argc < 3)
        return 2;
    double begin = now();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return 1;
    double seconds = now() - begin;
    FILE *file = fopen(argv[1], "w");
    if (!file)
        return 1;
    fprintf(file, "{\"seconds\": %.6f, \"kilobytes\": %ld, \"status\": %d}\n", seconds,
            usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(file) == 0 ? 0 : 1;
}
