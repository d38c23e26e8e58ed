#include "openstack_resources/predict.h"

int resources_predict(void *state, maybe_unused struct error **err)
{
    struct resources *all = state;
    for (size_t i = 0; i < all->count; i++) {
        all->items[i].changed = all->items[i].action != ACTION_NONE;
        all->items[i].done = true;
    }
    return 0;
}
