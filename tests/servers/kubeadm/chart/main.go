// chart FOLDER RELEASE [NAME=VALUE…]: prints what a chart renders to, installed into the namespace RELEASE. Helm's own engine; its command
// would take as long to compile as all else together.
package main

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"sort"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/strvals"
)

func render(folder, release string, settings []string) (map[string]string, error) {
	chart, err := loader.Load(folder)
	if err != nil {
		return nil, err
	}
	given := map[string]interface{}{}
	for _, setting := range settings {
		if err := strvals.ParseInto(setting, given); err != nil {
			return nil, err
		}
	}
	options := chartutil.ReleaseOptions{Name: release, Namespace: release, IsInstall: true}
	values, err := chartutil.ToRenderValues(chart, given, options, chartutil.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	return engine.Render(chart, values)
}

// Charts separate objects in more ways than YAML does.
var separator = regexp.MustCompile(`(?:^|\s*\n)---\s*`)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "chart FOLDER RELEASE [NAME=VALUE…]")
		os.Exit(2)
	}
	files, err := render(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var names []string
	for name, text := range files {
		if path.Ext(name) == ".yaml" && strings.TrimSpace(text) != "" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		for _, object := range separator.Split(files[name], -1) {
			if strings.TrimSpace(object) != "" {
				fmt.Printf("---\n%s\n", strings.TrimRight(object, "\n"))
			}
		}
	}
}
