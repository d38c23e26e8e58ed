/* States present and latest_requested: see clusterctl_init/states.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/peek.h"
#include "capi/validate.h"
#include "capi/version.h"
#include "clusterctl_init/states.h"

/* ---- which providers */

/* What `clusterctl init` adds on a cluster without core provider. */
static const struct {
    enum capi_type type;
    const char *name;
} defaults[] = {
    {CAPI_CORE, "cluster-api"}, {CAPI_BOOTSTRAP, "kubeadm"}, {CAPI_CONTROL_PLANE, "kubeadm"}};

static int add_default(struct capi_refs *refs, enum capi_type type, struct error **err)
{
    for (size_t i = 0; i < array_length(defaults); i++)
        if (defaults[i].type == type)
            return capi_refs_add(refs, type, defaults[i].name, err);
    return 0;
}

static int read_refs(const struct cc *cc, struct capi_refs *refs, struct error **err)
{
    for (int i = 0; i < CAPI_OTHER; i++) {
        enum capi_type type = (enum capi_type)i;
        const struct strv *texts = &cc->args.refs[type];
        if (!texts->count && cc->first_run && add_default(refs, type, err) < 0)
            return -1;
        for (size_t t = 0; t < texts->count; t++)
            if (capi_refs_add(refs, type, texts->items[t], err) < 0)
                return -1;
    }
    return 0;
}

/* ---- what becomes of each */

static int queue(struct cc *cc, struct capi_components *components_take, struct error **err)
{
    struct capi_entry entry = {
        .type = components_take->type,
        .type_text = NULL,
        .name = components_take->name,
        .namespace_ = components_take->target_namespace,
        .version = components_take->version,
    };
    cc_note_components(cc, components_take);
    const struct capi_entry *there =
        capi_entries_find(&cc->inventory.entries, entry.type, entry.name, entry.namespace_);
    bool installed = there && str_equal(there->version, entry.version);
    struct capi_entries one = {0};
    capi_entries_add(&one, entry.type, entry.name, entry.namespace_, entry.version);
    struct cc_item *item = cc_item_add(cc, &one.items[0], installed ? CC_LEAVE : CC_INSTALL,
                                       there ? there->version : NULL);
    capi_entries_clear(&one);
    item->components = *components_take;
    if (installed)
        return 0;
    return capi_install_add(&cc->install, &item->components, cc->args.deployment_overrides, err);
}

/* True when REF is there as it is wanted, which the files need not be read for as a whole. */
static bool is_there(struct cc *cc, const struct capi_ref *ref)
{
    auto_error struct error *ignored = NULL; /* load() meets it again */
    struct capi_repository *repository =
        capi_repositories_get(cc->repositories, ref->type, ref->name, ref->version, &ignored);
    const char *version = ref->version;
    if (repository && !version)
        version = capi_repository_version(repository);
    const struct capi_entry *there =
        capi_entries_find(&cc->inventory.entries, ref->type, ref->name, NULL);
    if (!repository || !there || !str_equal(there->version, version))
        return false;
    auto_free char *found = NULL;
    if (!capi_peek(repository, cc->capi, version, &found, &cc->variables))
        return false;
    const char *target = cc->args.target_namespace ? cc->args.target_namespace : found;
    if (!str_equal(target, there->namespace_))
        return false;
    cc_item_add(cc, there, CC_LEAVE, there->version);
    return true;
}

static int load(struct cc *cc, const struct capi_ref *ref, struct error **err)
{
    if (is_there(cc, ref))
        return 0;
    struct capi_components components = {0};
    if (capi_components_load_ref(cc->repositories, ref, cc->args.target_namespace, false,
                                 &components, err) < 0)
        return -1;
    return queue(cc, &components, err);
}

static bool same_version(const char *a, const char *b)
{
    auto_capi_version struct capi_version one = {0};
    auto_capi_version struct capi_version other = {0};
    if (capi_version_parse_tolerant(a, &one) && capi_version_parse_tolerant(b, &other))
        return capi_version_order(&one, &other) == CAPI_SAME;
    return str_equal(a, b);
}

/* 1 when REF was dealt with: it is there in the wanted version, or goes to the UPGRADES. */
static int sort_out(struct cc *cc, const struct capi_ref *ref, struct capi_refs *upgrades,
                    struct error **err)
{
    const struct capi_entry *there =
        capi_entries_find(&cc->inventory.entries, ref->type, ref->name, NULL);
    if (!there)
        return 0;
    struct capi_repository *repository =
        capi_repositories_get(cc->repositories, ref->type, ref->name, ref->version, err);
    if (!repository)
        return -1;
    const char *wanted = capi_components_version(repository, ref->version, err);
    if (!wanted) {
        error_wrap(err, "failed to get provider components for the \"%s\" provider", ref->typed);
        return -1;
    }
    if (!cc->args.force_reinstall && same_version(wanted, there->version)) {
        cc_item_add(cc, there, CC_LEAVE, there->version);
        return 1;
    }
    capi_refs_take(upgrades, (struct capi_ref){
                                 .type = ref->type,
                                 .typed = xstrdup(ref->typed),
                                 .namespace_ = xstrdup(there->namespace_),
                                 .name = xstrdup(there->name),
                                 .version = xstrdup(wanted),
                             });
    return 1;
}

