#include "base/buf.h"
#include "daemon/metrics.h"

#define PREFIX "magnum_cluster_api_proxy_"

static void head(struct buf *text, const char *name, const char *type, const char *help)
{
    buf_printf(text, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

static void gauge(struct buf *text, const char *name, unsigned long long value, const char *help)
{
    head(text, name, "gauge", help);
    buf_printf(text, PREFIX "%s %llu\n", name, value);
}

static void counter(struct buf *text, const char *name, unsigned long long value, const char *help)
{
    head(text, name, "counter", help);
    buf_printf(text, PREFIX "%s %llu\n", name, value);
}

enum number { OPENED, FAILED, BYTES_IN, BYTES_OUT, OPEN, UP };

static unsigned long long number_of(const struct backend *backend, enum number number)
{
    switch (number) {
    case OPENED:
        return backend->opened;
    case FAILED:
        return backend->failed;
    case BYTES_IN:
        return backend->bytes_in;
    case BYTES_OUT:
        return backend->bytes_out;
    case OPEN:
        return backend->connections;
    case UP:
        return backend->verdict.state == HEALTH_UP;
    }
    return 0;
}

/* Names of clusters are DNS labels: nothing in them needs an escape. */
static void of_clusters(struct buf *text, const struct backends *backends)
{
    static const struct {
        const char *name;
        const char *type;
        const char *help;
        enum number number;
    } rows[] = {
        {"cluster_up", "gauge", "1: the last probes succeeded", UP},
        {"cluster_connections", "gauge", "Open connections", OPEN},
        {"cluster_connections_total", "counter", "Connections relayed", OPENED},
        {"cluster_connect_failures_total", "counter", "Clients told that it does not answer",
         FAILED},
        {"cluster_received_bytes_total", "counter", "Bytes from clients", BYTES_IN},
        {"cluster_sent_bytes_total", "counter", "Bytes to clients", BYTES_OUT},
    };
    for (size_t row = 0; row < array_length(rows); row++) {
        head(text, rows[row].name, rows[row].type, rows[row].help);
        for (size_t i = 0; i < backends->count; i++)
            buf_printf(text, PREFIX "%s{cluster=\"%s\"} %llu\n", rows[row].name,
                       backends->items[i]->cluster,
                       number_of(backends->items[i], rows[row].number));
    }
}

static void of_control(struct buf *text, struct exchange *exchange)
{
    struct control_report report = exchange_report(exchange);
    counter(text, "cycles_total", report.cycles, "Cycles of the control thread");
    counter(text, "api_errors_total", report.api_errors,
            "Requests to the Kubernetes API that failed");
    counter(text, "api_writes_total", report.writes, "Objects created, changed or deleted");
    gauge(text, "last_successful_cycle_timestamp_seconds",
          (unsigned long long)report.last_success_unix, "When the last cycle without error ended");
    gauge(text, "last_cycle_milliseconds", report.last_cycle_ms, "How long the last cycle took");
}

char *metrics_text(const struct server *server)
{
    struct buf text = {0};
    unsigned long long healthy = 0;
    for (size_t i = 0; i < server->backends.count; i++)
        healthy += server->backends.items[i]->verdict.state == HEALTH_UP;
    gauge(&text, "clusters", server->backends.count, "Clusters that qualify");
    gauge(&text, "clusters_healthy", healthy, "Clusters that answer");
    gauge(&text, "connections", server->others.count, "Open connections that chose a cluster");
    gauge(&text, "connections_waiting", server->waiting.count,
          "Open connections that did not say yet what they want");
    gauge(&text, "pipes", server->pool.made, "Pipes, used or kept for use");
    counter(&text, "accepted_total", server->accepted, "Connections accepted");
    counter(&text, "relayed_total", server->relayed, "Connections that reached a cluster");
    counter(&text, "idle_closed_total", server->closed_idle, "Connections closed for being idle");
    head(&text, "refused_total", "counter", "Clients sent away");
    for (unsigned i = 0; i < REFUSED_KINDS; i++)
        buf_printf(&text, PREFIX "refused_total{reason=\"%s\"} %llu\n",
                   refusal_word((enum refusal)i), server->refused[i]);
    of_clusters(&text, &server->backends);
    of_control(&text, server->exchange);
    return buf_steal(&text);
}
