// Package parts finds the pinned programs that this project runs beside its own,
// and builds them from their Go modules where they are not installed.
package parts

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// recipe says which version of a program is wanted and how it is built.
type recipe struct {
	name    string
	version version
	oldest  version // oldest version accepted on PATH, of the same major version

	versionCommand string // argument that makes the program print its version
	packages       string // the official package and where it is, for people

	// check, if set, says what a program found on PATH lacks besides its version.
	check func(ctx context.Context, path string) error

	module    string
	mainPath  string // folder of the main package within the module
	tags      string
	ldflags   string
	pkgConfig string // package of the pkg-config to build with, in the module's own version

	tools    []tool
	diskGB   uint64
	expected string // time to build on 2 cores, from empty caches
}

var recipes = []recipe{
	{
		name:           "influxd",
		version:        version{2, 9, 1},
		oldest:         version{2, 7, 0},
		versionCommand: "version",
		packages:       "influxdb2 (https://docs.influxdata.com/influxdb/v2/install)",

		module:   "github.com/influxdata/influxdb/v2",
		mainPath: "./cmd/influxd",
		tags:     "sqlite_foreign_keys,sqlite_json",
		ldflags:  "-s -w -X main.version=v2.9.1",
		// Flux, the query language, is a Rust library. This pkg-config builds it.
		pkgConfig: "github.com/influxdata/pkg-config",

		tools:    []tool{goTool, gcc, cargo, rustc},
		diskGB:   5,
		expected: "6 minutes",
	},
	{
		name:           "telegraf",
		version:        version{1, 39, 3},
		oldest:         version{1, 36, 0},
		versionCommand: "--version",
		packages:       "telegraf (https://docs.influxdata.com/telegraf/v1/install)",

		check: checkTelegraf,

		module:   "github.com/influxdata/telegraf",
		mainPath: "./cmd/telegraf",
		// Telegraf's own mechanism for a small build: custom, and what to keep.
		// The inputs of cpu, mem, nvidia_smi, procstat and tail (with grok) are what the
		// plugin's cost is compared with, and what many add to their telegraf.conf.
		tags: "custom,inputs.execd,inputs.internal," +
			"inputs.cpu,inputs.mem,inputs.nvidia_smi,inputs.procstat,inputs.tail," +
			"outputs.influxdb_v2,outputs.file,outputs.discard," +
			"parsers.grok,parsers.influx,serializers.influx," +
			"secretstores.docker,secretstores.systemd,secretstores.os",
		ldflags: "-s -w -X github.com/influxdata/telegraf/internal.Version=1.39.3",

		tools:    []tool{goTool},
		diskGB:   2,
		expected: "30 s",
	},
	{
		name:           "alertmanager",
		version:        version{0, 28, 1},
		oldest:         version{0, 25, 0},
		versionCommand: "--version",
		packages:       "alertmanager (https://prometheus.io/download/#alertmanager)",

		module:   "github.com/prometheus/alertmanager",
		mainPath: "./cmd/alertmanager",
		tags:     "netgo", // as in the official build
		ldflags:  "-s -w -X github.com/prometheus/common/version.Version=0.28.1",

		tools:    []tool{goTool},
		diskGB:   2,
		expected: "2 minutes",
	},
}

// Names returns the names of the parts, in the order in which a person reads them.
func Names() []string {
	var names []string
	for _, r := range recipes {
		names = append(names, r.name)
	}
	return names
}

func recipeFor(name string) (recipe, error) {
	i := slices.IndexFunc(recipes, func(r recipe) bool { return r.name == name })
	if i < 0 {
		return recipe{}, fmt.Errorf("unknown part %q: the parts are %s", name, strings.Join(Names(), ", "))
	}
	return recipes[i], nil
}

// title is how a person is told which part is meant.
func (r recipe) title() string {
	return r.name + " " + r.version.String()
}

// key names the result of this recipe: any change of it makes another key.
func (r recipe) key() string {
	how := fmt.Sprintln(r.module, r.mainPath, r.tags, r.ldflags, r.pkgConfig, runtime.GOARCH)
	return fmt.Sprintf("%s-%s-%.4x", r.name, r.version, sha256.Sum256([]byte(how)))
}

// supports tells whether a version found on PATH can be used.
func (r recipe) supports(found version) bool {
	return found[0] == r.version[0] && slices.Compare(found[:], r.oldest[:]) >= 0
}