static int load_all(struct cc *cc, const struct capi_refs *refs, struct capi_refs *upgrades,
                    struct error **err)
{
    bool sorts = cc->args.state == CC_LATEST_REQUESTED && !cc->first_run;
    for (size_t i = 0; i < refs->count; i++) {
        int dealt_with = sorts ? sort_out(cc, &refs->items[i], upgrades, err) : 0;
        if (dealt_with < 0 || (!dealt_with && load(cc, &refs->items[i], err) < 0))
            return -1;
    }
    return 0;
}

/* ---- checks */

/* The inventory as it will be when the upgrades of the same task are done. */
static void upgraded_inventory(const struct cc *cc, struct capi_entries *entries)
{
    for (size_t i = 0; i < cc->inventory.entries.count; i++) {
        const struct capi_entry *entry = &cc->inventory.entries.items[i];
        const char *version = entry->version;
        for (size_t k = 0; k < cc->count; k++) {
            const struct cc_item *item = &cc->items[k];
            if (item->verb == CC_UPGRADE && item->entry.type == entry->type &&
                str_equal(item->entry.name, entry->name) &&
                str_equal(item->entry.namespace_, entry->namespace_))
                version = item->entry.version;
        }
        capi_entries_add(entries, entry->type, entry->name, entry->namespace_, version);
    }
}

static int validate(struct cc *cc, struct error **err)
{
    auto_capi_entries struct capi_entries entries = {0};
    upgraded_inventory(cc, &entries);
    size_t count = 0;
    auto_free struct capi_components *components =
        xcalloc(cc->count + 1, sizeof(struct capi_components));
    for (size_t i = 0; i < cc->count; i++)
        if (cc->items[i].verb == CC_INSTALL)
            components[count++] = cc->items[i].components; /* borrowed: not cleared */
    auto_error struct error *problem = NULL;
    if (capi_validate_install(cc->repositories, &entries, components, count, &problem) == 0)
        return 0;
    if (!cc->args.validate) {
        strv_printf(&cc->log, "Ignoring validation errors: %s", problem->message);
        return 0;
    }
    error_move_take(err, steal_ptr(problem));
    return -1;
}

static int check_contract(struct cc *cc, bool upgrades, struct error **err)
{
    return capi_inventory_check_contract(&cc->inventory, cc->generation, upgrades, false, err);
}

/* ---- observe */

static int observe_providers(struct cc *cc, struct error **err)
{
    auto_capi_refs struct capi_refs refs = {0};
    auto_capi_refs struct capi_refs upgrades = {0};
    const struct capi_put_options options = cc_put_options(cc, &capi_put_provider_words);
    capi_install_init(&cc->install, cc->client, cc->discovery, &options);
    if (read_refs(cc, &refs, err) < 0 || load_all(cc, &refs, &upgrades, err) < 0)
        return -1;
    struct error *problem = NULL;
    if (check_contract(cc, upgrades.count > 0, &problem) < 0)
        return cc_refuse(cc, &problem);
    if (upgrades.count && cc_upgrade_plan_refs(cc, &upgrades, err) < 0)
        return -1;
    if (!cc->refusal && validate(cc, &problem) < 0)
        return cc_refuse(cc, &problem);
    return 0;
}

int cc_install_observe(struct cc *cc, struct error **err)
{
    strv_add(&cc->log, "Fetching providers");
    cc->first_run = capi_entries_core_names(&cc->inventory.entries) != 1;
    bool sorts = cc->args.state == CC_LATEST_REQUESTED && !cc->first_run;
    struct error *problem = NULL;
    if (!sorts && check_contract(cc, false, &problem) < 0)
        return cc_refuse(cc, &problem);
    if (observe_providers(cc, err) < 0)
        return -1;
    if (cc->refusal)
        return 0;
    if (cc_cert_manager_observe(cc, cc_upgrades_any(cc), err) < 0 ||
        cc_extra_observe(cc, err) < 0 || cc_override_observe(cc, err) < 0)
        return -1;
    return capi_install_observe(&cc->install, err);
}

/* ---- apply */

static void log_installs(struct cc *cc, size_t count)
{
    for (size_t i = 0; i < count && i < cc->install.entries.count; i++) {
        const struct capi_entry *entry = &cc->install.entries.items[i];
        auto_free char *label = capi_entry_label(entry);
        strv_printf(&cc->log, "Installing provider=\"%s\" version=\"%s\" targetNamespace=\"%s\"",
                    label, entry->version, entry->namespace_);
    }
}

static void mark_done(struct cc *cc)
{
    size_t position = 0;
    for (size_t i = 0; i < cc->count; i++) {
        if (cc->items[i].verb != CC_INSTALL)
            continue;
        cc->items[i].done = position++ < cc->install.recorded;
        cc->items[i].begun = true;
    }
}

int cc_install_apply(struct cc *cc, struct error **err)
{
    int result = capi_install_run(&cc->install, err);
    log_installs(cc, cc->install.recorded + (result < 0));
    mark_done(cc);
    return result;
}
