// Package influxd runs a real InfluxDB server for tests.
package influxd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api/query"
	"github.com/influxdata/influxdb-client-go/v2/api/write"
	"github.com/prometheus/procfs"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/parts"
)

// Org and Token are of the operator, after SetUp.
const (
	Org   = "test_org"
	Token = "a-token-of-the-test"
)

// Server is an InfluxDB on a free loopback port, with its data in a temporary folder. It ends
// with the test.
type Server struct {
	URL    string
	Client influxdb2.Client // of the operator

	t       *testing.T
	program string
	dir     string
	cmd     *exec.Cmd
}

// Start runs a new, empty server. The test is skipped where no influxd was found or built yet.
func Start(t *testing.T) *Server {
	part, err := parts.Find(t.Context(), "influxd")
	if err != nil {
		t.Skipf("needs a real influxd, see `make parts`: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	s := &Server{URL: "http://" + address, t: t, program: part.Path, dir: t.TempDir()}
	s.Run()
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Wait()
	})
	s.Client = influxdb2.NewClientWithOptions(s.URL, Token, influxdb2.DefaultOptions().SetHTTPRequestTimeout(300))
	t.Cleanup(s.Client.Close)
	return s
}

// Run starts the server, anew after Kill, and waits until it answers.
func (s *Server) Run() {
	s.t.Helper()
	s.cmd = exec.Command(s.program, "--reporting-disabled", "--pprof-disabled", "--log-level", "error", "--http-bind-address", strings.TrimPrefix(s.URL, "http://"),
		"--bolt-path", filepath.Join(s.dir, "bolt"), "--sqlite-path", filepath.Join(s.dir, "sqlite"), "--engine-path", filepath.Join(s.dir, "engine"))
	s.cmd.Dir = s.dir
	require.NoError(s.t, s.cmd.Start())
	anyone := influxdb2.NewClient(s.URL, "")
	defer anyone.Close()
	require.Eventually(s.t, func() bool {
		up, err := anyone.Ping(context.Background())
		return err == nil && up
	}, time.Minute, 50*time.Millisecond, "influxd does not answer")
}

// Kill ends the server as a power loss would.
func (s *Server) Kill() {
	s.t.Helper()
	require.NoError(s.t, s.cmd.Process.Kill())
	_ = s.cmd.Wait()
}

// CPU is the processor time that the server took since it was run, in hundredths of a second.
func (s *Server) CPU() time.Duration {
	s.t.Helper()
	p, err := procfs.NewProc(s.cmd.Process.Pid)
	require.NoError(s.t, err)
	stat, err := p.Stat()
	require.NoError(s.t, err)
	return time.Duration(stat.CPUTime() * float64(time.Second))
}

// SetUp makes the operator, the organisation and buckets that keep all.
func (s *Server) SetUp(buckets ...string) {
	s.t.Helper()
	_, err := s.Client.SetupWithToken(s.t.Context(), "admin", "long enough", Org, buckets[0], 0, Token)
	require.NoError(s.t, err)
	org, err := s.Client.OrganizationsAPI().FindOrganizationByName(s.t.Context(), Org)
	require.NoError(s.t, err)
	for _, bucket := range buckets[1:] {
		_, err = s.Client.BucketsAPI().CreateBucketWithName(s.t.Context(), org, bucket)
		require.NoError(s.t, err)
	}
}

// Write stores lines of line protocol, a few thousand at once.
func (s *Server) Write(bucket string, lines []string) {
	s.t.Helper()
	for len(lines) > 0 {
		batch := lines[:min(len(lines), 5000)]
		lines = lines[len(batch):]
		require.NoError(s.t, s.Client.WriteAPIBlocking(Org, bucket).WriteRecord(s.t.Context(), strings.Join(batch, "\n")))
	}
}

// Judged makes it look as if the task of a group of conditions had found nothing at a time.
func (s *Server) Judged(events, group string, at time.Time) {
	s.t.Helper()
	s.Write(events, []string{fmt.Sprintf("cosyvoice_judgement,group=%s,service=cosyvoice3 findings=0i %d", group, at.UnixNano())})
}

// TagsInOrder requires that the tags of each series are in the order of their names. InfluxDB takes the
// same tags in another order for another series, so each point is written again in that order: none may
// come twice.
func (s *Server) TagsInOrder(bucket string) {
	s.t.Helper()
	all := fmt.Sprintf("from(bucket: %q) |> range(start: 0)", bucket)
	before, err := s.Query(all)
	require.NoError(s.t, err)
	require.NotEmpty(s.t, before, bucket)
	more := map[string]int{}
	var lines []string
	for _, r := range before {
		more[r.Measurement()+" "+r.Field()]--
		tags := map[string]string{}
		for name, value := range r.Values() {
			if text, is := value.(string); is && name != "result" && !strings.HasPrefix(name, "_") {
				tags[name] = text
			}
		}
		point := write.NewPoint(r.Measurement(), tags, map[string]any{r.Field(): r.Value()}, r.Time()).SortTags()
		lines = append(lines, write.PointToLineProtocol(point, time.Nanosecond))
	}
	s.Write(bucket, lines)
	after, err := s.Query(all)
	require.NoError(s.t, err)
	for _, r := range after {
		more[r.Measurement()+" "+r.Field()]++
	}
	maps.DeleteFunc(more, func(_ string, points int) bool { return points == 0 })
	require.Empty(s.t, more, "these come twice in "+bucket)
}

// StartForMeasure runs a server that has all that was written in files five seconds after the last write,
// not after ten minutes.
func StartForMeasure(t *testing.T) *Server {
	t.Setenv("INFLUXD_STORAGE_CACHE_SNAPSHOT_WRITE_COLD_DURATION", "5s")
	return Start(t)
}

// Settle waits until all that was written is in files. Until then the storage copies all points of a
// series for each question.
func (s *Server) Settle() {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		var size int64
		err := filepath.WalkDir(filepath.Join(s.dir, "engine", "wal"), func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			if err == nil {
				size += info.Size()
			}
			return err
		})
		return err == nil && size == 0
	}, 5*time.Minute, time.Second, "the write-ahead log does not become empty")
}

// Post sends JSON to a route below /api/v2, and decodes the answer.
func (s *Server) Post(path string, in, out any) {
	s.t.Helper()
	body, err := json.Marshal(in)
	require.NoError(s.t, err)
	service := s.Client.HTTPService()
	problem := service.DoPostRequest(s.t.Context(), service.ServerAPIURL()+path, bytes.NewReader(body), nil, func(response *http.Response) error {
		return json.NewDecoder(response.Body).Decode(out)
	})
	if problem != nil {
		require.NoError(s.t, problem)
	}
}

// Query runs Flux to its end.
func (s *Server) Query(flux string) ([]*query.FluxRecord, error) {
	result, err := s.Client.QueryAPI(Org).Query(s.t.Context(), flux)
	if err != nil {
		return nil, err
	}
	defer func() { _ = result.Close() }()
	var records []*query.FluxRecord
	for result.Next() {
		records = append(records, result.Record())
	}
	return records, result.Err()
}

// At is a script as it runs at that time.
func At(now time.Time, flux string) string {
	head, rest, found := strings.Cut(flux, "\noption task")
	if !found {
		panic("no task: " + flux)
	}
	return head + fmt.Sprintf("\noption now = () => %s\noption task", now.UTC().Format(time.RFC3339)) + rest
}
