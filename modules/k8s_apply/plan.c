#include "k8s_apply/plan.h"

int k8s_plan(void *state, struct error **err)
{
    struct k8s *k8s = state;
    return k8s->args.state == K8S_INFO ? 0 : kube_writer_plan(&k8s->writer, err);
}
