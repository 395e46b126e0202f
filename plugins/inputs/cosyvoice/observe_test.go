package cosyvoice

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/gpu"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/fakenvml"
)

// unstarted is an input that nobody answers: as if every read of /proc blocked.
// Call logged once, at the end.
func unstarted(t *testing.T) (_ *Cosyvoice, logged func() string) {
	input := inputs.Inputs["cosyvoice"]().(*Cosyvoice)
	var text bytes.Buffer
	log := execd.NewLogger(&text, telegraf.Info)
	input.Log = log
	input.host = unpackHost(t, filepath.Join("testcases", "no_driver", "host.txtar"))
	require.NoError(t, input.Init())
	return input, func() string {
		log.Close()
		return text.String()
	}
}

func TestTickEndsWhenProcHangs(t *testing.T) {
	input, logged := unstarted(t)
	for range 3 {
		r := &recorder{}
		began := time.Now()
		require.NoError(t, input.Gather(r))
		assert.Less(t, time.Since(began), 500*time.Millisecond)
		success := map[string]any{}
		for _, p := range r.points {
			assert.Equal(t, "cosyvoice_agent", p.name, "of what is not known there is no point")
			success[p.tags["collector"]] = p.fields["success"]
		}
		assert.Equal(t, int64(0), success["process"])
		assert.Equal(t, int64(1), success["plugin"])
	}
	assert.Contains(t, logged(), "W! Reading /proc takes longer than 350ms")
}

// A version that came and went with /proc would make two series of system_metrics.
func TestLateAnswerKeepsTheVersion(t *testing.T) {
	input, logged := unstarted(t)
	defer logged()
	state := filepath.Join(t.TempDir(), "gpu.state")
	require.NoError(t, fakenvml.Write(state, fakenvml.Default()))
	t.Setenv(fakenvml.StateVariable, state)
	library, err := fakenvml.Build(t.Context(), t.TempDir())
	require.NoError(t, err)
	input.gpus = gpu.NewMonitor(gpu.Options{Command: []string{os.Args[0], "nvml-child", library}, Log: input.Log})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { input.gpus.Run(ctx) })
	input.gpus.WaitReady(ctx)

	running.Go(func() { // the first tick is answered, the second is not
		q := <-input.processDesk.questions
		input.processDesk.answers <- asked[process.Report]{q.at, process.Report{Services: []process.Service{{Version: "ace7c47"}}}}
	})
	for _, tick := range []string{"answered", "late"} {
		r := &recorder{}
		require.NoError(t, input.Gather(r))
		i := slices.IndexFunc(r.points, func(p point) bool { return p.name == "system_metrics" })
		require.GreaterOrEqual(t, i, 0, tick)
		assert.Equal(t, "ace7c47", r.points[i].tags["version"], tick)
	}
}

// A single reading is to show the servers, however many processes there are.
func TestWarmWaitsForTheFirstLookAtAllProcesses(t *testing.T) {
	input, logged := unstarted(t)
	defer logged()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	answered := 0
	var answering sync.WaitGroup
	answering.Go(func() {
		defer cancel() // there is no GPU to wait for
		for answered < 3 {
			select {
			case q := <-input.processDesk.questions:
				answered++
				input.processDesk.answers <- asked[process.Report]{q.at, process.Report{Scan: process.Scan{Partial: answered < 3}}}
			case <-ctx.Done():
				return
			}
		}
	})
	input.Warm(ctx)
	answering.Wait()
	assert.Equal(t, 3, answered)
}

func TestLateAnswerGivesItsEventsOnly(t *testing.T) {
	input, logged := unstarted(t)
	defer logged()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	now := time.Now()
	event := func(message string) []process.Event {
		return []process.Event{{Kind: process.EventExit, Message: message}}
	}
	late := process.Report{Events: event("late"), Host: process.Host{Load1: new(9.0)}}
	intime := process.Report{Events: event("in time"), Host: process.Host{Load1: new(1.0)}}
	input.processDesk.answers <- asked[process.Report]{now.Add(-10 * time.Second), late}
	input.processDesk.answers <- asked[process.Report]{now, intime}

	report := input.report(ctx, now)
	require.NotNil(t, report)
	assert.InDelta(t, 1.0, *report.Host.Load1, 0)
	assert.Equal(t, append(event("late"), event("in time")...), input.happened)
}
