#include "daemon/server.h"

const char *refusal_word(enum refusal refusal)
{
    static const char *const words[REFUSED_KINDS] = {
        [REFUSED_SOURCE] = "source not allowed",
        [REFUSED_LIMIT] = "connection limit",
        [REFUSED_CROWDED] = "too many silent clients",
        [REFUSED_CLUSTER_LIMIT] = "connection limit of the cluster",
        [REFUSED_SLOW] = "no hello in time",
        [REFUSED_GONE] = "client left",
        [REFUSED_NOT_TLS] = "not TLS",
        [REFUSED_MALFORMED] = "malformed hello",
        [REFUSED_NO_NAME] = "no server name",
        [REFUSED_UNKNOWN] = "unknown server name",
        [REFUSED_UNREACHABLE] = "cluster does not answer",
    };
    return words[refusal];
}
