package main

import (
	"context"
	"net/http"
	"sync"

	loops "github.com/cert-manager/cert-manager/pkg/controller"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

const (
	workers   = 2
	livezAddr = ":9403"
)

func runLoops(ctx context.Context, namespace string) error {
	factory, err := loops.NewContextFactory(ctx, loops.ContextOptions{
		KubernetesAPIQPS:   50,
		KubernetesAPIBurst: 100,
		IssuerOptions:      loops.IssuerOptions{ClusterResourceNamespace: namespace},
	})
	if err != nil {
		return err
	}
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	for _, construct := range loops.Known() {
		loop, err := construct(factory)
		if err != nil {
			return err
		}
		running.Add(1)
		go func() {
			defer running.Done()
			_ = loop.Run(workers, ctx)
		}()
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	running.Wait()
	return nil
}

func controller(ctx context.Context, arguments []string) error {
	set := flags("controller")
	namespace := set.String("cluster-resource-namespace", "kube-system", "")
	if err := set.Parse(arguments); err != nil {
		return err
	}
	go func() {
		_ = http.ListenAndServe(livezAddr, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	}()
	return runLoops(ctx, *namespace)
}
