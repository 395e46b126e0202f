package reconcile_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/domain"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

const day = 24 * time.Hour

// site is a server, its tokens, and what it is to hold.
type site struct {
	reconcile.Server
	t       *testing.T
	influx  *influxd.Server
	desired reconcile.Desired
}

func newSite(t *testing.T) *site {
	t.Parallel()
	s := influxd.Start(t)
	s.SetUp("other")
	return &site{
		Server: reconcile.Server{URL: s.URL, Org: influxd.Org, Token: influxd.Token, Secrets: reconcile.Secrets(t.TempDir())},
		t:      t, influx: s, desired: desired(t),
	}
}

func desired(t *testing.T) reconcile.Desired {
	settings := toolkit.Default()
	settings.Org = influxd.Org
	desired, err := settings.Desired()
	require.NoError(t, err)
	return desired
}

func (s *site) plan(options reconcile.Options) *reconcile.Plan {
	s.t.Helper()
	plan, err := s.Plan(s.t.Context(), s.desired, options)
	require.NoError(s.t, err)
	return plan
}

// apply returns what was made, as words.
func (s *site) apply(options reconcile.Options) (made []string) {
	s.t.Helper()
	require.NoError(s.t, s.Apply(s.t.Context(), s.plan(options), func(c reconcile.Change) { made = append(made, tell(c)) }))
	return made
}

func tell(c reconcile.Change) string { return fmt.Sprintf("%s %s %s", c.Action, c.Kind, c.Name) }

// unusual is what a plan neither keeps nor changes.
func (s *site) unusual(options reconcile.Options) (found []string) {
	for _, c := range s.plan(options).Changes {
		if !slices.Contains([]reconcile.Action{reconcile.Create, reconcile.Update, reconcile.Remove, reconcile.Keep}, c.Action) {
			found = append(found, tell(c))
		}
	}
	return found
}

func (s *site) tasks() map[string]domain.Task {
	s.t.Helper()
	org, limit := influxd.Org, 500
	all, err := s.influx.Client.APIClient().GetTasks(s.t.Context(), &domain.GetTasksParams{Org: &org, Limit: &limit})
	require.NoError(s.t, err)
	tasks := map[string]domain.Task{}
	for _, task := range *all.Tasks {
		tasks[task.Name] = task
	}
	return tasks
}

func (s *site) bucket(name string) *domain.Bucket {
	s.t.Helper()
	bucket, err := s.influx.Client.BucketsAPI().FindBucketByName(s.t.Context(), name)
	require.NoError(s.t, err)
	return bucket
}

func TestApplyTwiceChangesNothing(t *testing.T) {
	s := newSite(t)
	require.Len(t, s.apply(reconcile.Options{}), 1+4+1+3+28)
	require.Empty(t, s.apply(reconcile.Options{}))
	for _, token := range s.desired.Tokens {
		info, err := os.Stat(s.Secrets.Path(token))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
	require.Equal(t, int64(30*day/time.Second), s.bucket("performance_monitor").RetentionRules[0].EverySeconds)
	for name, task := range s.tasks() {
		require.NotEqual(t, "admin", task.OwnerID, name)
		require.Equal(t, domain.TaskStatusTypeActive, *task.Status, name)
	}
}

// TestTasksRun has InfluxDB itself run a task, with the rights of the user that owns it.
func TestTasksRun(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	now := time.Now().Truncate(time.Minute)
	s.influx.Write("performance_monitor", []string{fmt.Sprintf("system_metrics,host=h load1=2,cpu_usage_percent=5 %d", now.Add(-90*time.Second).UnixNano())})
	id := s.tasks()["cosyvoice 1m system_metrics"].Id
	run, err := s.influx.Client.TasksAPI().RunManuallyWithID(t.Context(), id)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		found, err := s.influx.Client.TasksAPI().GetRunByID(t.Context(), id, *run.Id)
		if err != nil || found.FinishedAt == nil {
			return false
		}
		run = found
		return true
	}, time.Minute, 100*time.Millisecond)
	require.Equal(t, domain.RunStatusSuccess, *run.Status, "%+v", run.Log)
	records, err := s.influx.Query(`from(bucket: "performance_monitor_1m") |> range(start: -1h) |> filter(fn: (r) => r._field == "cpu_usage_percent_sum")`)
	require.NoError(t, err)
	require.Len(t, records, 1)
}

