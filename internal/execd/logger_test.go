package execd

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/influxdata/telegraf"
	"github.com/stretchr/testify/require"
)

func TestLogLines(t *testing.T) {
	var out buffer
	log := NewLogger(&out, telegraf.Trace)
	log.Errorf("no %s", "driver")
	log.Error("no", "device:", errors.New("gone"))
	log.Warn("slow")
	log.Warnf("slow %d", 1)
	log.Info("found")
	log.Infof("found %d", 2)
	log.Debug("one\ntwo\r\n\tthree\x1b[0m")
	log.Debugf("bad \xff byte")
	log.Trace("detail")
	log.AddAttribute("gpu", 0)
	log.Tracef("100%%")
	log.Close()
	require.Equal(t, []string{
		"E! no driver",
		"E! no device: gone",
		"W! slow",
		"W! slow 1",
		"I! found",
		"I! found 2",
		"D! one two three [0m",
		"D! bad � byte",
		"T! detail",
		"T! 100% gpu=0",
	}, out.lines())
}

func TestLogLevel(t *testing.T) {
	var out buffer
	log := NewLogger(&out, telegraf.Warn)
	log.Info("hidden")
	log.Warn("shown")
	log.Close()
	require.Equal(t, "W! shown\n", out.String())
}

func TestLongLinesAreCut(t *testing.T) {
	for shift := range 3 {
		line := formatLine(telegraf.Error, strings.Repeat("x", shift)+strings.Repeat("错", 1000), " (9 more)")
		require.LessOrEqual(t, len(line), maxLine)
		require.Greater(t, len(line), maxLine-utf8.UTFMax)
		require.True(t, utf8.ValidString(line))
		require.True(t, strings.HasSuffix(line, "…"+" (9 more)\n"))
	}
}

func TestRepeatedFaultIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		log := NewLogger(&out, telegraf.Info)
		defer log.Close()
		// Each minute of 25; the fault is over after that.
		for n := range 25 {
			log.Errorf("pid %d is gone", n)
			log.Infof("tick %d", n)
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Hour)
		log.Error("pid 99 is gone")
		synctest.Wait()

		var faults []string
		for _, line := range out.lines() {
			if strings.HasPrefix(line, "E!") {
				faults = append(faults, line)
			}
		}
		require.Len(t, out.lines(), 25+len(faults), "notices are never held back")
		require.Equal(t, "E! pid 0 is gone", faults[0])
		require.Equal(t, "E! pid 99 is gone", faults[len(faults)-1], "a fault that was over is new again")
		counted := 0
		for _, line := range faults[1 : len(faults)-1] {
			var last, more int
			_, err := fmt.Sscanf(line, "E! pid %d is gone (%d more in the last 10m0s)", &last, &more)
			require.NoError(t, err, line)
			counted += more
		}
		require.Equal(t, 24, counted)
		require.Len(t, faults, 5, "once, then at most every ten minutes")
	})
}

func TestCloseTellsCounts(t *testing.T) {
	var out buffer
	log := NewLogger(&out, telegraf.Info)
	for range 3 {
		log.Warn("slow")
	}
	log.Close()
	log.Close()
	log.Warn("too late")
	require.Equal(t, []string{"W! slow", "W! slow (2 more in the last 0s)"}, out.lines())
}

func TestFaultTableIsBounded(t *testing.T) {
	faults := repeats{}
	logged := 0
	for n := range 10 * maxFaults {
		if faults.first(telegraf.Error, strings.Repeat("x", n+1), time.Now()) {
			logged++
		}
	}
	require.Len(t, faults, maxFaults+1)
	require.Equal(t, maxFaults+1, logged)
	lines := faults.drain(time.Now())
	require.Len(t, lines, 1, "the rest is counted together")
	require.Contains(t, lines[0], fmt.Sprintf("(%d more", 9*maxFaults-1))
}

func TestBlockedStderrDoesNotBlock(t *testing.T) {
	reader, writer := io.Pipe()
	log := NewLogger(writer, telegraf.Info)
	const sent = 10 * logBacklog
	for n := range sent {
		log.Infof("line %d", n)
	}

	// Now somebody reads again, and what is missing is told.
	read := make(chan string)
	go func() {
		data, _ := io.ReadAll(reader)
		read <- string(data)
	}()
	eventually(t, "the backlog is read", func() bool { return len(log.lines) == 0 })
	log.Info("end")
	log.Close()
	require.NoError(t, writer.Close())
	kept, dropped := 0, 0
	for line := range strings.Lines(<-read) {
		var more int
		if _, err := fmt.Sscanf(line, "W! Dropped %d log lines", &more); err == nil {
			dropped += more
		} else {
			kept++
		}
	}
	require.Greater(t, dropped, sent/2)
	require.Equal(t, sent+1, kept+dropped)
}

func TestCloseDoesNotWaitForBlockedStderr(t *testing.T) {
	reader, writer := io.Pipe()
	defer reader.Close()
	log := NewLogger(writer, telegraf.Info)
	log.Info("nobody reads this")
	began := time.Now()
	log.Close()
	require.Less(t, time.Since(began), closeDeadline+patience/20)
}
