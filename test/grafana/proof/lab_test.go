//go:build e2e || bench

package proof

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

var buckets = rollup.Defaults

// organization is an InfluxDB's organisation with a history in it.
type organization struct {
	*influxd.Server
	t    *testing.T
	name string
	// answers are those to the queries that were asked, by their text.
	answers *sync.Map
}

// start runs an InfluxDB with a history in it, the windows up to a time included.
func start(t *testing.T, points []known.Point, rolled time.Time) *organization {
	o := in(influxd.Start(t), t)
	o.write(known.Write(points, rolled))
	return o
}

// in sets up a server.
func in(s *influxd.Server, t *testing.T) *organization {
	s.SetUp(buckets.Raw, buckets.Events, buckets.Minutes, buckets.Hours)
	return &organization{s, t, influxd.Org, &sync.Map{}}
}

// another makes one more organisation in the same InfluxDB.
func (o *organization) another(name string, lines known.Lines) *organization {
	o.t.Helper()
	made, err := o.Client.OrganizationsAPI().CreateOrganizationWithName(o.t.Context(), name)
	require.NoError(o.t, err)
	for _, bucket := range []string{buckets.Raw, buckets.Events, buckets.Minutes, buckets.Hours} {
		_, err := o.Client.BucketsAPI().CreateBucketWithName(o.t.Context(), made, bucket)
		require.NoError(o.t, err)
	}
	n := &organization{o.Server, o.t, name, &sync.Map{}}
	n.write(lines)
	return n
}

func (o *organization) write(l known.Lines) {
	o.t.Helper()
	for bucket, lines := range map[string][]string{buckets.Raw: l.Raw, buckets.Events: l.Events, buckets.Minutes: l.Minutes, buckets.Hours: l.Hours} {
		for len(lines) > 0 {
			batch := lines[:min(len(lines), 5000)]
			lines = lines[len(batch):]
			require.NoError(o.t, o.Client.WriteAPIBlocking(o.name, bucket).WriteRecord(o.t.Context(), strings.Join(batch, "\n")))
		}
	}
}

// in is the same for another test.
func (o *organization) in(t *testing.T) *organization {
	return &organization{o.Server, t, o.name, o.answers}
}

// roll has the real tasks make the newest windows, and the statuses of what was found.
func (o *organization) roll() {
	o.t.Helper()
	tasks, err := rollup.Tasks(buckets)
	require.NoError(o.t, err)
	alerts, err := diagnosis.AlertTasks(buckets, diagnosis.Alerts{})
	require.NoError(o.t, err)
	for _, kind := range []string{"1m", "1h", "health", "checks"} {
		for _, task := range append(tasks, alerts...) {
			if strings.HasPrefix(task.File, kind) {
				_, err := o.ask(influxd.At(known.Now.Truncate(time.Minute), task.Flux), 1e6, 1e6)
				require.NoError(o.t, err, task.Name)
			}
		}
	}
}

// ask runs a query as it was Now, and makes frames of the answer.
func (o *organization) ask(flux string, series, points int) ([]*grafana.Frame, error) {
	now, annotations := known.Now, []domain.DialectAnnotations{"datatype", "group", "default"}
	body, err := json.Marshal(domain.Query{Query: flux, Now: &now, Dialect: &domain.Dialect{Annotations: &annotations}})
	if err != nil {
		return nil, err
	}
	service := o.Client.HTTPService()
	var frames []*grafana.Frame
	var problem error
	refused := service.DoPostRequest(o.t.Context(), service.ServerAPIURL()+"query?org="+o.name, bytes.NewReader(body), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
	}, func(response *http.Response) error {
		frames, problem = grafana.Frames(response.Body, series, points)
		return nil
	})
	if refused != nil {
		return nil, refused
	}
	return frames, problem
}
