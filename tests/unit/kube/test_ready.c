#include "kube/ready_priv.h"

#include "base/str.h"
#include "support/json_text.h"

static const char *const words[] = {
    [KUBE_READY] = "ready",
    [KUBE_NOT_READY] = "not ready",
    [KUBE_FAILED] = "failed",
};

struct row {
    const char *object;
    enum kube_readiness readiness;
    const char *why;
};

static void check(const char *group, const char *kind, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_auto_t *object = json_from(rows[i].object);
        auto_buf struct buf why;
        buf_init(&why);
        enum kube_readiness readiness = kube_ready(group, kind, object, &why);
        if (readiness != rows[i].readiness || !str_equal(buf_str(&why), rows[i].why))
            fail_msg("%s %s\n  got  %s: %s\n  want %s: %s", kind, rows[i].object, words[readiness],
                     buf_str(&why), words[rows[i].readiness], rows[i].why);
    }
}

#define CHECK(GROUP, KIND, ...)                                                                    \
    do {                                                                                           \
        static const struct row check_rows[] = {__VA_ARGS__};                                      \
        check(GROUP, KIND, check_rows, array_length(check_rows));                                  \
    } while (0)

#define META(GENERATION) "'metadata':{'name':'d','generation':" GENERATION "}"

static void test_073__deployment__rolling_update__as_kubectl(maybe_unused void **state)
{
    CHECK("apps", "Deployment",
          {"{" META("2") ",'spec':{'replicas':3},'status':{'observedGeneration':1,'replicas':3,"
                         "'updatedReplicas':3,'availableReplicas':3}}",
           KUBE_NOT_READY, "waiting for deployment spec update to be observed"},
          {"{" META("1") ",'spec':{'replicas':3}}", KUBE_NOT_READY,
           "waiting for deployment spec update to be observed"},
          {"{" META("2") ",'spec':{'replicas':3},'status':{'observedGeneration':2,'replicas':3,"
                         "'updatedReplicas':1,'availableReplicas':3}}",
           KUBE_NOT_READY, "1 out of 3 new replicas have been updated"},
          {"{" META("2") ",'spec':{'replicas':3},'status':{'observedGeneration':2}}",
           KUBE_NOT_READY, "0 out of 3 new replicas have been updated"},
          {"{" META("2") ",'spec':{'replicas':3},'status':{'observedGeneration':2,'replicas':4,"
                         "'updatedReplicas':3,'availableReplicas':4}}",
           KUBE_NOT_READY, "1 old replicas are pending termination"},
          {"{" META("2") ",'spec':{'replicas':3},'status':{'observedGeneration':2,'replicas':3,"
                         "'updatedReplicas':3,'availableReplicas':2}}",
           KUBE_NOT_READY, "2 of 3 updated replicas are available"},
          {"{" META("2") ",'spec':{'replicas':3},'status':{'observedGeneration':3,'replicas':3,"
                         "'updatedReplicas':3,'availableReplicas':3}}",
           KUBE_READY, ""});
}

static void test_075__deployment__deadline_exceeded__failed(maybe_unused void **state)
{
#define EXCEEDED                                                                                   \
    "'conditions':[{'type':'Available','status':'True'},{'type':'Progressing',"                    \
    "'status':'False','reason':'ProgressDeadlineExceeded'}]"
    CHECK("apps", "Deployment",
          {"{" META("2") ",'spec':{'replicas':1},'status':{'observedGeneration':2," EXCEEDED "}}",
           KUBE_FAILED, "deployment \"d\" exceeded its progress deadline"},
          {"{" META("3") ",'spec':{'replicas':1},'status':{'observedGeneration':2," EXCEEDED "}}",
           KUBE_NOT_READY, "waiting for deployment spec update to be observed"});
}

static void test_deployment__paused__ready_with_a_warning(maybe_unused void **state)
{
    CHECK("apps", "Deployment",
          {"{" META("2") ",'spec':{'replicas':3,'paused':true},'status':{'observedGeneration':2}}",
           KUBE_READY, "deployment \"d\" is paused: nothing rolls it out"},
          {"{" META("2") ",'spec':{'replicas':3,'paused':true},'status':{'observedGeneration':1}}",
           KUBE_NOT_READY, "waiting for deployment spec update to be observed"},
          {"{" META("2") ",'spec':{'replicas':3,'paused':false},'status':{'observedGeneration':2}}",
           KUBE_NOT_READY, "0 out of 3 new replicas have been updated"});
}

