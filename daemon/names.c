#include "daemon/names.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

bool names_cluster(const char *name, const char *namespace, char cluster[NAMES_CLUSTER])
{
    static const char *const tails[] = {"", ".svc", ".svc.cluster.local"};
    size_t length = strcspn(name, ".");
    if (length == 0 || length >= NAMES_CLUSTER)
        return false;
    memcpy(cluster, name, length);
    cluster[length] = '\0';
    if (!name[length])
        return true;
    const char *tail = str_after(name + length + 1, namespace);
    for (size_t i = 0; tail && i < array_length(tails); i++) {
        if (str_equal(tail, tails[i]))
            return true;
    }
    return false;
}