func TestUpgradeKeepsTheTasks(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	before := s.tasks()
	changed := &s.desired.Tasks[0]
	changed.Flux = strings.Replace(changed.Flux, "late = 5m", "late = 7m", 1)
	removed := s.desired.Tasks[len(s.desired.Tasks)-1]
	s.desired.Tasks = s.desired.Tasks[:len(s.desired.Tasks)-1]
	require.Equal(t, []string{"update task " + changed.Name, "remove task " + removed.Name}, s.apply(reconcile.Options{}))
	after := s.tasks()
	require.Equal(t, before[changed.Name].Id, after[changed.Name].Id)
	require.Contains(t, after[changed.Name].Flux, "late = 7m")
	require.NotContains(t, after, removed.Name)
	require.Empty(t, s.apply(reconcile.Options{}))
}

func TestWhatWasEditedByHandStays(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	name := s.desired.Tasks[0].Name
	task := s.tasks()[name]
	edited := strings.Replace(task.Flux, "late = 5m", "late = 1h", 1)
	off := domain.TaskStatusTypeInactive
	other := s.tasks()[s.desired.Tasks[1].Name]
	for id, request := range map[string]domain.TaskUpdateRequest{task.Id: {Flux: &edited}, other.Id: {Status: &off}} {
		_, err := s.influx.Client.APIClient().PatchTasksID(t.Context(), &domain.PatchTasksIDAllParams{TaskID: id, Body: domain.PatchTasksIDJSONRequestBody(request)})
		require.NoError(t, err)
	}
	bucket := s.bucket("performance_monitor")
	bucket.RetentionRules[0].EverySeconds = int64(60 * day / time.Second)
	_, err := s.influx.Client.BucketsAPI().UpdateBucket(t.Context(), bucket)
	require.NoError(t, err)

	byHand := []string{"edited bucket performance_monitor", "edited task " + name, "edited task " + other.Name}
	require.Equal(t, byHand, s.unusual(reconcile.Options{}))
	require.Empty(t, s.apply(reconcile.Options{}))
	require.Contains(t, s.tasks()[name].Flux, "late = 1h")
	require.Equal(t, []string{"blocked bucket performance_monitor"}, s.unusual(reconcile.Options{Force: true}), "that would delete points")
	require.Equal(t, []string{"update task " + name, "update task " + other.Name}, s.apply(reconcile.Options{Force: true}))
	require.Equal(t, []string{"update bucket performance_monitor"}, s.apply(reconcile.Options{Force: true, AllowDataLoss: true}))
	require.Empty(t, s.apply(reconcile.Options{}))
	require.Empty(t, s.unusual(reconcile.Options{}))
}

func TestRetention(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	s.desired.Buckets[0].Retention = 90 * day
	require.Equal(t, []string{"update bucket performance_monitor"}, s.apply(reconcile.Options{}))
	s.desired.Buckets[0].Retention = 0
	require.Equal(t, []string{"update bucket performance_monitor"}, s.apply(reconcile.Options{}))
	s.desired.Buckets[0].Retention = 10 * day
	require.Empty(t, s.apply(reconcile.Options{}))
	require.Equal(t, []string{"blocked bucket performance_monitor"}, s.unusual(reconcile.Options{}))
	require.Equal(t, []string{"update bucket performance_monitor"}, s.apply(reconcile.Options{AllowDataLoss: true}))
	require.Equal(t, int64(10*day/time.Second), s.bucket("performance_monitor").RetentionRules[0].EverySeconds)
}

