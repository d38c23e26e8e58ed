#include "capi/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/image.h"
#include "capi/namespace.h"
#include "capi/variables.h"

static const char *get_variable(const void *context, const char *name)
{
    return capi_config_variable(context, name);
}

/* The file of the components into BYTES; *source becomes where they came from. */
static int read_file(struct capi_repository *repository, const char *version, struct buf *bytes,
                     char **source, struct error **err)
{
    const char *file = capi_repository_file(repository);
    if (capi_repository_read(repository, version, file, bytes, source, err) == 0)
        return 0;
    error_wrap(err, "failed to read \"%s\" from provider's repository \"%s\"", file,
               capi_repository_label(repository));
    return -1;
}

/* BYTES with their variables in TEXT; with LIST_ONLY as they are. */
static int fill_variables(struct capi_components *made, const struct buf *bytes,
                          const struct capi_config *config, bool list_only, struct buf *text,
                          struct error **err)
{
    const struct capi_values values = {get_variable, config};
    auto_capi_template struct capi_template *template =
        capi_template_new(buf_str(bytes), bytes->size, err);
    if (!template)
        return -1;
    capi_template_names(template, &made->variables);
    capi_template_missing(template, &values, &made->missing);
    if (list_only) {
        buf_add(text, bytes->data, bytes->size);
        return 0;
    }
    if (capi_template_fill(template, &values, text, err) == 0)
        return 0;
    error_wrap(err, "failed to perform variable substitution");
    return -1;
}

static int parse(struct capi_components *made, const struct buf *text, struct error **err)
{
    made->objects = capi_manifest_read(buf_str(text), text->size, made->source, err);
    if (made->objects)
        return 0;
    error_wrap(err, "failed to parse yaml");
    return -1;
}

static int fix_images(struct capi_components *made, const struct capi_config *config,
                      struct error **err)
{
    if (capi_images_override(made->objects, made->label, config, err) < 0) {
        error_wrap(err, "failed to apply image overrides");
        return -1;
    }
    capi_images_list(made->objects, &made->images);
    return 0;
}

static int move(struct capi_components *made, const char *target, struct error **err)
{
    auto_free char *found = NULL;
    if (capi_namespace_find(made->objects, &found, err) < 0) {
        error_wrap(err, "failed to detect default target namespace");
        return -1;
    }
    made->target_namespace = str_empty(target) ? steal_ptr(found) : xstrdup(target);
    if (str_empty(made->target_namespace)) {
        error_make(err, ERROR_USAGE,
                   "target namespace can't be defaulted. Please specify a target namespace");
        return -1;
    }
    if (capi_namespace_set(made->objects, made->target_namespace, err) == 0)
        return 0;
    error_wrap(err, "failed to set the TargetNamespace on the components");
    return -1;
}

static void finish(struct capi_components *made)
{
    capi_labels_set(made->objects, made->label);
    json_t *ordered = capi_creation_order(made->objects);
    json_decref(made->objects);
    made->objects = ordered;
}

static int build(struct capi_repository *repository, const struct capi_config *config,
                 const struct capi_components_options *options, struct capi_components *made,
                 struct error **err)
{
    auto_buf struct buf bytes = {0};
    auto_buf struct buf text = {0};
    if (read_file(repository, made->version, &bytes, &made->source, err) < 0 ||
        fill_variables(made, &bytes, config, options->list_only, &text, err) < 0)
        return -1;
    /* Megabytes each: neither text stays longer than it is needed. */
    buf_clear(&bytes);
    if (parse(made, &text, err) < 0)
        return -1;
    buf_clear(&text);
    if (fix_images(made, config, err) < 0 || move(made, options->target_namespace, err) < 0)
        return -1;
    finish(made);
    return 0;
}

const char *capi_components_version(const struct capi_repository *repository, const char *wanted,
                                    struct error **err)
{
    const struct capi_provider *provider = capi_repository_provider(repository);
    const char *version = wanted ? wanted : capi_repository_version(repository);
    if (!version)
        error_make(err, ERROR_USAGE,
                   "the version of provider %s has to be given, as %s:v1.2.3: its URL names none",
                   provider->label, provider->name);
    return version;
}

int capi_components_load(struct capi_repository *repository,
                         const struct capi_repositories *repositories,
                         const struct capi_components_options *options, struct capi_components *out,
                         struct error **err)
{
    const struct capi_provider *provider = capi_repository_provider(repository);
    const char *version = capi_components_version(repository, options->version, err);
    if (!version)
        return -1;
    struct capi_components made = {
        .type = provider->type,
        .name = xstrdup(provider->name),
        .label = xstrdup(provider->label),
        .version = xstrdup(version),
    };
    if (build(repository, capi_repositories_config(repositories), options, &made, err) < 0) {
        capi_components_clear(&made);
        return -1;
    }
    *out = made;
    return 0;
}

void capi_components_clear(struct capi_components *components)
{
    free(components->name);
    free(components->label);
    free(components->version);
    free(components->target_namespace);
    free(components->source);
    json_decref(components->objects);
    strv_clear(&components->images);
    strv_clear(&components->variables);
    strv_clear(&components->missing);
    *components = (struct capi_components){0};
}

int capi_components_load_ref(struct capi_repositories *repositories, const struct capi_ref *ref,
                             const char *target_namespace, bool list_only,
                             struct capi_components *out, struct error **err)
{
    const struct capi_components_options options = {
        .version = ref->version,
        .target_namespace = target_namespace,
        .list_only = list_only,
    };
    struct capi_repository *repository =
        capi_repositories_get(repositories, ref->type, ref->name, ref->version, err);
    if (repository && capi_components_load(repository, repositories, &options, out, err) == 0)
        return 0;
    error_wrap(err, "failed to get provider components for the \"%s\" provider", ref->typed);
    return -1;
}
