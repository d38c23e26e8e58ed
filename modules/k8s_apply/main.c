#include "ansible/am_run.h"
#include "k8s_apply/apply.h"
#include "k8s_apply/args.h"
#include "k8s_apply/observe.h"
#include "k8s_apply/plan.h"
#include "k8s_apply/result.h"
#include "k8s_apply/secrets.h"

static const struct am_module module = {
    .name = "k8s_apply",
    .spec = &k8s_apply_spec,
    .secrets = k8s_option_secrets,
    .open = k8s_open,
    .observe = k8s_observe,
    .plan = k8s_plan,
    .apply = k8s_apply,
    .predict = k8s_predict,
    .result = k8s_result,
    .redact = k8s_redact,
    .close = k8s_close,
};

int main(int argc, char **argv)
{
    return am_run(&module, argc, argv);
}
