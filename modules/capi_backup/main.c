#include "ansible/am_run.h"
#include "capi_backup/args.h"
#include "capi_backup/result.h"
#include "capi_backup/state.h"
#include "connect/connect.h"

static const struct am_module module = {
    .name = "capi_backup",
    .spec = &capi_backup_spec,
    .secrets = connect_secrets,
    .open = cb_open,
    .observe = cb_observe,
    .plan = cb_plan,
    .apply = cb_apply,
    .predict = cb_predict,
    .result = cb_result,
    .redact = cb_redact,
    .close = cb_close,
};

int main(int argc, char **argv)
{
    return am_run(&module, argc, argv);
}
