/* The provider openstack, in a world of repositories (unit/capi/world.h). */
#ifndef UNIT_CAPI_REPOSITORY_SCENE_H
#define UNIT_CAPI_REPOSITORY_SCENE_H

#include "capi/repository.h"
#include "unit/capi/world.h"

#define INFRA "'name': 'openstack', 'type': 'InfrastructureProvider'"

static inline struct capi_repository *get(struct world *world, struct error **err)
{
    return capi_repositories_get(world->repositories, CAPI_INFRASTRUCTURE, "openstack", NULL, err);
}

static inline struct capi_repository *must_get(struct world *world)
{
    auto_error struct error *err = NULL;
    struct capi_repository *repository = get(world, &err);
    if (!repository)
        fail_msg("%s", err->message);
    return repository;
}

#endif