static void test_077__deployment_and_daemon_set__nothing_to_run__ready(maybe_unused void **state)
{
    CHECK("apps", "Deployment",
          {"{" META("2") ",'spec':{'replicas':0},'status':{'observedGeneration':2}}", KUBE_READY,
           ""});
    CHECK("apps", "DaemonSet",
          {"{" META("2") ",'status':{'observedGeneration':2,'desiredNumberScheduled':0}}",
           KUBE_READY, ""});
}

static void test_daemon_set__rolling_update__as_kubectl(maybe_unused void **state)
{
    CHECK("apps", "DaemonSet",
          {"{" META("2") ",'status':{'observedGeneration':1}}", KUBE_NOT_READY,
           "waiting for daemon set spec update to be observed"},
          {"{" META("2") ",'status':{'observedGeneration':2,'desiredNumberScheduled':3,"
                         "'updatedNumberScheduled':1,'numberAvailable':3}}",
           KUBE_NOT_READY, "1 out of 3 new pods have been updated"},
          {"{" META("2") ",'status':{'observedGeneration':2,'desiredNumberScheduled':3,"
                         "'updatedNumberScheduled':3,'numberAvailable':2,'numberReady':3}}",
           KUBE_NOT_READY, "2 of 3 updated pods are available"},
          {"{" META(
               "2") ",'spec':{'updateStrategy':{'type':'RollingUpdate'}},'status':{"
                    "'observedGeneration':2,'desiredNumberScheduled':3,'updatedNumberScheduled':3,"
                    "'numberAvailable':3}}",
           KUBE_READY, ""});
}

static void test_daemon_set__on_delete__old_pods_will_do(maybe_unused void **state)
{
#define ON_DELETE "'spec':{'replicas':3,'updateStrategy':{'type':'OnDelete'}}"
    CHECK("apps", "DaemonSet",
          {"{" META("2") "," ON_DELETE ",'status':{'observedGeneration':2,"
                         "'desiredNumberScheduled':3,'numberReady':3}}",
           KUBE_READY, ""},
          {"{" META("2") "," ON_DELETE ",'status':{'observedGeneration':2,"
                         "'desiredNumberScheduled':3,'numberReady':2}}",
           KUBE_NOT_READY, "2 of 3 pods are ready"},
          {"{" META("2") "," ON_DELETE ",'status':{'observedGeneration':1,"
                         "'desiredNumberScheduled':3,'numberReady':3}}",
           KUBE_NOT_READY, "waiting for daemon set spec update to be observed"});
}

static void test_stateful_set__whole_rollout__as_kubectl(maybe_unused void **state)
{
    CHECK(
        "apps", "StatefulSet",
        {"{'spec':{'replicas':0},'status':{}}", KUBE_NOT_READY,
         "waiting for statefulset spec update to be observed"},
        {"{" META(
             "2") ",'spec':{'replicas':2},'status':{'observedGeneration':1,'readyReplicas':2}}",
         KUBE_NOT_READY, "waiting for statefulset spec update to be observed"},
        {"{" META(
             "2") ",'spec':{'replicas':3},'status':{'observedGeneration':2,'readyReplicas':1}}",
         KUBE_NOT_READY, "waiting for 2 pods to be ready"},
        {"{" META("2") ",'spec':{'replicas':2},'status':{'observedGeneration':2,'readyReplicas':2,"
                       "'updatedReplicas':1,'updateRevision':'b','currentRevision':'a'}}",
         KUBE_NOT_READY, "1 pods at revision b"},
        {"{" META("2") ",'spec':{'replicas':2},'status':{'observedGeneration':2,'readyReplicas':2,"
                       "'updateRevision':'b','currentRevision':'b'}}",
         KUBE_READY, ""});
}