// A bucket of an earlier version has the shard groups that InfluxDB chooses by itself.
func TestShardGroupsOfAnEarlierVersion(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	made := s.bucket("performance_monitor_1h")
	require.Equal(t, int64(91*day/time.Second), *made.RetentionRules[0].ShardGroupDurationSeconds)
	require.Equal(t, int64(3*day/time.Second), *s.bucket("performance_monitor").RetentionRules[0].ShardGroupDurationSeconds)

	earlier, usual := "Windows of an hour of CosyVoice servers [cosyvoice-telegraf d036275ac5c732bf]", int64(7*day/time.Second)
	made.Description, made.RetentionRules[0].ShardGroupDurationSeconds = &earlier, &usual
	_, err := s.influx.Client.BucketsAPI().UpdateBucket(t.Context(), made)
	require.NoError(t, err)
	require.Equal(t, []string{"update bucket performance_monitor_1h"}, s.apply(reconcile.Options{}))
	require.Empty(t, s.apply(reconcile.Options{}))

	byHand := int64(14 * day / time.Second)
	made = s.bucket("performance_monitor_1h")
	made.RetentionRules[0].ShardGroupDurationSeconds = &byHand
	_, err = s.influx.Client.BucketsAPI().UpdateBucket(t.Context(), made)
	require.NoError(t, err)
	require.Equal(t, []string{"edited bucket performance_monitor_1h"}, s.unusual(reconcile.Options{}))
	require.Equal(t, []string{"update bucket performance_monitor_1h"}, s.apply(reconcile.Options{Force: true}))

	// A retention that was changed by hand and then in the settings too.
	made = s.bucket("performance_monitor_1h")
	made.RetentionRules[0].EverySeconds = int64(365 * day / time.Second)
	_, err = s.influx.Client.BucketsAPI().UpdateBucket(t.Context(), made)
	require.NoError(t, err)
	for i := range s.desired.Buckets {
		if s.desired.Buckets[i].Name == "performance_monitor_1h" {
			s.desired.Buckets[i].Retention = 365 * day
		}
	}
	require.Equal(t, []string{"update bucket performance_monitor_1h"}, s.apply(reconcile.Options{}))
	require.Equal(t, int64(42*day/time.Second), *s.bucket("performance_monitor_1h").RetentionRules[0].ShardGroupDurationSeconds)
}

func TestWhatIsForeignIsLeftAlone(t *testing.T) {
	s := newSite(t)
	client := s.influx.Client
	org, err := client.OrganizationsAPI().FindOrganizationByName(t.Context(), influxd.Org)
	require.NoError(t, err)
	_, err = client.BucketsAPI().CreateBucketWithName(t.Context(), org, "performance_monitor", domain.RetentionRule{EverySeconds: 3600 * 24})
	require.NoError(t, err)
	flux := "option task = {name: \"cosyvoice 1m system_metrics\", every: 1h}\n\nbuckets()\n"
	task, err := client.TasksAPI().CreateTaskByFlux(t.Context(), flux, *org.Id)
	require.NoError(t, err)
	label, err := client.LabelsAPI().CreateLabelWithName(t.Context(), org, "cosyvoice-telegraf", nil)
	require.NoError(t, err)

	foreign := []string{"foreign bucket performance_monitor", "foreign task cosyvoice 1m system_metrics"}
	require.Equal(t, foreign, s.unusual(reconcile.Options{}))
	require.Len(t, s.apply(reconcile.Options{}), 1+3+1+3+27)
	require.Empty(t, s.apply(reconcile.Options{}))
	require.Equal(t, foreign, s.unusual(reconcile.Options{}))
	require.Equal(t, int64(3600*24), s.bucket("performance_monitor").RetentionRules[0].EverySeconds)
	require.Equal(t, flux, s.tasks()[task.Name].Flux)
	labels, err := client.LabelsAPI().FindLabelsByOrg(t.Context(), org)
	require.NoError(t, err)
	require.Len(t, *labels, 2)
	require.Nil(t, label.Properties)

	require.ErrorIs(t, s.destroy("performance_monitor"), words.NoBucketOfOurs.With())
	require.NoError(t, s.destroy())
	require.Equal(t, flux, s.tasks()[task.Name].Flux)

	made := s.apply(reconcile.Options{Adopt: true, AllowDataLoss: true})
	require.Contains(t, made, "update bucket performance_monitor")
	require.Contains(t, made, "update task cosyvoice 1m system_metrics")
	require.Equal(t, task.Id, s.tasks()[task.Name].Id)
}

