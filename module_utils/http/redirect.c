#include "http/redirect.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

char *http_redirect(const struct http_job *job)
{
    const char *url = job->request.url;
    int status = job->response.status;
    const char *target = http_response_header(&job->response, "Location");
    bool moved = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (!moved || str_empty(target))
        return NULL;
    if (*target == '/' && target[1] != '/') {
        const char *host = strstr(url, "://");
        size_t size = host ? (size_t)(host - url) + 3 : 0;
        size += strcspn(url + size, "/?#");
        return xasprintf("%.*s%s", (int)size, url, target);
    }
    if (str_starts_with(target, "https://") ||
        (str_starts_with(target, "http://") && str_starts_with(url, "http://")))
        return xstrdup(target);
    return NULL;
}
