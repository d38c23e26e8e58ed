#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "kube/kubeconfig_priv.h"

enum { NAMESPACE_LIMIT = 4096 };

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

/* Absent is fine: then the context has no namespace. */
static int read_namespace(const char *path, struct kube_draft *draft, struct error **err)
{
    auto_buf struct buf text = {0};
    auto_error struct error *error = NULL;
    if (file_read(path, NAMESPACE_LIMIT, &text, &error)) {
        if (error->kind == ERROR_IO && error->code == ENOENT)
            return 0;
        error_move_take(err, steal_ptr(error));
        return -1;
    }
    auto_free char *name = buf_steal(&text);
    str_trim(name);
    kube_draft_set(&draft->config.namespace_, *name ? name : NULL);
    return 0;
}

int kube_incluster_lookup(const char *directory, struct kube_draft *draft, struct error **err)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST");
    const char *port = getenv("KUBERNETES_SERVICE_PORT");
    auto_free char *token = xasprintf("%s/token", directory);
    auto_free char *ca = xasprintf("%s/ca.crt", directory);
    auto_free char *namespace_ = xasprintf("%s/namespace", directory);
    if (str_empty(host) || str_empty(port) || !is_file(token))
        return 0;
    bool is_ipv6 = str_contains(host, ":");
    draft->config.server =
        xasprintf("https://%s%s%s:%s", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
    draft->config.origin = xasprintf("service account %s", directory);
    draft->config.token_file = steal_ptr(token);
    /* As client-go: without the file the system's store has to do. */
    if (is_file(ca))
        draft->ca_file = steal_ptr(ca);
    return read_namespace(namespace_, draft, err) ? -1 : 1;
}
