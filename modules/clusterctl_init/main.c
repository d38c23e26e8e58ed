#include "ansible/am_run.h"
#include "clusterctl_init/apply.h"
#include "clusterctl_init/args.h"
#include "clusterctl_init/observe.h"
#include "clusterctl_init/plan.h"
#include "clusterctl_init/result.h"
#include "connect/connect.h"

static const struct am_module module = {
    .name = "clusterctl_init",
    .spec = &clusterctl_init_spec,
    .secrets = connect_secrets,
    .open = cc_open,
    .observe = cc_observe,
    .plan = cc_plan,
    .apply = cc_apply,
    .predict = cc_apply,
    .result = cc_result,
    .redact = cc_redact,
    .close = cc_close,
};

int main(int argc, char **argv)
{
    return am_run(&module, argc, argv);
}
