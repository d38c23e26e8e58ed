package main

import (
	"context"
	"time"

	"github.com/cert-manager/cert-manager/internal/apis/config/shared"
	config "github.com/cert-manager/cert-manager/internal/apis/config/webhook"
	admission "github.com/cert-manager/cert-manager/internal/webhook"
	"k8s.io/klog/v2"
)

const (
	healthzPort  = 6080
	leafDuration = 7 * 24 * time.Hour
)

func webhook(ctx context.Context, arguments []string) error {
	set := flags("webhook")
	port := set.Int32("secure-port", 6443, "")
	namespace := set.String("dynamic-serving-ca-secret-namespace", "", "")
	secret := set.String("dynamic-serving-ca-secret-name", "", "")
	names := set.StringSlice("dynamic-serving-dns-names", nil, "")
	if err := set.Parse(arguments); err != nil {
		return err
	}
	server, err := admission.NewCertManagerWebhookServer(klog.Background(), config.WebhookConfiguration{
		SecurePort:           *port,
		HealthzPort:          healthzPort,
		MetricsListenAddress: "0",
		TLSConfig: shared.TLSConfig{Dynamic: shared.DynamicServingConfig{
			SecretNamespace: *namespace, SecretName: *secret, DNSNames: *names, LeafDuration: leafDuration,
		}},
	})
	if err != nil {
		return err
	}
	return server.Run(ctx)
}
