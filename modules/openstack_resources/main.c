#include "ansible/am_run.h"
#include "cloud/cloud.h"
#include "openstack_resources/apply.h"
#include "openstack_resources/args.h"
#include "openstack_resources/observe.h"
#include "openstack_resources/plan.h"
#include "openstack_resources/predict.h"
#include "openstack_resources/result.h"
#include "openstack_resources/state.h"

static const struct am_module module = {
    .name = "openstack_resources",
    .spec = &openstack_resources_spec,
    .secrets = cloud_option_secrets,
    .open = resources_open,
    .observe = resources_observe,
    .plan = resources_plan,
    .apply = resources_apply,
    .predict = resources_predict,
    .result = resources_result,
    .close = resources_close,
};

int main(int argc, char **argv)
{
    return am_run(&module, argc, argv);
}
