#include "ansible/am_run.h"
#include "lxc_container/apply.h"
#include "lxc_container/args.h"
#include "lxc_container/observe.h"
#include "lxc_container/plan.h"
#include "lxc_container/result.h"
#include "lxc_container/state.h"

static const struct am_module module = {
    .name = "lxc_container",
    .spec = &lxc_container_spec,
    .open = ct_open,
    .observe = ct_observe,
    .plan = ct_plan,
    .apply = ct_apply,
    .predict = ct_predict,
    .result = ct_result,
    .close = ct_close,
};

int main(int argc, char **argv)
{
    return am_run(&module, argc, argv);
}
