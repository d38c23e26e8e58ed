/*
 * The merge key "<<": members that an object takes over from others.
 */
#ifndef YAML_YM_MERGE_PRIV_H
#define YAML_YM_MERGE_PRIV_H

#include <jansson.h>
#include <stdbool.h>

#include "yaml/ym_stream_priv.h"

/* Whether VALUE is an object or a list of objects; a list must stand there itself, not as ALIAS. */
bool ym_merge_accepts(const json_t *value, bool alias);

/*
 * Warns of each member written before the "<<" at PLACE that MERGED has with another value:
 * kubectl lets the merged one win there, while for us, as for PyYAML, what is written wins.
 */
void ym_merge_warn(struct ym_stream *stream, const json_t *members, const json_t *merged,
                   struct ym_place place);

/*
 * Adds to MEMBERS what it lacks from MERGES, a list of what stood behind each "<<", or NULL: of
 * several "<<" the last one wins, within a list the first. The values are shared, not copied.
 */
void ym_merge_apply(json_t *members, const json_t *merges);

#endif