static void
test_078__stateful_set__partition_1_of_2__ready_when_1_is_updated(maybe_unused void **state)
{
#define PARTITION(N)                                                                               \
    "'spec':{'replicas':2,'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'partition'"   \
    ":" N "}}}"
#define AT_B "'readyReplicas':2,'updateRevision':'b','currentRevision':'a'"
    CHECK("apps", "StatefulSet",
          {"{" META("2") "," PARTITION("1") ",'status':{'observedGeneration':2," AT_B "}}",
           KUBE_NOT_READY, "0 out of 1 new pods have been updated"},
          {"{" META("2") "," PARTITION(
               "1") ",'status':{'observedGeneration':2,'updatedReplicas':1," AT_B "}}",
           KUBE_READY, ""},
          {"{" META("2") "," PARTITION(
               "0") ",'status':{'observedGeneration':2,'updatedReplicas':1," AT_B "}}",
           KUBE_NOT_READY, "1 out of 2 new pods have been updated"});
}

static void test_stateful_set__on_delete__existing_pods_will_do(maybe_unused void **state)
{
    CHECK("apps", "StatefulSet",
          {"{" META("2") "," ON_DELETE ",'status':{'observedGeneration':2,'replicas':3}}",
           KUBE_READY, ""},
          {"{" META("2") "," ON_DELETE ",'status':{'observedGeneration':2,'replicas':2}}",
           KUBE_NOT_READY, "2 of 3 pods exist"});
}

static void test_replica_set_and_controller__ready_replicas_count(maybe_unused void **state)
{
    static const struct row rows[] = {
        {"{" META(
             "2") ",'spec':{'replicas':2},'status':{'observedGeneration':1,'readyReplicas':2}}",
         KUBE_NOT_READY, "waiting for the spec update to be observed"},
        {"{" META(
             "2") ",'spec':{'replicas':2},'status':{'observedGeneration':2,'readyReplicas':1}}",
         KUBE_NOT_READY, "1 of 2 replicas are ready"},
        {"{" META(
             "2") ",'spec':{'replicas':2},'status':{'observedGeneration':2,'readyReplicas':2}}",
         KUBE_READY, ""},
        {"{" META("2") ",'spec':{'replicas':0},'status':{'observedGeneration':2}}", KUBE_READY, ""},
    };
    check("apps", "ReplicaSet", rows, array_length(rows));
    check("", "ReplicationController", rows, array_length(rows));
}

#define CONDITION(TYPE, STATUS) "{'type':'" TYPE "','status':'" STATUS "'}"
#define CONDITION_BECAUSE(TYPE, STATUS, REASON, MESSAGE)                                           \
    "{'type':'" TYPE "','status':'" STATUS "','reason':'" REASON "','message':'" MESSAGE "'}"
#define STATUS_WITH(CONDITIONS) "{'metadata':{'name':'d'},'status':{'conditions':[" CONDITIONS "]}}"

static void test_079__pod__phases_and_ready_condition(maybe_unused void **state)
{
    CHECK(
        "", "Pod",
        {"{'status':{'phase':'Succeeded','conditions':[" CONDITION("Ready", "False") "]}}",
         KUBE_READY, ""},
        {"{'status':{'phase':'Running','conditions':[" CONDITION("Ready", "True") "]}}", KUBE_READY,
         ""},
        {"{'metadata':{'name':'d'},'status':{'phase':'Failed','reason':'Evicted','message':'low'}}",
         KUBE_FAILED, "pod \"d\" failed: Evicted: low"},
        {"{'metadata':{'name':'d'},'status':{'phase':'Failed'}}", KUBE_FAILED, "pod \"d\" failed"},
        {"{'status':{'phase':'Running','conditions':[" CONDITION_BECAUSE(
             "Ready", "False", "ContainersNotReady", "unready: [c]") "]}}",
         KUBE_NOT_READY, "condition Ready is False (ContainersNotReady): unready: [c]"},
        {"{}", KUBE_NOT_READY, "there is no condition Ready yet"});
}

static void test_076__pod__cannot_start__says_why(maybe_unused void **state)
{
    CHECK("", "Pod",
          {"{'status':{'phase':'Pending','containerStatuses':[{'name':'a','state':{'running':{}}},"
           "{'name':'b','state':{'waiting':{'reason':'ImagePullBackOff','message':'no such "
           "image'}}}]}}",
           KUBE_NOT_READY, "container \"b\" is waiting: ImagePullBackOff: no such image"},
          {"{'status':{'phase':'Pending','initContainerStatuses':[{'name':'i','state':{'waiting':"
           "{'reason':'CrashLoopBackOff'}}}],'containerStatuses':[{'name':'b','state':{'waiting':"
           "{'reason':'PodInitializing'}}}]}}",
           KUBE_NOT_READY, "container \"i\" is waiting: CrashLoopBackOff"},
          {"{'status':{'phase':'Pending','conditions':[" CONDITION_BECAUSE(
               "PodScheduled", "False", "Unschedulable", "0/3 nodes are available") "]}}",
           KUBE_NOT_READY,
           "condition PodScheduled is False (Unschedulable): 0/3 nodes are available"});
}