func (s *site) destroy(prune ...string) error {
	plan, err := s.PlanDestroy(s.t.Context(), s.desired, prune)
	if err != nil {
		return err
	}
	return s.Apply(s.t.Context(), plan, func(reconcile.Change) {})
}

func TestDestroyKeepsTheData(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	require.NoError(t, s.destroy("performance_monitor_1h"))
	require.Empty(t, s.tasks())
	s.bucket("performance_monitor")
	_, err := s.influx.Client.BucketsAPI().FindBucketByName(t.Context(), "performance_monitor_1h")
	require.ErrorContains(t, err, "not found")
	for _, token := range s.desired.Tokens {
		require.NoFileExists(t, s.Secrets.Path(token))
	}
	users, err := s.influx.Client.UsersAPI().GetUsers(t.Context())
	require.NoError(t, err)
	require.Len(t, *users, 1)
	// What was made once is known again.
	require.Empty(t, s.unusual(reconcile.Options{}))
	s.apply(reconcile.Options{})
	require.Empty(t, s.apply(reconcile.Options{}))
}

// TestInterruptedApplyIsFinishedByTheNext ends the first apply within each of its requests, and
// the second one after a few changes.
func TestInterruptedApplyIsFinishedByTheNext(t *testing.T) {
	s := newSite(t)
	for requests := 1; requests < 60; requests += 4 {
		proxy := cutOff(t, s.URL, requests)
		cut := s.Server
		cut.URL = proxy.URL
		err := cut.Apply(t.Context(), s.plan(reconcile.Options{}), func(reconcile.Change) {})
		proxy.Close()
		if err == nil {
			break
		}
	}
	s.apply(reconcile.Options{})
	require.Empty(t, s.apply(reconcile.Options{}))
	require.Len(t, s.tasks(), 28)
	tokens, err := s.influx.Client.AuthorizationsAPI().GetAuthorizations(t.Context())
	require.NoError(t, err)
	require.Len(t, *tokens, 1+3)
}

// cutOff hands requests to the server, and loses the answer of one of them and all after it.
func cutOff(t *testing.T, url string, requests int) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests--
		if requests < 0 {
			panic(http.ErrAbortHandler)
		}
		request, err := http.NewRequestWithContext(r.Context(), r.Method, url+r.URL.String(), r.Body)
		require.NoError(t, err)
		request.Header = r.Header
		response, err := http.DefaultTransport.RoundTrip(request)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		if requests == 0 {
			panic(http.ErrAbortHandler)
		}
		for name, values := range response.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body)
	}))
}

func TestLostAndStrayTokensAreReplaced(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	require.NoError(t, os.Remove(s.Secrets.Path(s.desired.Tokens[0])))
	require.Equal(t, []string{"update token telegraf"}, s.apply(reconcile.Options{}))
	require.Empty(t, s.apply(reconcile.Options{}))
	s.desired.Tokens[1].Buckets = s.desired.Tokens[1].Buckets[:2]
	require.Equal(t, []string{"update token reader"}, s.apply(reconcile.Options{}))
	s.desired.Tokens = slices.Delete(s.desired.Tokens, 1, 2)
	require.Equal(t, []string{"remove token reader"}, s.apply(reconcile.Options{}))
}

