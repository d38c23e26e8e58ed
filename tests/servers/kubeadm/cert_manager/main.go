// The programs of cert-manager by the name they are called: its own code, with a main of ours, because its commands are modules of
// their own that no proxy serves. Without issuers that ask servers outside.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/pflag"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

var programs = map[string]func(context.Context, []string) error{
	"controller": controller,
	"cainjector": cainjector,
	"webhook":    webhook,
}

// A set of flags that ignores those that it does not know.
func flags(name string) *pflag.FlagSet {
	set := pflag.NewFlagSet(name, pflag.ContinueOnError)
	set.ParseErrorsWhitelist.UnknownFlags = true
	return set
}

func main() {
	name := filepath.Base(os.Args[0])
	program, found := programs[name]
	if !found {
		fmt.Fprintf(os.Stderr, "%s is no program of cert-manager\n", name)
		os.Exit(2)
	}
	ctrl.SetLogger(klog.Background())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := program(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
