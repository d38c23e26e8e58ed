/* Bytes that are all at hand, encrypted: what tests decrypt. */
#ifndef SUPPORT_CMS_WHOLE_H
#define SUPPORT_CMS_WHOLE_H

#include "crypto/cms.h"

/* Adds BYTES, encrypted, to OUT. Fails as the sealer does. */
static inline int cms_whole(const void *bytes, size_t size, const struct cms_recipients *recipients,
                            struct buf *out, struct error **err)
{
    const struct sink sink = sink_of_buf(out);
    auto_cms_sealer struct cms_sealer *sealer = cms_sealer_new(recipients, NULL, &sink, err);
    const struct sink in = sealer ? cms_sealer_sink(sealer) : (struct sink){0};
    if (!sealer || sink_add(&in, bytes, size, err) < 0)
        return -1;
    return cms_sealer_finish(sealer, err);
}

#endif
