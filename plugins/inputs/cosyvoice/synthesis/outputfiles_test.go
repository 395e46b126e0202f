package synthesis

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
)

// studio is a host with servers that keep their audio.
type studio struct {
	t        *testing.T
	now      time.Time
	options  Options
	observer *Observer
	servers  []Server
}

func newStudio(t *testing.T) *studio {
	s := &studio{t: t, now: time.Now()}
	s.options = Options{
		Now: func() time.Time { return s.now }, Log: nothing{}, StateFile: filepath.Join(t.TempDir(), "state.json"),
		Zone: time.UTC,
	}
	s.start()
	return s
}

type nothing struct{}

func (nothing) Infof(string, ...any) {}
func (nothing) Warnf(string, ...any) {}

// start starts the observer anew.
func (s *studio) start() {
	s.observer = NewObserver(s.options)
	s.t.Cleanup(s.observer.Close)
}

// serve starts a process in a folder, with its log in a file if it has a name.
func (s *studio) serve(instance, folder, log string) {
	server := exec.Command("sleep", "1000")
	server.Dir = folder
	if log != "" {
		file, err := os.Create(filepath.Join(folder, log))
		require.NoError(s.t, err)
		defer file.Close()
		server.Stdout, server.Stderr = file, file
	}
	require.NoError(s.t, server.Start())
	s.t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	pid := server.Process.Pid
	s.servers = append(s.servers, Server{Instance: instance, PID: pid, PIDs: []int{pid}, StartTime: s.now, Up: true})
}

func (s *studio) folder() string {
	folder := s.t.TempDir()
	require.NoError(s.t, os.Mkdir(filepath.Join(folder, "outputs"), 0o755))
	return folder
}

// speak leaves a second of audio in the outputs of a folder, a second later.
func (s *studio) speak(folder, name string) {
	s.now = s.now.Add(time.Second)
	const second = 48000
	file := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\xc0\x5d\x00\x00\x80\xbb\x00\x00\x02\x00\x10\x00data")
	file = append(binary.LittleEndian.AppendUint32(file, second), make([]byte, second)...)
	path := filepath.Join(folder, "outputs", name)
	require.NoError(s.t, os.WriteFile(path, file, 0o644))
	for _, p := range []string{path, filepath.Dir(path)} {
		require.NoError(s.t, os.Chtimes(p, s.now, s.now))
	}
}

// found polls ten seconds later, and returns the seconds of audio by instance.
func (s *studio) found() map[string]float64 {
	s.now = s.now.Add(10 * time.Second)
	s.observer.Poll(s.servers)
	sum := map[string]float64{}
	for _, r := range s.observer.Report() {
		for _, f := range r.Outputs {
			sum[r.Instance] += f.AudioSeconds
		}
	}
	return sum
}

func TestAudioFilesOfAServerWithoutALog(t *testing.T) {
	s := newStudio(t)
	folder := s.folder()
	s.speak(folder, "before.wav")
	s.serve("7860", folder, "")
	require.Empty(t, s.found())
	s.speak(folder, "a.wav")
	require.Equal(t, map[string]float64{"7860": 1}, s.found())
	require.Empty(t, s.found())

	// What comes while nobody looks is found later, and nothing twice.
	require.NoError(t, s.observer.Save(s.observer.Checkpoint()))
	s.speak(folder, "b.wav")
	s.start()
	require.Equal(t, map[string]float64{"7860": 1}, s.found())
}

func TestAudioFilesOfAServerWhoseLogTellsOfThem(t *testing.T) {
	s := newStudio(t)
	folder := s.folder()
	s.options.Patterns = map[string][]string{"": {filepath.Join(folder, "*.log")}}
	s.start()
	s.serve("7860", folder, "server.log")
	require.Empty(t, s.found())
	s.speak(folder, "a.wav")
	require.Empty(t, s.found(), "the log may still tell")
	appendTo(t, filepath.Join(folder, "server.log"), "2026-11-22 20:03:59,070 INFO synthesis text 你好\n")
	for range 100 { // far longer than a log is waited for
		require.Empty(t, s.found())
	}
	// Not even while there is no log, as when it is rotated.
	require.NoError(t, os.Remove(filepath.Join(folder, "server.log")))
	for range 100 {
		require.Empty(t, s.found())
	}
	require.NotEmpty(t, s.observer.Report()[0].Reason)
	s.speak(folder, "b.wav")
	require.Empty(t, s.found())
}

func appendTo(t *testing.T, path, text string) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.WriteString(text)
	require.NoError(t, err)
}

func TestAudioFilesOfAServerWhoseLogTellsNothing(t *testing.T) {
	s := newStudio(t)
	folder := s.folder()
	s.serve("7860", folder, "server.log")
	require.Empty(t, s.found())
	appendTo(t, filepath.Join(folder, "server.log"), "INFO:     Uvicorn running\n")
	s.speak(folder, "a.wav")
	waited := time.Duration(0)
	for {
		waited += 10 * time.Second
		if sum := s.found(); len(sum) > 0 {
			require.Equal(t, map[string]float64{"7860": 1}, sum)
			break
		}
		require.Less(t, waited, time.Hour)
	}
	require.InDelta(t, silentFor.Seconds(), waited.Seconds(), 10)
	s.speak(folder, "b.wav")
	require.Equal(t, map[string]float64{"7860": 1}, s.found(), "now at once")
}

func TestAudioFilesOfAServerThatReportsThem(t *testing.T) {
	s := newStudio(t)
	folder := s.folder()
	s.serve("7860", folder, "")
	require.Empty(t, s.found())
	require.Empty(t, s.found()) // now its processes are known
	report := datagram.Report{Event: datagram.Started, PID: s.servers[0].PID, ID: "1", Request: datagram.Request{Start: s.now}}
	require.True(t, s.observer.TakeReport(&report))
	s.speak(folder, "a.wav")
	require.Empty(t, s.found())

	require.NoError(t, s.observer.Save(s.observer.Checkpoint()))
	s.speak(folder, "b.wav")
	s.start()
	require.Empty(t, s.found(), "not even when the program was started anew")
}

func TestAudioFilesInAFolderOfTwoServers(t *testing.T) {
	s := newStudio(t)
	folder, own := s.folder(), s.folder()
	s.serve("7860", folder, "")
	s.serve("7861", folder, "")
	s.serve("7862", own, "")
	require.Empty(t, s.found())
	s.speak(folder, "a.wav")
	s.speak(own, "b.wav")
	require.Equal(t, map[string]float64{"7862": 1}, s.found())
}
