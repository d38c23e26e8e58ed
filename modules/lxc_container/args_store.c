/* Where the root file system of a new container is kept, and which options belong to which store.
 */
#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/args_priv.h"

#include <ctype.h>
#include <string.h>

/* As LXC's tools: a number and one of bBkKmMgGtT, megabytes without. They take any other letter for
 * megabytes too; here it is an error. */
static bool read_size(const char *text, uint64_t *bytes)
{
    static const char units[] = "bkmgt";
    size_t digits = strspn(text, "0123456789");
    long long number = 0;
    auto_free char *head = xmemdup(text, digits);
    if (!str_to_int(head, 1, INT64_MAX, &number))
        return false;
    const char *unit = text + digits;
    const char *found = *unit ? strchr(units, tolower((unsigned char)*unit)) : units + 2;
    if (!found || !*found || (*unit && unit[1]))
        return false;
    unsigned shift = 10 * (unsigned)(found - units);
    *bytes = (uint64_t)number << shift;
    return *bytes >> shift == (uint64_t)number;
}

enum { IN_LVM = 1, IN_LOOP = 2, IN_ZFS = 4, IN_BTRFS = 8 };

/* The options of one store alone. Upstream drops the others without a word; we say it, and refuse
 * where a container would come out that is not the one that was asked for. */
static const struct {
    const char *option;
    unsigned stores;
    bool refused;
} owners[] = {
    {"lv_name", IN_LVM, false},          {"vg_name", IN_LVM, false},
    {"thinpool", IN_LVM, false},         {"fs_type", IN_LVM | IN_LOOP, false},
    {"fs_size", IN_LVM | IN_LOOP, true}, {"zfs_root", IN_ZFS, true},
};

static unsigned store_bit(const char *type)
{
    static const struct {
        const char *type;
        unsigned bit;
    } bits[] = {{"lvm", IN_LVM}, {"loop", IN_LOOP}, {"zfs", IN_ZFS}, {"btrfs", IN_BTRFS}};
    for (size_t i = 0; i < array_length(bits); i++)
        if (str_equal(type, bits[i].type))
            return bits[i].bit;
    return 0;
}

static int check_owners(const json_t *params, const char *type, struct strv *warnings,
                        struct error **err)
{
    for (size_t i = 0; i < array_length(owners); i++) {
        if (!am_filled(params, owners[i].option) || owners[i].stores & store_bit(type))
            continue;
        if (owners[i].refused) {
            error_make(err, ERROR_USAGE, "%s has no meaning with backing_store: %s",
                       owners[i].option, type);
            return -1;
        }
        strv_printf(warnings, "%s has no meaning with backing_store: %s and is ignored",
                    owners[i].option, type);
    }
    return 0;
}

static const char *owned_by(const json_t *params, const char *option, unsigned stores,
                            const char *type)
{
    return stores & store_bit(type) ? am_filled(params, option) : NULL;
}

static int read_sizes(struct ct_store *store, const json_t *params, struct error **err)
{
    const char *size = am_filled(params, "fs_size");
    if (size && !read_size(size, &store->fs_size)) {
        error_make(err, ERROR_USAGE,
                   "fs_size: \"%s\" is no size: a number and one of B, K, M, G, T", size);
        return -1;
    }
    if (!(store_bit(store->type) & (IN_LVM | IN_LOOP)))
        return 0;
    if (!store->fs_size)
        store->fs_size = UINT64_C(5) << 30; /* 5G, as upstream */
    if (!store->fs_type)
        store->fs_type = "ext4";
    return 0;
}

int args_read_store(struct ct_args *args, const json_t *params, struct strv *warnings,
                    struct error **err)
{
    const char *type = am_text(params, "backing_store");
    if (check_owners(params, type, warnings, err) < 0)
        return -1;
    args->store = (struct ct_store){
        .type = type,
        .directory = am_filled(params, "directory"),
        .lv_name = owned_by(params, "lv_name", IN_LVM, type),
        .vg_name = owned_by(params, "vg_name", IN_LVM, type),
        .thinpool = owned_by(params, "thinpool", IN_LVM, type),
        .fs_type = owned_by(params, "fs_type", IN_LVM | IN_LOOP, type),
        .zfs_root = owned_by(params, "zfs_root", IN_ZFS, type),
    };
    const char *directory = args->store.directory;
    if (directory && directory[0] != '/') {
        error_make(err, ERROR_USAGE, "directory: %s is not absolute", directory);
        return -1;
    }
    return read_sizes(&args->store, params, err);
}