static void test_080__job__conditions_decide(maybe_unused void **state)
{
    CHECK(
        "batch", "Job", {STATUS_WITH(CONDITION("Complete", "True")), KUBE_READY, ""},
        {STATUS_WITH(CONDITION("Complete", "False")), KUBE_NOT_READY, "the job is not complete"},
        {STATUS_WITH(CONDITION_BECAUSE("Failed", "True", "BackoffLimitExceeded", "6 pods failed")),
         KUBE_FAILED, "job \"d\" failed: BackoffLimitExceeded: 6 pods failed"},
        {STATUS_WITH(CONDITION("Failed", "False")), KUBE_NOT_READY, "the job is not complete"},
        {STATUS_WITH(CONDITION("Suspended", "True")), KUBE_NOT_READY, "job \"d\" is suspended"},
        {"{'spec':{'completions':3},'status':{'succeeded':1}}", KUBE_NOT_READY,
         "1 of 3 pods have succeeded"});
}

static void test_service__exists__ready(maybe_unused void **state)
{
    CHECK("", "Service",
          {"{'spec':{'type':'LoadBalancer'},'status':{'loadBalancer':{}}}", KUBE_READY, ""});
}

static void test_claim__phase_decides_unless_marked(maybe_unused void **state)
{
    CHECK("", "PersistentVolumeClaim", {"{'status':{'phase':'Bound'}}", KUBE_READY, ""},
          {"{'status':{'phase':'Pending'}}", KUBE_NOT_READY, "its phase is Pending"},
          {"{'metadata':{'annotations':{'" KUBE_FIRST_CONSUMER_MARK
           "':''}},'status':{'phase':'Pending'}}",
           KUBE_READY, ""},
          {"{'metadata':{'name':'d','annotations':{'" KUBE_FIRST_CONSUMER_MARK
           "':''}},'status':{'phase':'Lost'}}",
           KUBE_FAILED, "persistent volume claim \"d\" lost its volume"},
          {"{}", KUBE_NOT_READY, "its phase is not known yet"});
}

static void test_065__crd__names_refused__failed_with_the_message(maybe_unused void **state)
{
    CHECK("apiextensions.k8s.io", "CustomResourceDefinition",
          {STATUS_WITH(CONDITION("NamesAccepted", "True") "," CONDITION("Established", "True")),
           KUBE_READY, ""},
          {STATUS_WITH(CONDITION("NamesAccepted", "True") "," CONDITION_BECAUSE(
               "Established", "False", "Installing", "the initial names have been accepted")),
           KUBE_NOT_READY,
           "condition Established is False (Installing): the initial names have been accepted"},
          {STATUS_WITH(CONDITION("NamesAccepted", "True")), KUBE_NOT_READY,
           "there is no condition Established yet"},
          {STATUS_WITH(CONDITION("Established", "True")), KUBE_NOT_READY,
           "there is no condition NamesAccepted yet"},
          {STATUS_WITH(CONDITION_BECAUSE("NamesAccepted", "False", "PluralConflict",
                                         "widgets is taken") "," CONDITION("Established", "True")),
           KUBE_FAILED, "condition NamesAccepted is False (PluralConflict): widgets is taken"},
          {"{}", KUBE_NOT_READY, "there is no condition NamesAccepted yet"});
}

static void test_api_service__available_condition(maybe_unused void **state)
{
    CHECK("apiregistration.k8s.io", "APIService",
          {STATUS_WITH(CONDITION("Available", "True")), KUBE_READY, ""},
          {STATUS_WITH(CONDITION_BECAUSE("Available", "False", "MissingEndpoints", "none")),
           KUBE_NOT_READY, "condition Available is False (MissingEndpoints): none"},
          {"{}", KUBE_NOT_READY, "there is no condition Available yet"});
}

