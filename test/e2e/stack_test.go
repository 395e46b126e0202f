//go:build e2e

// Package e2e runs the real Telegraf and InfluxDB with the built programs, against
// the fake NVML library and the simulated server. `make e2e` builds them first.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	cosyvoicetelegraf "github.com/cosyvoice-telegraf/cosyvoice-telegraf"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
)

// patience is how long a condition may take on a slow machine. No test waits that
// long when all is well.
const patience = 90 * time.Second

// program is the path of a program that `make build` made.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	require.NoError(t, err)
	require.FileExists(t, path, "run `make build` first")
	return path
}

// stack is `cosyvoicectl up` on one state folder, with a tick each second.
type stack struct {
	t    *testing.T
	dir  string
	port int
	url  string
	// arguments and environment of `cosyvoicectl up`, beside the usual ones.
	arguments, environment []string

	output *lockedBuffer // of the newest start
	cmd    *exec.Cmd
	ended  chan error // of cmd
}

// startStack starts a demo on a new state folder. Edits are added to the end of
// telegraf.conf.
func startStack(t *testing.T, edits ...string) *stack {
	t.Helper()
	s := newStack(t, edits...)
	s.arguments = demo(t)
	s.start()
	return s
}

func newStack(t *testing.T, edits ...string) *stack {
	t.Helper()
	s := &stack{t: t, dir: t.TempDir(), port: freePort(t)}
	s.url = "http://127.0.0.1:" + strconv.Itoa(s.port)
	conf := strings.NewReplacer(
		`interval = "10s"`, `interval = "1s"`,
		`flush_interval = "10s"`, `flush_interval = "1s"`,
		`flush_jitter = "1s"`, `flush_jitter = "0s"`,
		`restart_delay = "5s"`, `restart_delay = "1s"`,
	).Replace(cosyvoicetelegraf.TelegrafConf) + strings.Join(edits, "\n")
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "telegraf.conf"), []byte(conf), 0o600))
	t.Cleanup(func() {
		if s.cmd != nil {
			s.stop()
		}
		if t.Failed() {
			t.Logf("cosyvoicectl up said:\n%s", s.output)
		}
	})
	return s
}

// start starts it, also again after stop.
func (s *stack) start() {
	s.t.Helper()
	s.cmd, s.output = up(s.t, s.dir, s.port, s.arguments...)
	s.cmd.Env = append(os.Environ(), s.environment...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	require.NoError(s.t, s.cmd.Start())
	s.ended = make(chan error, 1)
	go func(cmd *exec.Cmd, ended chan error) { ended <- cmd.Wait() }(s.cmd, s.ended)
	s.eventually("the first point has arrived", func() bool {
		return strings.Contains(s.output.String(), "the first point has arrived")
	})
}

// stop is a Ctrl-C.
func (s *stack) stop() {
	s.t.Helper()
	_ = s.cmd.Process.Signal(os.Interrupt)
	select {
	case err := <-s.ended:
		assert.NoError(s.t, err, "cosyvoicectl up after Ctrl-C")
	case <-time.After(patience):
		s.t.Error("cosyvoicectl up does not end after Ctrl-C")
		_ = s.cmd.Process.Kill()
	}
	s.cmd = nil
}

// demo are the arguments that start stand-ins too.
func demo(t *testing.T) []string {
	return []string{"--demo", "--sim-port", strconv.Itoa(freePort(t))}
}

// up is the command that starts a stack, and what it will say.
func up(t *testing.T, dir string, port int, arguments ...string) (*exec.Cmd, *lockedBuffer) {
	cmd := exec.Command(program(t, "cosyvoicectl"), append([]string{"up", "--lang", "en", "--state", dir,
		"--influx-port", strconv.Itoa(port)}, arguments...)...)
	output := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = output, output
	return cmd, output
}

// rows runs a Flux query and returns the values of each row.
func (s *stack) rows(flux string) []map[string]any {
	client := influx.New(s.url, "cosyvoice_org", s.secret("influx_read_token"))
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	records, err := client.Query(ctx, flux)
	if err != nil {
		return nil // InfluxDB may be down for a moment; callers wait for rows
	}
	var rows []map[string]any
	for _, r := range records {
		rows = append(rows, r.Values())
	}
	return rows
}

// secret is a token of the state folder.
func (s *stack) secret(name ...string) string {
	token, err := os.ReadFile(filepath.Join(append([]string{s.dir, "secrets"}, name...)...))
	require.NoError(s.t, err)
	return strings.TrimSpace(string(token))
}

// write sends line protocol with a token, and returns InfluxDB's answer.
func (s *stack) write(token, bucket, lines string) int {
	request, err := http.NewRequest(http.MethodPost, s.url+"/api/v2/write?org=cosyvoice_org&bucket="+bucket, strings.NewReader(lines))
	require.NoError(s.t, err)
	if token != "" {
		request.Header.Set("Authorization", "Token "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(s.t, err)
	defer answer.Body.Close()
	return answer.StatusCode
}

// newerThan counts the points of a field written since a time.
func (s *stack) newerThan(since time.Time, measurement, field string) int {
	return len(s.rows(`from(bucket: "performance_monitor") |> range(start: ` + since.UTC().Format(time.RFC3339Nano) + `)
  |> filter(fn: (r) => r._measurement == "` + measurement + `" and r._field == "` + field + `")`))
}

func (s *stack) events(kind string) []map[string]any {
	return s.rows(`from(bucket: "performance_monitor_events") |> range(start: -1h)
  |> filter(fn: (r) => r._measurement == "cosyvoice_event" and r.kind == "` + kind + `" and r._field == "message")`)
}

// pid is the process id of a part, 0 while it does not run.
func (s *stack) pid(part string) int {
	out, _ := exec.Command(program(s.t, "cosyvoicectl"), "status", "--json", "--state", s.dir).Output()
	var status struct {
		Parts []struct {
			Name    string `json:"name"`
			Running bool   `json:"running"`
			PID     int    `json:"pid"`
		} `json:"parts"`
	}
	if json.Unmarshal(out, &status) != nil {
		return 0
	}
	for _, p := range status.Parts {
		if p.Name == part && p.Running {
			return p.PID
		}
	}
	return 0
}

func (s *stack) eventually(what string, condition func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if condition() {
			return
		}
	}
	require.FailNow(s.t, "waited in vain", "%s\ncosyvoicectl up said:\n%s", what, s.output)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
