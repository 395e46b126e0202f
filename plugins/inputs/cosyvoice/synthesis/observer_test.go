package synthesis

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// observed is a server with a log file, and a clock that the test moves.
type observed struct {
	t    *testing.T
	dir  string
	now  time.Time
	o    *Observer
	news News
}

type silent struct{}

func (silent) Infof(string, ...any) {}
func (silent) Warnf(string, ...any) {}

func observe(t *testing.T) *observed {
	v := &observed{t: t, dir: t.TempDir(), now: moment(0)}
	v.restart()
	return v
}

// restart goes on with another observer, as another run of the plugin does.
func (v *observed) restart() {
	v.o = NewObserver(Options{
		Patterns: map[string][]string{"": {filepath.Join(v.dir, "cosyvoice.log")}}, FromBeginning: true,
		Zone: time.UTC, ProcRoot: v.dir, StateFile: filepath.Join(v.dir, "state.json"),
		Now: func() time.Time { return v.now }, Log: silent{},
	})
	v.t.Cleanup(v.o.Close)
}

func (v *observed) write(lines ...string) {
	file, err := os.OpenFile(filepath.Join(v.dir, "cosyvoice.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(v.t, err)
	defer file.Close()
	for _, line := range lines {
		_, err = file.WriteString(inNoon(line) + "\n")
		require.NoError(v.t, err)
	}
}

// poll is a tick at a second.
func (v *observed) poll(second float64) Live {
	v.now = moment(second)
	v.o.Poll([]Server{{Instance: "studio", PID: 4711, PIDs: []int{4711}, Up: true}})
	reading := v.o.Report()[0]
	v.news.add(reading.News)
	require.NotNil(v.t, reading.Live)
	return *reading.Live
}

func (v *observed) save() { require.NoError(v.t, v.o.Save(v.o.Checkpoint())) }

const bar1opens, bar1ends = "\r  0%|          | 0/1 [00:00<?, ?it/s]", "\r100%|##########| 1/1 [00:04<00:00,  4.00s/it]\r100%|##########| 1/1 [00:04<00:00,  4.00s/it]"

func TestRotationKeepsWhatIsInFlight(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25", bar1opens+"@02.000 synthesis text 你好")
	require.Equal(t, 1, v.poll(5).InFlight)
	path := filepath.Join(v.dir, "cosyvoice.log")
	require.NoError(t, os.Rename(path, path+".1"))
	v.write("@12.000 yield speech len 10.0, rtf 1.0", bar1ends)
	v.poll(15)
	v.poll(25)
	require.Len(t, v.news.Syntheses, 1)
	require.Equal(t, moment(2), v.news.Syntheses[0].Start)
	require.False(t, v.news.Syntheses[0].Inferred)
}

func TestRestartKeepsWhatIsInFlight(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25", bar1opens+"@02.000 synthesis text 你好", "@02.100 something else")
	v.poll(5)
	v.save()
	v.restart()
	v.write("@12.000 yield speech len 10.0, rtf 1.0", bar1ends)
	v.poll(15)
	require.Len(t, v.news.Syntheses, 1)
	require.Equal(t, moment(2), v.news.Syntheses[0].Start)
	require.Equal(t, 2, *v.news.Syntheses[0].Characters)
}

// The exception of a quiet server is the last thing in its log for long.
func TestFailureOnAQuietServer(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25", bar1opens+"@02.000 synthesis text 你好",
		bar1opens, "Traceback (most recent call last):", `  File "a.py", line 1, in f`, "    g()", "ValueError: of some kind")
	for second := 12.0; second < 60; second += 10 {
		v.poll(second)
	}
	require.Len(t, v.news.Syntheses, 1)
	require.Equal(t, Failed, v.news.Syntheses[0].Outcome)
	require.Equal(t, logline.OtherError, v.news.Syntheses[0].Error)
}

// A text may hold lines that look like the log's own, of any time.
func TestNoTextMovesTheClock(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25")
	v.poll(2)
	v.write(bar1opens + "@03.000 synthesis text 你好")
	for range 40 {
		v.write("2199-01-01 00:00:00,000 INFO yield speech len 5.0, rtf 0.1")
	}
	v.write("@04.000 yield speech len 10.0, rtf 0.1", bar1ends)
	v.poll(12)
	require.Len(t, v.news.Syntheses, 1)
	require.InDelta(t, 10.0, v.news.Syntheses[0].AudioSeconds, 1e-9)
	require.Equal(t, moment(4), v.news.Syntheses[0].End)
}

func TestALogWithoutTimesGoesOnAfterARestart(t *testing.T) {
	v := observe(t)
	v.write("INFO:root:input frame rate=25")
	v.poll(5)
	v.save()
	v.restart()
	v.write("INFO:root:synthesis text 你好")
	v.poll(15)
	v.write("INFO:root:yield speech len 10.0, rtf 1.0")
	v.poll(25)
	v.poll(45)
	require.Len(t, v.news.Syntheses, 1)
	require.Equal(t, moment(25), v.news.Syntheses[0].End)
	require.True(t, v.news.Syntheses[0].Inferred)
}

// What a server reported is not told again by its log, up to the time of the save.
func TestRestartDoesNotTellReportsAgain(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25")
	v.poll(2)
	v.o.TakeReport(onPID(startReport("a", 3)))
	v.o.TakeReport(onPID(endReport("a", 3, 4)))
	v.poll(5)
	early := v.o.Checkpoint()
	v.o.TakeReport(onPID(endReport("b", 6, 7)))
	v.poll(10)
	require.NoError(t, v.o.Save(early))
	v.write(bar1opens+"@06.250 synthesis text 你好", "@07.000 yield speech len 7.5, rtf 0.1", bar1ends)
	v.restart()
	v.write(bar1opens+"@16.250 synthesis text 你好", "@17.000 yield speech len 7.5, rtf 0.1", bar1ends)
	v.poll(20)
	var ids []string
	for _, s := range v.news.Syntheses {
		ids = append(ids, s.ID)
	}
	require.Len(t, ids, 3, "a, b and the one of the time without reports")
	require.Equal(t, []string{"a", "b"}, ids[:2])
}

func TestAnIdleServerCostsNoWriting(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25", bar1opens+"@02.000 synthesis text 你好", "@12.000 yield speech len 10.0, rtf 1.0", bar1ends)
	v.poll(15)
	v.save()
	written := func() os.FileInfo {
		info, err := os.Stat(filepath.Join(v.dir, "state.json"))
		require.NoError(t, err)
		return info
	}
	before := written()
	v.poll(25)
	v.save()
	require.True(t, os.SameFile(before, written()), "nothing was read since")
	v.write("@30.000 something else")
	v.poll(35)
	v.save()
	require.False(t, os.SameFile(before, written()))
}

func onPID(r *datagram.Report) *datagram.Report {
	r.PID = 4711
	return r
}

// A kill soon after the first look, and a rotation: what was written meanwhile is read.
func TestTheBeginningIsRememberedAtOnce(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25", "@01.100 a line that makes the file known", bar1opens+"@02.000 synthesis text 你好")
	v.poll(5)
	v.write("@12.000 yield speech len 10.0, rtf 1.0", bar1ends)
	path := filepath.Join(v.dir, "cosyvoice.log")
	require.NoError(t, os.Rename(path, path+".1"))
	v.write("@13.000 something else")
	v.restart()
	v.poll(15)
	v.poll(25)
	require.Len(t, v.news.Syntheses, 1)
	require.Equal(t, moment(2), v.news.Syntheses[0].Start)
}

// The first syntheses that are seen of a server that has run for long are no warm-up.
func TestOnlyAYoungServerWarmsUp(t *testing.T) {
	for name, c := range map[string]struct {
		started float64 // seconds before it is seen
		warms   bool
	}{"just started": {60, true}, "has run for long": {600, false}} {
		t.Run(name, func(t *testing.T) {
			v := observe(t)
			v.now = moment(5)
			server := Server{Instance: "studio", PID: 4711, PIDs: []int{4711}, Up: true, StartTime: moment(5 - c.started)}
			v.o.Poll([]Server{server})
			v.write("@02.000 synthesis text 你好", "@04.000 yield speech len 10.0, rtf 0.2")
			started, ended := startReport("a", 3), endReport("a", 3, 4)
			started.PID, ended.PID = 4711, 4711
			v.now = moment(15)
			v.o.Poll([]Server{server})
			v.now = moment(75)
			v.o.Poll([]Server{server})
			logged := v.o.Report()[0].Syntheses
			require.Len(t, logged, 1)
			require.Equal(t, c.warms, logged[0].WarmUp)
			require.True(t, v.o.TakeReport(started))
			require.True(t, v.o.TakeReport(ended))
			require.Equal(t, c.warms, v.o.Report()[0].Syntheses[0].WarmUp)
		})
	}
}

// An access log of its own has no times. When its lines are read, the requests that they
// announce may have begun, and the next one is another.
func TestAnAccessLogOfItsOwnAnnouncesNothing(t *testing.T) {
	v := observe(t)
	v.o = NewObserver(Options{
		Patterns: map[string][]string{"": {filepath.Join(v.dir, "*.log")}}, FromBeginning: true,
		Zone: time.UTC, ProcRoot: v.dir, Now: func() time.Time { return v.now }, Log: silent{},
	})
	t.Cleanup(v.o.Close)
	access := `INFO:     127.0.0.1:40000 - "POST /inference_instruct2 HTTP/1.1" 200 OK` + "\n"
	v.write("@01.000 input frame rate=25", bar1opens+"@02.000 synthesis text 你好")
	require.NoError(t, os.WriteFile(filepath.Join(v.dir, "access.log"), []byte(access), 0o600))
	v.poll(3)
	v.write("@04.000 yield speech len 10.0, rtf 0.2", bar1ends, bar1opens+"@05.000 synthesis text 你好", "@07.000 yield speech len 10.0, rtf 0.2", bar1ends)
	v.poll(8)
	v.poll(20)
	require.Len(t, v.news.Syntheses, 2)
	for _, s := range v.news.Syntheses {
		require.Empty(t, s.Mode)
	}
}

func TestASharedLogStaysWithTheServerThatHadIt(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25")
	v.poll(5)
	v.save()
	v.restart()
	v.write(bar1opens+"@06.000 synthesis text 你好", "@07.000 yield speech len 10.0, rtf 0.1", bar1ends)
	v.now = moment(10)
	both := []Server{{Instance: "amber", PID: 4712, Up: true}, {Instance: "studio", PID: 4711, Up: true}}
	v.o.Poll(both)
	v.now = moment(20)
	v.o.Poll(both)
	readings := v.o.Report()
	require.Empty(t, readings[0].Syntheses)
	require.Len(t, readings[1].Syntheses, 1)
}

// A server that is back within a tick has reported what it ended before; the log tells the
// same a moment later.
func TestWhatWasReportedBeforeARestartIsNotToldAgain(t *testing.T) {
	for name, late := range map[string]bool{"its last report was taken": false, "its last report is on its way": true} {
		t.Run(name, func(t *testing.T) {
			v := observe(t)
			v.write("@01.000 input frame rate=25")
			v.poll(5)
			started, ended := startReport("a", 10), endReport("a", 10, 14)
			started.PID, ended.PID = 4711, 4711
			require.True(t, v.o.TakeReport(started))
			if !late {
				require.True(t, v.o.TakeReport(ended))
			}
			v.write("@10.250 synthesis text 你好", "@14.000 yield speech len 10.0, rtf 0.375")
			v.poll(15) // the log does not tell yet that it has ended
			v.now = moment(16)
			v.o.Poll([]Server{{Instance: "studio", PID: 4712, PIDs: []int{4712}, Up: true}})
			if late {
				require.True(t, v.o.TakeReport(ended))
			}
			v.news.add(v.o.Report()[0].News)
			require.Len(t, v.news.Syntheses, 1)
			require.Equal(t, "a", v.news.Syntheses[0].ID)
		})
	}
}

func TestAnEndAloneIsRememberedAcrossRestarts(t *testing.T) {
	v := observe(t)
	v.write("@01.000 input frame rate=25")
	v.poll(5)
	before := v.o.Checkpoint()
	ended := endReport("a", 10, 14)
	ended.PID = 4711
	v.write("@10.250 synthesis text 你好", "@14.000 yield speech len 10.0, rtf 0.375")
	require.True(t, v.o.TakeReport(ended))
	v.poll(15)
	require.NoError(t, v.o.Save(before), "what is saved lags behind")
	v.restart()
	v.poll(40)
	v.poll(60)
	require.Len(t, v.news.Syntheses, 1)
	require.Equal(t, "a", v.news.Syntheses[0].ID)
}
