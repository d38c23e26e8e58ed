/*
 * What the files behind clouds.h share: what was found, and the steps from there to one merged
 * entry. Pure but for clouds_files.c. Nobody outside of room ostack may include this.
 */
#ifndef OSTACK_CLOUDS_PRIV_H
#define OSTACK_CLOUDS_PRIV_H

#include "ostack/clouds.h"

/* What files and environment hold. */
struct osk_sources {
    json_t *clouds;         /* owned object: name → entry; never NULL */
    char *path;             /* owned: the file that they are from; NULL: none */
    json_t *vendors;        /* owned object: profile → entry, of clouds-public; NULL: no file */
    json_t *environment;    /* owned object: the cloud made of OS_ variables; NULL: none */
    char *environment_name; /* owned: "envvars" or what OS_CLOUD_NAME says */
    char *wanted;           /* owned: what OS_CLOUD says; NULL: nothing */
};

void osk_sources_clear(struct osk_sources *sources);

/* Reads the files and the environment. */
int osk_sources_read(struct osk_sources *sources, struct strv *warnings, struct error **err)
    must_check;

/* The variables of ENVIRONMENT ("NAME=VALUE", ends with NULL) that make a cloud, as an object with
 * keys of clouds.yaml; NULL when there are only selectors. *lone is set when the cloud holds
 * neither an address nor credentials. Owned. */
json_t *osk_environment_cloud(char *const *environment, bool *lone) must_check;

/* ---- clouds_merge.c */

/* VALUE with '-' in keys become '_' and numbers become text, but for api_timeout. Owned. */
json_t *osk_normalise(const json_t *value) must_check;
/* NEW laid over BASE, recursively: secure.yaml over clouds.yaml. Owned. */
json_t *osk_merge_deep(const json_t *base, const json_t *over) must_check;
/* Lays OVER into BASE: members replace, "auth" is merged one level deep, null never overrides. */
void osk_merge_entry(json_t *base, const json_t *over);

/* The base entry, the region and the options laid over each other. Fills CLOUD. */
int osk_merge(struct osk_cloud *cloud, const struct osk_sources *sources,
              const struct osk_cloud_options *options, struct strv *warnings, struct error **err)
    must_check;

/* ---- clouds_region.c */

/* Where regions are listed, borrowed. */
struct osk_regions {
    const char *cloud;    /* the name of the cloud's entry; NULL: there is none */
    const json_t *entry;  /* that entry, or NULL */
    const json_t *vendor; /* its profile's, or NULL */
};

/* The values of the region WANTED, which may be NULL, laid into CONFIG. */
int osk_region_apply(json_t *config, const struct osk_regions *regions, const char *wanted,
                     struct strv *warnings, struct error **err) must_check;

/* ---- clouds_fix.c */

/* The corrections that openstacksdk does on a merged entry, in its order. */
int osk_fix(json_t *config, struct strv *warnings, struct error **err) must_check;

#endif
