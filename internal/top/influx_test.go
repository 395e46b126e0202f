package top

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

func TestHistoryIsReadFromInfluxDB(t *testing.T) {
	s := influxd.Start(t)
	s.SetUp(rollup.Defaults.Raw, rollup.Defaults.Events, rollup.Defaults.Minutes, rollup.Defaults.Hours)
	client := influx.New(s.URL, influxd.Org, influxd.Token)
	t.Cleanup(client.Close)
	now := time.Now()
	lines := []string{}
	for age := time.Duration(0); age < 40*time.Minute; age += 10 * time.Second {
		at := now.Add(-age).UnixNano()
		lines = append(lines,
			fmt.Sprintf("system_metrics,host=studio,service=cosyvoice3 cpu_usage_percent=50,memory_used_mb=1024,memory_total_mb=2048,load1=1 %d", at),
			fmt.Sprintf(`cosyvoice_gpu,host=studio,uuid=GPU-1,name=L20 index=0i,state="ok",memory_used_bytes=%d,memory_total_bytes=48e9 %d`, 9e9-age, at),
			fmt.Sprintf(`cosyvoice_service,host=studio,instance=50000 up=1i,state="busy",in_flight=2 %d`, at))
	}
	s.Write(rollup.Defaults.Raw, lines)
	s.Judged(rollup.Defaults.Events, "minutes", now.Add(-time.Minute))
	s.Write(rollup.Defaults.Minutes, []string{fmt.Sprintf("cosyvoice_agent,host=studio,collector=plugin points_count=6i %d", now.Add(-2*time.Minute).UnixNano())})
	ended := now.Add(-10 * time.Second).UnixNano()
	s.Write(rollup.Defaults.Events, []string{
		fmt.Sprintf(`cosyvoice_synthesis,host=studio,instance=50000,mode=sft,outcome=ok,streaming=true compute_seconds=1,audio_seconds=5,rtf=0.2,request_id="a" %d`, ended),
		fmt.Sprintf(`cosyvoice_diagnosis,host=studio,instance=50000,code=host_bound,severity=warning since=%d,value=1,limit=2 %d`, now.Add(-time.Minute).Unix(), ended),
	})

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := newRecorder()
	var findings []diagnosis.Finding
	looks := 0
	require.NoError(t, History{Finder: diagnosis.Finder{Client: client, Params: rollup.Defaults}, Every: 10 * time.Millisecond}.Watch(ctx, func(n News) {
		assert.NoError(t, n.Problem)
		assert.Equal(t, []string{"studio"}, n.Judged)
		for _, p := range n.Points {
			r.add(p)
		}
		if findings, looks = n.Findings, looks+1; looks == 3 {
			cancel()
		}
	}))
	b := r.board("")
	assert.Equal(t, "studio", b.Host)
	assert.InDelta(t, 181, len(b.CPUTrail), 1, "half an hour")
	assert.Equal(t, 50.0, *b.CPU)
	assert.Equal(t, 1024.0*(1<<20), *b.Memory)
	require.Len(t, b.Cards, 1)
	assert.Equal(t, 9e9, *b.Cards[0].Used)
	require.Len(t, b.Servers, 1)
	assert.Equal(t, "busy", b.Servers[0].State)
	assert.Equal(t, 2.0, *b.Servers[0].InFlight)
	require.Len(t, b.Syntheses, 1)
	assert.Equal(t, 0.2, *b.RTF)
	require.Len(t, findings, 1)
	assert.Equal(t, "host_bound", findings[0].Code)
}

func TestHistoryTellsThatInfluxDBIsAway(t *testing.T) {
	client := influx.New("http://127.0.0.1:1", "org", "token")
	t.Cleanup(client.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	problems := 0
	require.NoError(t, History{Finder: diagnosis.Finder{Client: client, Params: rollup.Defaults}, Every: 10 * time.Millisecond}.Watch(ctx, func(n News) {
		assert.ErrorContains(t, n.Problem, "127.0.0.1:1")
		if problems++; problems == 2 {
			cancel()
		}
	}))
	assert.Equal(t, 2, problems, "it is asked again")
}
