/* One attempt of a job in libcurl's terms. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/client_priv.h"

enum {
    RECEIVE_BUFFER = 16 * 1024, /* one TLS record; there is one for each request in flight */
    UPLOAD_BUFFER = 16 * 1024,
    FILE_BUFFER = 256 * 1024,
    HEADERS_MAX = 256 * 1024,
};

/* ---- callbacks */

static void touch(struct transfer *transfer)
{
    const struct http_request *request = &transfer->job->request;
    if (!request->stream && !request->file)
        return;
    long idle =
        request->timeout_ms ? request->timeout_ms : transfer->client->options.request_timeout_ms;
    transfer->idle_deadline = clock_deadline_ms(idle);
}

static size_t upload_file(struct transfer *transfer, char *out, size_t length)
{
    const struct http_file *file = transfer->job->request.file;
    unsigned long long left = file->size - transfer->sent;
    if (length > left)
        length = (size_t)left;
    if (!length)
        return 0;
    ssize_t got = pread(file->fd, out, length, (off_t)transfer->sent);
    if (got <= 0) {
        transfer->stop = STOP_FILE;
        return CURL_READFUNC_ABORT;
    }
    touch(transfer);
    transfer->sent += (unsigned long long)got;
    return (size_t)got;
}

static size_t on_upload(char *out, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const struct buf *body = &transfer->job->request.body;
    size_t length = size * count;
    if (transfer->job->request.file)
        return upload_file(transfer, out, length);
    if (length > body->size - transfer->sent)
        length = body->size - transfer->sent;
    if (length)
        memcpy(out, body->data + transfer->sent, length);
    transfer->sent += length;
    return length;
}

/*
 * libcurl rewinds to repeat a request on a fresh connection when a kept one turned out dead. The
 * server may have carried the request out nevertheless, and only the giver of the job knows
 * whether that matters: once bytes have left, the attempt fails instead.
 */
static int on_rewind(void *context, curl_off_t offset, int origin)
{
    struct transfer *transfer = context;
    return transfer->sent == 0 && offset == 0 && origin == SEEK_SET ? CURL_SEEKFUNC_OK
                                                                    : CURL_SEEKFUNC_FAIL;
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct http_response *response = &transfer->job->response;
    size_t length = size * count;
    touch(transfer);
    transfer->header_bytes += length;
    if (transfer->header_bytes > HEADERS_MAX) {
        transfer->stop = STOP_HEADERS;
        return 0;
    }
    if (length >= 5 && strncmp(line, "HTTP/", 5) == 0) {
        /* The headers of an interim answer (1xx) are not those of the final one. */
        strv_clear(&response->headers);
        return length;
    }
    char *text = str_trim(xmemdup(line, length));
    if (*text)
        strv_add_take(&response->headers, text);
    else
        mem_cleanup_free(&text);
    return length;
}

static size_t keep_body(struct transfer *transfer, const char *bytes, size_t length)
{
    size_t max = transfer->client->options.max_body;
    struct buf *body = &transfer->job->response.body;
    if (length > max - body->size) {
        transfer->stop = STOP_BODY;
        return 0;
    }
    curl_off_t announced = -1;
    if (!body->size)
        curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0 && (unsigned long long)announced <= max)
        buf_reserve(body, (size_t)announced);
    buf_add(body, bytes, length);
    return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    touch(transfer);
    transfer->received += length;
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (!transfer->job->request.stream || status < 200 || status > 299)
        return keep_body(transfer, bytes, length);
    transfer->job->response.status = (int)status;
    const struct http_work *work = transfer->work;
    if (work->data && !work->data(work->context, transfer->job, bytes, length)) {
        transfer->stop = STOP_WANTED;
        return 0;
    }
    return length;
}

/* ---- life */

static void setup_protocol(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Wait for the connection that is being opened, then share it. */
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
}

static void setup_callbacks(CURL *easy, struct transfer *transfer)
{
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->cause);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_upload);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
}

struct transfer *transfer_new(struct http_client *client)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        return NULL;
    struct transfer *transfer = xcalloc(1, sizeof(*transfer));
    transfer->client = client;
    transfer->easy = easy;
    setup_protocol(easy);
    setup_callbacks(easy, transfer);
    trust_setup(easy, client);
    if (!client->options.no_compression)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    const char *agent = client->options.user_agent;
    curl_easy_setopt(easy, CURLOPT_USERAGENT, agent ? agent : HTTP_USER_AGENT);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, client->options.connect_timeout_ms);
    return transfer;
}

void transfer_reset(struct transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->connect_to);
    *transfer = (struct transfer){.client = transfer->client, .easy = transfer->easy};
}

void transfer_free(struct transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    transfer_reset(transfer);
    free(transfer);
}

/* ---- one attempt */

static void add_line(struct curl_slist **list, const char *line)
{
    /* Never NULL: libcurl allocates through base/mem.h. */
    *list = curl_slist_append(*list, line);
}

static bool has_header(const struct strv *headers, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < headers->count; i++)
        if (strncasecmp(headers->items[i], name, length) == 0 && headers->items[i][length] == ':')
            return true;
    return false;
}

static void add_header(struct curl_slist **list, const char *line)
{
    size_t name = strcspn(line, ":");
    if (line[name] && !line[name + 1 + strspn(line + name + 1, " \t")]) {
        /* libcurl removes "Name:" and sends "Name;" as an empty header. */
        auto_free char *empty = xasprintf("%.*s;", (int)name, line);
        add_line(list, empty);
        return;
    }
    add_line(list, line);
}

static void prepare_headers(struct transfer *transfer)
{
    const struct http_request *request = &transfer->job->request;
    for (size_t i = 0; i < request->headers.count; i++)
        add_header(&transfer->headers, request->headers.items[i]);
    /* libcurl would hold back a large body for a second, waiting for "100 Continue". */
    add_line(&transfer->headers, "Expect:");
    if ((request->has_body || request->file) && !has_header(&request->headers, "Content-Type"))
        add_line(&transfer->headers, "Content-Type:");
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

static void prepare_method(CURL *easy, const struct http_request *request)
{
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE,
                     (long)(request->file ? FILE_BUFFER : UPLOAD_BUFFER));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->file) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->file->size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->file->size ? NULL : "");
    } else if (request->has_body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        /* Without this libcurl asks the read callback; for an empty body it must not. */
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.size ? NULL : "");
    } else if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
}

static void prepare_times(struct transfer *transfer)
{
    const struct http_request *request = &transfer->job->request;
    long whole =
        request->timeout_ms ? request->timeout_ms : transfer->client->options.request_timeout_ms;
    /* A stream may last as long as it is not silent, a file as long as it moves: see touch. */
    bool open_ended = request->stream || request->file;
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, open_ended ? 0L : whole);
    touch(transfer);
}

int transfer_prepare(struct transfer *transfer, struct http_job *job, const struct http_work *work,
                     struct error **err)
{
    transfer->job = job;
    transfer->work = work;
    http_response_clear(&job->response);
    if (target_prepare(transfer, err) < 0)
        return -1;
    prepare_method(transfer->easy, &job->request);
    prepare_headers(transfer);
    prepare_times(transfer);
    return 0;
}
