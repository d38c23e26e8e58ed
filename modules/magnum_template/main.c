#include "ansible/am_run.h"
#include "cloud/cloud.h"
#include "magnum_template/apply.h"
#include "magnum_template/args.h"
#include "magnum_template/observe.h"
#include "magnum_template/plan.h"
#include "magnum_template/predict.h"
#include "magnum_template/result.h"
#include "magnum_template/state.h"

static const struct am_module module = {
    .name = "magnum_template",
    .spec = &magnum_template_spec,
    .secrets = cloud_option_secrets,
    .open = magnum_open,
    .observe = magnum_observe,
    .plan = magnum_plan,
    .apply = magnum_apply,
    .predict = magnum_predict,
    .result = magnum_result,
    .close = magnum_close,
};

int main(int argc, char **argv)
{
    return am_run(&module, argc, argv);
}
