package cosyvoice

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/influxdata/telegraf"
	"github.com/influxdata/telegraf/plugins/inputs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/execd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
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
			assert.Contains(t, []string{"system_metrics", "cosyvoice_agent"}, p.name)
			success[p.tags["collector"]] = p.fields["success"]
		}
		assert.Equal(t, int64(0), success["process"])
		assert.Equal(t, int64(1), success["plugin"])
	}
	assert.Contains(t, logged(), "W! Reading /proc takes longer than 350ms")
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
	input.answers <- answer{now.Add(-10 * time.Second), late}
	input.answers <- answer{now, intime}

	report := input.report(ctx, now)
	require.NotNil(t, report)
	assert.InDelta(t, 1.0, *report.Host.Load1, 0)
	assert.Equal(t, append(event("late"), event("in time")...), input.happened)
}
