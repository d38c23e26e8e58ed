/*
 * The two ends of a proxy under load; as cheap as possible, because they share the machine with it.
 *
 *     proxy_load serve PORT
 *     proxy_load stream ADDRESS PORT HELLO CONNECTIONS BYTES     bytes to the client, over
 * CONNECTIONS at a time proxy_load ping ADDRESS PORT HELLO CONNECTIONS ROUNDS      64 bytes there
 * and back proxy_load connect ADDRESS PORT HELLO THREADS COUNT        connect, say hello, one ping,
 * close proxy_load hold ADDRESS PORT HELLO CONNECTIONS             until standard input ends
 *
 * HELLO is a file with a ClientHello in one record. After it the client sends a request of 16
 * bytes: a letter and a number. Prints one JSON object.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST = 16, PING = 64, BLOCK = 256 * 1024, STACK = 512 * 1024, MOST = 4096 };

struct job {
    struct sockaddr_in address;
    const char *hello;
    size_t hello_size;
    char mode;
    long count;
    double *times; /* seconds of each ping */
    long failed;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int read_all(int fd, char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t got = read(fd, bytes, size);
        if (got <= 0)
            return -1;
        bytes += got;
        size -= (size_t)got;
    }
    return 0;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = write(fd, bytes, size);
        if (sent <= 0)
            return -1;
        bytes += sent;
        size -= (size_t)sent;
    }
    return 0;
}

static void no_delay(int fd)
{
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* ---- the server */

static void stream_out(int fd, long left)
{
    static const char block[BLOCK];
    while (left > 0) {
        size_t some = left < BLOCK ? (size_t)left : BLOCK;
        if (write_all(fd, block, some) < 0)
            return;
        left -= (long)some;
    }
}

static void *serve_one(void *context)
{
    int fd = (int)(long)context;
    unsigned char header[5];
    char bytes[16384 + 1];
    char request[REQUEST + 1] = "";
    no_delay(fd);
    if (read_all(fd, (char *)header, sizeof(header)) == 0 &&
        read_all(fd, bytes, (size_t)(header[3] << 8 | header[4])) == 0 &&
        read_all(fd, request, REQUEST) == 0) {
        if (request[0] == 'S')
            stream_out(fd, atol(request + 1));
        while (request[0] == 'P' && read_all(fd, bytes, PING) == 0 &&
               write_all(fd, bytes, PING) == 0)
            ;
    }
    close(fd);
    return NULL;
}

static int serve(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;
    pthread_attr_t attributes;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, MOST) < 0)
        return 1;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    puts("ready");
    fflush(stdout);
    for (;;) {
        pthread_t thread;
        int client = accept(fd, NULL, NULL);
        if (client >= 0 &&
            pthread_create(&thread, &attributes, serve_one, (void *)(long)client) != 0)
            close(client);
    }
}

/* ---- the client */

static int open_client(const struct job *job, char mode, long number)
{
    char request[REQUEST + 1] = "";
    snprintf(request, sizeof(request), "%c%ld", mode, number);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    no_delay(fd);
    if (connect(fd, (const struct sockaddr *)&job->address, sizeof(job->address)) < 0 ||
        write_all(fd, job->hello, job->hello_size) < 0 || write_all(fd, request, REQUEST) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int ping(int fd)
{
    char bytes[PING] = "ping";
    return write_all(fd, bytes, PING) == 0 && read_all(fd, bytes, PING) == 0 ? 0 : -1;
}

static void run_stream(struct job *job)
{
    char *bytes = malloc(BLOCK);
    int fd = open_client(job, 'S', job->count);
    long got = 0;
    ssize_t some = 0;
    while (fd >= 0 && (some = read(fd, bytes, BLOCK)) > 0)
        got += some;
    job->failed = got != job->count;
    close(fd);
    free(bytes);
}

static void run_ping(struct job *job)
{
    int fd = open_client(job, 'P', 0);
    job->failed = fd < 0 || ping(fd) < 0; /* warm */
    for (long i = 0; i < job->count && !job->failed; i++) {
        double begin = now();
        job->failed = ping(fd) < 0;
        job->times[i] = now() - begin;
    }
    close(fd);
}

static void run_connect(struct job *job)
{
    for (long i = 0; i < job->count; i++) {
        double begin = now();
        int fd = open_client(job, 'P', 0);
        job->failed += fd < 0 || ping(fd) < 0;
        close(fd);
        job->times[i] = now() - begin;
    }
}

static void *run(void *context)
{
    struct job *job = context;
    if (job->mode == 's')
        run_stream(job);
    else if (job->mode == 'p')
        run_ping(job);
    else
        run_connect(job);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static int hold(const struct job *job, int connections)
{
    for (int i = 0; i < connections; i++) {
        int fd = open_client(job, 'P', 0);
        if (fd < 0 || ping(fd) < 0)
            return 1;
    }
    puts("ready");
    fflush(stdout);
    return getchar() == EOF ? 0 : 0;
}

static int measure(const struct job *model, int threads)
{
    pthread_t *ids = calloc((size_t)threads, sizeof(*ids));
    struct job *jobs = calloc((size_t)threads, sizeof(*jobs));
    size_t total = (size_t)threads * (size_t)(model->mode == 's' ? 1 : model->count);
    double *times = calloc(total, sizeof(*times));
    long failed = 0;
    double begin = now();
    for (int i = 0; i < threads; i++) {
        jobs[i] = *model;
        jobs[i].times = times + (model->mode == 's' ? 0 : (long)i * model->count);
        if (pthread_create(&ids[i], NULL, run, &jobs[i]) != 0)
            return 1;
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        failed += jobs[i].failed;
    }
    double seconds = now() - begin;
    qsort(times, total, sizeof(*times), by_size);
    printf("{\"seconds\": %.6f, \"failed\": %ld, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", seconds,
           failed, times[total / 2] * 1e6, times[total * 99 / 100] * 1e6);
    free(ids);
    free(jobs);
    free(times);
    return failed > 0;
}

int main(int argc, char **argv)
{
    static char hello[16384];
    signal(SIGPIPE, SIG_IGN);
    if (argc == 3 && strcmp(argv[1], "serve") == 0)
        return serve(atoi(argv[2]));
    if (argc < 6)
        return 2;
    struct job job = {.hello = hello, .mode = argv[1][0], .count = argc > 6 ? atol(argv[6]) : 1};
    job.address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[3]))};
    inet_pton(AF_INET, argv[2], &job.address.sin_addr);
    FILE *file = fopen(argv[4], "rb");
    if (!file)
        return 2;
    job.hello_size = fread(hello, 1, sizeof(hello), file);
    fclose(file);
    return job.mode == 'h' ? hold(&job, atoi(argv[5])) : measure(&job, atoi(argv[5]));
}
