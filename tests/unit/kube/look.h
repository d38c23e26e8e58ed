/*
 * A run of a few objects against a scripted server, step by step.
 */
#ifndef TESTS_KUBE_LOOK_H
#define TESTS_KUBE_LOOK_H

#include "unit/kube/scene.h"

#include "kube/write.h"

/* ---- what a server serves */

#define RESOURCE(PLURAL, KIND, NAMESPACED, VERBS)                                                  \
    "{\"name\":\"" PLURAL "\",\"singularName\":\"\",\"kind\":\"" KIND                              \
    "\",\"namespaced\":" NAMESPACED ",\"verbs\":[" VERBS "]}"
#define KINDS(GROUP_VERSION, RESOURCES)                                                            \
    "{\"kind\":\"APIResourceList\",\"groupVersion\":\"" GROUP_VERSION                              \
    "\",\"resources\":[" RESOURCES "]}"
#define ALL "\"create\",\"delete\",\"get\",\"patch\",\"update\""

/* ---- a kind and its definition */

#define CUSTOM "{'apiVersion':'x.io/v1','kind':'Thing','metadata':{'name':'t'}}"
#define DEFINITION                                                                                 \
    "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{"       \
    "'name':'things.x.io'},'spec':{'group':'x.io','names':{'kind':'Thing','plural':'things'},"     \
    "'versions':[{'name':'v1','served':true}]}}"

/* ---- the run */

enum { LOOK_OBJECTS = 4 };

struct look {
    struct scene scene;
    struct kube_discovery *discovery;
    struct kube_writer writer;
    struct kube_object objects[LOOK_OBJECTS];
    struct error *err;
    int result;
};

/* SCRIPT and OPTIONS must outlive it. */
static inline void look_at(struct look *look, const struct fake_reply *script, size_t count,
                           const struct kube_write_options *options)
{
    *look = (struct look){0};
    scene_begin(&look->scene, script, count, 0);
    look->discovery = kube_discovery_new(look->scene.client);
    kube_writer_init(&look->writer, look->scene.client, look->discovery, options);
}

static inline struct kube_write *look_add(struct look *look, enum kube_verb verb,
                                          const char *manifest)
{
    struct kube_object *object = &look->objects[look->writer.count];
    kube_object_init_take(object, json_from(manifest));
    object->document = look->writer.count + 1;
    return kube_writer_add(&look->writer, object, verb);
}

static inline void look_end(struct look *look)
{
    for (size_t i = 0; i < look->writer.count; i++)
        kube_object_clear(&look->objects[i]);
    kube_writer_clear(&look->writer);
    kube_discovery_free(look->discovery);
    error_clear(&look->err);
    scene_end(&look->scene);
}

#endif
