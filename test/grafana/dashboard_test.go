package grafana

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const board = `{
  "uid": "u", "title": "T",
  "panels": [
    {"id": 1, "type": "stat", "title": "A", "gridPos": {"w": 6}, "options": {"reduceOptions": {"calcs": ["mean"], "fields": "/.*/"}}, "targets": [{"refId": "A", "query": "a"}]},
    {"id": 2, "type": "row", "title": "R", "gridPos": {"w": 24}, "panels": [
      {"id": 3, "type": "timeseries", "title": "B", "gridPos": {"w": 12}, "maxDataPoints": 300, "interval": "1m",
       "fieldConfig": {"defaults": {"displayName": "${__field.labels.host} ${__field.labels.gpu} ${__field.labels.host}"}}, "targets": [{"refId": "A", "query": "b", "hide": true}]}
    ]}
  ],
  "templating": {"list": [
    {"name": "host", "type": "query", "query": "q", "multi": true, "includeAll": true, "allValue": ".*", "regex": "/x/"},
    {"name": "gpu", "type": "query", "query": {"query": "p", "refId": "V"}},
    {"name": "datasource", "type": "datasource"}
  ]},
  "annotations": {"list": [{"name": "own", "builtIn": 1}, {"name": "marks", "target": {"query": "m"}}]}
}`

func TestDashboardsAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "board.json")
	require.NoError(t, os.WriteFile(path, []byte(board), 0o600))
	d, err := ReadDashboard(path)
	require.NoError(t, err)
	assert.Equal(t, &Dashboard{
		UID: "u", Title: "T",
		Panels: []Panel{
			{ID: 1, Title: "A", Type: "stat", Targets: []Target{{"A", "a", false}}, Points: 480, Calc: "mean", Every: true},
			{ID: 3, Title: "B", Type: "timeseries", Targets: []Target{{"A", "b", true}}, Points: 300, Least: time.Minute, Labels: []string{"gpu", "host"}},
		},
		Variables: []VariableModel{
			{Name: "host", Type: "query", AllValue: ".*", Query: "q", Regex: "/x/", Multi: true, IncludeAll: true},
			{Name: "gpu", Type: "query", Query: "p"}, {Name: "datasource", Type: "datasource"},
		},
		Annotations: []Annotation{{"marks", "m"}},
	}, d)
}
