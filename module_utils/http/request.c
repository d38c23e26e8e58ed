#include "http/request.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

void http_request_init(struct http_request *request, const char *method, char *url_take)
{
    *request = (struct http_request){.method = method, .url = url_take};
}

void http_request_clear(struct http_request *request)
{
    mem_cleanup_free(&request->url);
    strv_clear(&request->headers);
    buf_clear(&request->body);
    *request = (struct http_request){0};
}

void http_request_header(struct http_request *request, const char *name, const char *value)
{
    /* A line break would let a value add headers of its own. */
    strv_printf(&request->headers, "%s: %.*s", name, (int)strcspn(value, "\r\n"), value);
}

void http_response_init(struct http_response *response)
{
    *response = (struct http_response){0};
}

void http_response_clear(struct http_response *response)
{
    buf_clear(&response->body);
    strv_clear(&response->headers);
    mem_cleanup_free(&response->reason);
    *response = (struct http_response){0};
}

const char *http_response_header(const struct http_response *response, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < response->headers.count; i++) {
        const char *line = response->headers.items[i];
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " \t");
    }
    return NULL;
}

static const struct status_row {
    int status;
    const char *phrase;
} status_table[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "Request URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {511, "Network Authentication Required"},
};

const char *http_status_phrase(int status)
{
    for (size_t i = 0; i < array_length(status_table); i++)
        if (status_table[i].status == status)
            return status_table[i].phrase;
    return "";
}