func TestATokenMayDoOneThing(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	write := func(token, bucket string) error {
		client := influxdb2.NewClient(s.URL, token)
		defer client.Close()
		return client.WriteAPIBlocking(influxd.Org, bucket).WriteRecord(t.Context(), "m f=1")
	}
	read := func(token string) error {
		client := influxdb2.NewClient(s.URL, token)
		defer client.Close()
		_, err := client.QueryAPI(influxd.Org).QueryRaw(t.Context(), `from(bucket: "performance_monitor") |> range(start: -1h)`, nil)
		return err
	}
	telegraf, reader := s.secret(toolkit.TelegrafToken), s.secret(toolkit.ReaderToken)
	require.NoError(t, write(telegraf, "performance_monitor"))
	require.NoError(t, write(telegraf, "performance_monitor_events"))
	require.Error(t, write(telegraf, "performance_monitor_1m"))
	require.Error(t, write(telegraf, "other"))
	require.Error(t, read(telegraf))
	require.NoError(t, read(reader))
	require.Error(t, write(reader, "performance_monitor"))

	require.NoError(t, s.RotateToken(t.Context(), s.desired, toolkit.TelegrafToken))
	require.Error(t, write(telegraf, "performance_monitor"), "the older one is revoked")
	require.NoError(t, write(s.secret(toolkit.TelegrafToken), "performance_monitor"))
	require.Empty(t, s.apply(reconcile.Options{}))
	require.ErrorIs(t, s.RotateToken(t.Context(), s.desired, "grafana"), words.NoSuchToken.With())
}

func (s *site) secret(name string) string {
	s.t.Helper()
	i := slices.IndexFunc(s.desired.Tokens, func(t reconcile.Token) bool { return t.Name == name })
	text, err := os.ReadFile(s.Secrets.Path(s.desired.Tokens[i]))
	require.NoError(s.t, err)
	return string(text)
}

func TestRefusals(t *testing.T) {
	s := newSite(t)
	s.apply(reconcile.Options{})
	reader, err := os.ReadFile(s.Secrets.Path(s.desired.Tokens[1]))
	require.NoError(t, err)
	before := s.tasks()
	version := func(answer string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprint(w, answer)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	for name, test := range map[string]struct {
		change func(*reconcile.Server)
		kind   error
	}{
		"wrong token":     {func(r *reconcile.Server) { r.Token = "wrong" }, words.TokenRefused.With()},
		"read-only token": {func(r *reconcile.Server) { r.Token = string(reader) }, words.NoSuchOrg.With()},
		"unreachable":     {func(r *reconcile.Server) { r.URL = "http://127.0.0.1:1" }, words.InfluxUnreachable.With()},
		"wrong org":       {func(r *reconcile.Server) { r.Org = "elsewhere" }, words.NoSuchOrg.With()},
		"too old":         {func(r *reconcile.Server) { r.URL = version(`{"name":"influxdb","status":"pass","version":"v2.0.9"}`) }, words.InfluxVersion.With()},
		"of another kind": {func(r *reconcile.Server) { r.URL = version(`{"name":"influxdb","status":"pass","version":"1.8.10"}`) }, words.InfluxVersion.With()},
		"no InfluxDB":     {func(r *reconcile.Server) { r.URL = version(`OK`) }, words.InfluxUnreachable.With()},
		"not an address":  {func(r *reconcile.Server) { r.URL = "localhost:8086" }, words.InfluxUnreachable.With()},
	} {
		t.Run(name, func(t *testing.T) {
			server := s.Server
			test.change(&server)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := server.Plan(ctx, s.desired, reconcile.Options{})
			require.ErrorIs(t, err, test.kind)
			require.NotContains(t, err.Error(), server.Token)
		})
	}
	require.Equal(t, before, s.tasks())
}