static void test_namespace__phase_active(maybe_unused void **state)
{
    CHECK("", "Namespace", {"{'status':{'phase':'Active'}}", KUBE_READY, ""},
          {"{'status':{'phase':'Terminating'}}", KUBE_NOT_READY, "its phase is Terminating"},
          {"{}", KUBE_NOT_READY, "its phase is not known yet"});
}

static void test_cluster_operator__three_conditions(maybe_unused void **state)
{
    CHECK("config.openshift.io", "ClusterOperator",
          {STATUS_WITH(CONDITION("Available", "True") "," CONDITION(
               "Degraded", "False") "," CONDITION("Progressing", "False")),
           KUBE_READY, ""},
          {STATUS_WITH(CONDITION("Available", "True") "," CONDITION(
               "Degraded", "True") "," CONDITION("Progressing", "False")),
           KUBE_NOT_READY, "condition Degraded is True"},
          {STATUS_WITH(CONDITION("Available", "True") "," CONDITION("Degraded", "False")),
           KUBE_NOT_READY, "there is no condition Progressing yet"},
          {STATUS_WITH(CONDITION("Available", "False")), KUBE_NOT_READY,
           "condition Available is False"});
}

static void test_other_kinds__exist_and_caught_up__ready(maybe_unused void **state)
{
    static const struct row rows[] = {
        {"{}", KUBE_READY, ""},
        {"{" META("2") "}", KUBE_READY, ""},
        {"{" META("2") ",'status':{'phase':'Pending'}}", KUBE_READY, ""},
        {"{'status':{'observedGeneration':1}}", KUBE_READY, ""},
        {"{" META("2") ",'status':{'observedGeneration':1}}", KUBE_NOT_READY,
         "waiting for the spec update to be observed"},
        {"{" META("2") ",'status':{'observedGeneration':2}}", KUBE_READY, ""},
    };
    check("example.com", "Widget", rows, array_length(rows));
    /* A kind alone makes no workload: the group counts. */
    check("example.com", "Deployment", rows, array_length(rows));
    check("", "Node", rows, array_length(rows));
}

static void test_ready__no_group__core(maybe_unused void **state)
{
    CHECK(NULL, "Namespace", {"{}", KUBE_NOT_READY, "its phase is not known yet"});
}

static void test_ready__every_row_absent_object__not_ready(maybe_unused void **state)
{
    size_t index = 0;
    for (const struct ready_row *row = ready_row_get(0); row; row = ready_row_get(++index)) {
        auto_buf struct buf why;
        buf_init(&why);
        assert_int_equal(kube_ready(row->group, row->kind, NULL, &why), KUBE_NOT_READY);
        assert_string_equal(buf_str(&why), "it does not exist yet");
        /* Called directly, a predicate survives NULL. */
        (void)row->predicate(NULL, &why);
    }
    assert_int_equal(index, 13);
}

static void test_crd_ready__absent_object__not_ready(maybe_unused void **state)
{
    auto_buf struct buf why;
    buf_init(&why);
    assert_int_equal(kube_crd_ready(NULL, &why), KUBE_NOT_READY);
    assert_string_equal(buf_str(&why), "there is no condition NamesAccepted yet");
}

static bool met(const char *text, const struct kube_condition *condition, const char *why)
{
    json_auto_t *object = text ? json_from(text) : NULL;
    auto_buf struct buf got;
    buf_init(&got);
    bool result = kube_condition_met(object, condition, &got);
    assert_string_equal(buf_str(&got), why);
    return result;
}

static void test_condition_met__type_status_and_reason_fit__met(maybe_unused void **state)
{
    const char *object = STATUS_WITH(
        CONDITION("Other", "False") "," CONDITION_BECAUSE("Ready", "True", "AllGood", ""));
    assert_true(met(object, &(struct kube_condition){"Ready", "True", NULL}, ""));
    assert_true(met(object, &(struct kube_condition){"Ready", "True", "AllGood"}, ""));
}

static void test_082__condition_met__unknown_wanted_false_there__not_met(maybe_unused void **state)
{
    const char *object = STATUS_WITH(CONDITION("Ready", "False"));
    assert_false(met(object, &(struct kube_condition){"Ready", "Unknown", NULL},
                     "condition Ready is False"));
    assert_true(met(STATUS_WITH(CONDITION("Ready", "Unknown")),
                    &(struct kube_condition){"Ready", "Unknown", NULL}, ""));
}

