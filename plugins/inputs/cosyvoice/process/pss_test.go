package process

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPSSIsReportedOnce(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	m.run(proc{pid: 101, ppid: 100, argv: "python3 w.py"})
	m.run(proc{pid: 102, ppid: 100, argv: "python3 w.py"})
	m.write("100/smaps_rollup", "0-1 ---p 0 00:00 0 [rollup]\nRss: 8 kB\nPss: 4 kB\n")
	m.write("101/smaps_rollup", "0-1 ---p 0 00:00 0 [rollup]\nRss: 8 kB\nPss: 4 kB\n")
	o := m.observer(Options{})
	require.Nil(t, o.Tick(nil).Services[0].Roles[0].PSSBytes, "never measured on a tick")
	runBeside(t, o.Run)
	var roles []Role
	require.Eventually(t, func() bool {
		roles = o.Tick(nil).Services[0].Roles
		return roles[0].PSSBytes != nil
	}, 10*time.Second, time.Millisecond)
	require.EqualValues(t, 4096, *roles[0].PSSBytes)
	require.Nil(t, roles[1].PSSBytes, "one worker is not readable")
	require.Nil(t, o.Tick(nil).Services[0].Roles[0].PSSBytes)
}

func TestPSSOfAReusedPIDIsNotTaken(t *testing.T) {
	m := newMachine(t)
	m.run(webui(100))
	m.write("100/smaps_rollup", "0-1 ---p 0 00:00 0 [rollup]\nPss: 4 kB\n")
	o := m.observer(Options{})
	_, err := o.pss.pssOf(processID{100, 100 * clockTicks})
	require.NoError(t, err)
	_, err = o.pss.pssOf(processID{100, 5})
	require.Error(t, err)
}
