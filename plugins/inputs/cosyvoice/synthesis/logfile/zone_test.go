package logfile

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	winter = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	summer = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
)

// zoneBench is a fake process with a root of its own.
func zoneBench(t *testing.T, environ string) (proc, root string) {
	t.Helper()
	proc = t.TempDir()
	root = filepath.Join(proc, "7", "root")
	require.NoError(t, os.MkdirAll(filepath.Join(root, "etc"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(proc, "7", "environ"), []byte(environ), 0o600))
	return proc, root
}

func hours(t *testing.T, zone *time.Location, when time.Time) float64 {
	t.Helper()
	_, seconds := when.In(zone).Zone()
	return float64(seconds) / 3600
}

// writeZone puts a zone file, made of a rule, into a root.
func writeZone(t *testing.T, root, path, rule string) {
	t.Helper()
	path = filepath.Join(root, path)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, ruleFile(rule), 0o600))
}

func TestZoneByTZ(t *testing.T) {
	for tz, want := range map[string]struct{ winter, summer float64 }{
		"Asia/Shanghai":                         {8, 8},
		":Asia/Shanghai":                        {8, 8},
		"America/New_York":                      {-5, -4},
		"/usr/share/zoneinfo/Asia/Shanghai":     {8, 8},
		":/usr/share/zoneinfo/America/New_York": {-5, -4},
		"CST-8":                                 {8, 8},
		":CST-8":                                {8, 8},
		"UTC0":                                  {0, 0},
		"UTC":                                   {0, 0},
		"<+08>-8":                               {8, 8},
		"<+0545>-5:45":                          {5.75, 5.75},
		"EST5EDT,M3.2.0,M11.1.0":                {-5, -4},
		"CET-1CEST,M3.5.0,M10.5.0/3":            {1, 2},
		"":                                      {0, 0},
		":":                                     {0, 0},
		"Nonsense/Place":                        {0, 0},
		"Local":                                 {0, 0},
		"CST-8\nX":                              {0, 0},
	} {
		t.Run(tz, func(t *testing.T) {
			proc, root := zoneBench(t, "HOME=/root\x00XTZ=UTC-3\x00TZ="+tz+"\x00TZDIR=x\x00")
			writeZone(t, root, "etc/localtime", "JST-9")
			writeZone(t, root, "usr/share/zoneinfo/Asia/Shanghai", "CST-8")
			writeZone(t, root, "usr/share/zoneinfo/America/New_York", "EST5EDT,M3.2.0,M11.1.0")
			zone := FindZone(proc, 7)
			require.Equal(t, want.winter, hours(t, zone, winter))
			require.Equal(t, want.summer, hours(t, zone, summer))
		})
	}
}

func TestZoneWithoutTZ(t *testing.T) {
	proc, root := zoneBench(t, "HOME=/root\x00")
	require.Equal(t, time.UTC, FindZone(proc, 7), "no file at all")

	require.NoError(t, os.WriteFile(filepath.Join(root, "etc/localtime"), []byte("rubbish"), 0o600))
	require.Equal(t, time.UTC, FindZone(proc, 7))

	writeZone(t, root, "etc/localtime", "CST-8")
	require.Equal(t, 8.0, hours(t, FindZone(proc, 7), winter))
}

func TestALinkToAZoneIsFollowedInTheServersRoot(t *testing.T) {
	proc, root := zoneBench(t, "")
	writeZone(t, root, "usr/share/zoneinfo/Test/OnlyThere", "CST-8")
	require.NoError(t, os.Symlink("/usr/share/zoneinfo/Test/OnlyThere", filepath.Join(root, "etc/localtime")))
	require.Equal(t, 8.0, hours(t, FindZone(proc, 7), winter))
}

func TestZoneOfAServerThatMayNotBeLookedInto(t *testing.T) {
	require.Equal(t, time.Local, FindZone(t.TempDir(), 7))
}

func TestZoneOfARealProcess(t *testing.T) {
	b := newBench(t)
	t.Setenv("TZ", "CST-8")
	s := b.speaker(nil, nil)
	s.say("started")
	require.Equal(t, 8.0, hours(t, FindZone("/proc", s.command.Process.Pid), winter))
}

func TestParseZone(t *testing.T) {
	for name, want := range map[string]float64{"CST-8": 8, "UTC": 0, "Asia/Shanghai": 8, "<-03>3": -3} {
		zone, err := ParseZone(name)
		require.NoError(t, err)
		require.Equal(t, want, hours(t, zone, winter), name)
	}
	_, err := ParseZone("Beijing time")
	require.ErrorContains(t, err, "Asia/Shanghai")
}
