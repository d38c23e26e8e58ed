/*
 * References to container images: parts of a canonical one, and its override.
 */
#ifndef CAPI_IMAGE_H
#define CAPI_IMAGE_H

#include <jansson.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/config.h"

struct capi_image {
    char *repository; /* owned: "registry.k8s.io/cluster-api" */
    char *name;       /* owned: "cluster-api-controller" */
    char *tag;        /* owned or NULL */
    char *digest;     /* owned or NULL: "sha256:…" */
};

/* ERROR_PARSE "couldn't parse image name: repository name must be canonical", and the like. */
int capi_image_parse(const char *text, struct capi_image *out, struct error **err) must_check;
void capi_image_clear(struct capi_image *image);
#define auto_capi_image cleanup_with(capi_image_clear)
/* "repository/name[:tag][@digest]", owned. */
char *capi_image_text(const struct capi_image *image) must_check;

/*
 * Overrides the images of containers and init containers of all Deployments and DaemonSets among
 * OBJECTS (a JSON array, changed in place) for COMPONENT, and checks that each is canonical.
 * ERROR_PARSE "failed to fix containers in deployment <name>: failed to fix containers: failed to
 * fix image for container <c>: …".
 */
int capi_images_override(json_t *objects, const char *component, const struct capi_config *config,
                         struct error **err) must_check;
/* Adds the images that are used there, sorted, each once. */
void capi_images_list(const json_t *objects, struct strv *images);

#endif
