// What a real cluster needs beside the servers of the neighbouring program: kubeadm, and what runs on each node.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func init() {
	commands["kubeadm"] = runKubeadm
	commands["kubelet"] = cobraCommand(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) })
	commands["kube-proxy"] = cobraCommand(proxy.NewProxyCommand)
	commands["kube-scheduler"] = cobraCommand(func() *cobra.Command { return scheduler.NewSchedulerCommand() })
}

func runKubeadm() int {
	if err := kubeadm.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