static void test_082__condition_met__wrong_reason__not_met(maybe_unused void **state)
{
    assert_false(met(STATUS_WITH(CONDITION_BECAUSE("Ready", "True", "Wrong", "m")),
                     &(struct kube_condition){"Ready", "True", "Right"},
                     "condition Ready is True (Wrong): m"));
    assert_false(met(STATUS_WITH(CONDITION("Ready", "True")),
                     &(struct kube_condition){"Ready", "True", "Right"},
                     "condition Ready is True"));
}

static void test_condition_met__case_differs_or_absent__not_met(maybe_unused void **state)
{
    const struct kube_condition wanted = {"Ready", "True", NULL};
    assert_false(
        met(STATUS_WITH(CONDITION("ready", "True")), &wanted, "there is no condition Ready yet"));
    assert_false(met(STATUS_WITH(CONDITION("Ready", "true")), &wanted, "condition Ready is true"));
    assert_false(
        met(STATUS_WITH("{'type':'Ready'}"), &wanted, "condition Ready is without status"));
    assert_false(met("{}", &wanted, "there is no condition Ready yet"));
    assert_false(met(NULL, &wanted, "it does not exist yet"));
}

static void test_081__condition_met__older_than_the_object__not_met(maybe_unused void **state)
{
    const struct kube_condition wanted = {"Available", "True", NULL};
    assert_false(met("{" META("3") ",'status':{'observedGeneration':3,'conditions':[{'type':"
                                   "'Available','status':'True','observedGeneration':2}]}}",
                     &wanted, "condition Available is of generation 2, the object of 3"));
    assert_false(met("{" META("3") ",'status':{'observedGeneration':2,'conditions':[" CONDITION(
                         "Available", "True") "]}}",
                     &wanted, "condition Available is of generation 2, the object of 3"));
    assert_true(met("{" META("3") ",'status':{'observedGeneration':1,'conditions':[{'type':"
                                  "'Available','status':'True','observedGeneration':3}]}}",
                    &wanted, ""));
    assert_true(met("{" META("3") ",'status':{'conditions':[" CONDITION("Available", "True") "]}}",
                    &wanted, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_073__deployment__rolling_update__as_kubectl),
        cmocka_unit_test(test_075__deployment__deadline_exceeded__failed),
        cmocka_unit_test(test_deployment__paused__ready_with_a_warning),
        cmocka_unit_test(test_077__deployment_and_daemon_set__nothing_to_run__ready),
        cmocka_unit_test(test_daemon_set__rolling_update__as_kubectl),
        cmocka_unit_test(test_daemon_set__on_delete__old_pods_will_do),
        cmocka_unit_test(test_stateful_set__whole_rollout__as_kubectl),
        cmocka_unit_test(test_078__stateful_set__partition_1_of_2__ready_when_1_is_updated),
        cmocka_unit_test(test_stateful_set__on_delete__existing_pods_will_do),
        cmocka_unit_test(test_replica_set_and_controller__ready_replicas_count),
        cmocka_unit_test(test_079__pod__phases_and_ready_condition),
        cmocka_unit_test(test_076__pod__cannot_start__says_why),
        cmocka_unit_test(test_080__job__conditions_decide),
        cmocka_unit_test(test_service__exists__ready),
        cmocka_unit_test(test_claim__phase_decides_unless_marked),
        cmocka_unit_test(test_065__crd__names_refused__failed_with_the_message),
        cmocka_unit_test(test_api_service__available_condition),
        cmocka_unit_test(test_namespace__phase_active),
        cmocka_unit_test(test_cluster_operator__three_conditions),
        cmocka_unit_test(test_other_kinds__exist_and_caught_up__ready),
        cmocka_unit_test(test_ready__no_group__core),
        cmocka_unit_test(test_ready__every_row_absent_object__not_ready),
        cmocka_unit_test(test_crd_ready__absent_object__not_ready),
        cmocka_unit_test(test_condition_met__type_status_and_reason_fit__met),
        cmocka_unit_test(test_082__condition_met__unknown_wanted_false_there__not_met),
        cmocka_unit_test(test_082__condition_met__wrong_reason__not_met),
        cmocka_unit_test(test_condition_met__case_differs_or_absent__not_met),
        cmocka_unit_test(test_081__condition_met__older_than_the_object__not_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
