package stack

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Names that the whole project agrees on.
const (
	org          = "cosyvoice_org"
	ticksBucket  = "performance_monitor"
	eventsBucket = "performance_monitor_events"
)

func influxURL(port int) string { return "http://" + loopback(port) }

// influxdPart keeps all of influxd's data below the state folder. It runs in
// there too, since it would take a config file that lies in its working directory.
// One that is filled has many days in work at once, each with a cache that is written
// down at 25 MB: a month would take 3.4 GB of memory, and with 1 MB takes 0.6 GB.
func influxdPart(program Program, folder Folder, port int, filled bool) part {
	data := folder.influxData()
	p := part{
		name:    "influxd",
		version: program.Version,
		path:    program.Path,
		args: []string{
			"--bolt-path", filepath.Join(data, "influxd.bolt"),
			"--sqlite-path", filepath.Join(data, "influxd.sqlite"),
			"--engine-path", filepath.Join(data, "engine"),
			"--http-bind-address", loopback(port),
			"--reporting-disabled",
			// With its profiler on, influxd notes one in 4 kB that it allocates (its pprof/pprof.go),
			// which is a quarter of what a query costs.
			"--pprof-disabled",
			// A careless query ends with an error before it takes the memory of the machine: at
			// 512 MiB, and all together at 1 GiB, with which influxd itself is at twice that.
			"--query-memory-bytes", strconv.Itoa(512 << 20),
			"--query-max-memory-bytes", strconv.Itoa(1 << 30),
			"--query-initial-memory-bytes", strconv.Itoa(8 << 20),
			"--query-concurrency", "64",
			"--log-level", "error",
		},
		env: slices.DeleteFunc(os.Environ(), func(variable string) bool {
			return strings.HasPrefix(variable, "INFLUXD_")
		}),
		dir:       data,
		log:       folder.log("influxd"),
		grace:     30 * time.Second,
		mustStart: true,
	}
	if filled {
		p.args = append(p.args, "--storage-cache-snapshot-memory-size", strconv.Itoa(1<<20))
	}
	return p
}

// provision brings an InfluxDB that is ready to the state that the stack needs:
// owner, buckets, narrow tokens, tasks, and for a demo its made-up history. What is there already
// stays as it is.
func provision(ctx context.Context, p plan, options Options) error {
	url, folder := p.url, options.Folder
	settings, err := folder.settings()
	if err != nil {
		return err
	}
	password, err := ensureSecret(folder.adminPassword())
	if err != nil {
		return err
	}
	anonymous := influx.New(url, org, "")
	defer anonymous.Close()
	done, err := anonymous.IsSetUp(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(folder.operatorToken()); done && errors.Is(err, os.ErrNotExist) {
		return words.OperatorTokenMissing.With(folder.influxData(), folder.operatorToken())
	}
	token, err := ensureSecret(folder.operatorToken())
	if err != nil {
		return err
	}
	if !done {
		owner := influx.Owner{User: "admin", Password: password, Token: token, Bucket: influx.Bucket{Name: settings.Raw(), Retention: time.Duration(settings.Retention.Raw)}}
		if err := anonymous.SetUp(ctx, owner); err != nil {
			return err
		}
	}
	operator := influx.New(url, org, token)
	defer operator.Close()
	accepted, err := operator.Accepted(ctx)
	if err != nil {
		return err
	}
	if !accepted {
		return words.OperatorTokenRefused.With(folder.operatorToken(), folder.influxData())
	}
	server := reconcile.Server{URL: url, Org: org, Token: token, Secrets: folder.Secrets()}
	settings.Org = org
	desired, err := settings.Desired()
	if err != nil {
		return err
	}
	if p.history != nil {
		// Tasks would compute windows of what is half written.
		if err := manage(ctx, server, reconcile.Desired{Org: org, Buckets: desired.Buckets}, options.Say); err != nil {
			return err
		}
		if err := fillHistory(ctx, operator, settings, options, *p.history); err != nil {
			return err
		}
	}
	return manage(ctx, server, desired, options.Say)
}

// manage brings InfluxDB to the desired state. All in it is this stack's, so what an earlier
// version made without a mark is taken over.
func manage(ctx context.Context, server reconcile.Server, desired reconcile.Desired, say *words.Printer) error {
	plan, err := server.Plan(ctx, desired, reconcile.Options{Adopt: true})
	if err != nil {
		return err
	}
	for _, c := range plan.Changes {
		switch c.Action {
		case reconcile.Edited, reconcile.Blocked:
			say.Say(words.LeftAsItIs, c.Kind, c.Name)
		}
	}
	made := 0
	if err := server.Apply(ctx, plan, func(reconcile.Change) { made++ }); err != nil {
		return err
	}
	if made > 0 {
		say.Say(words.InfluxBrought, made, len(desired.Buckets), len(desired.Tasks))
	}
	return nil
}
