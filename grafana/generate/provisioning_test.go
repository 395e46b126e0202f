package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// provisioned reads a file as Grafana does at its start.
func provisioned(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(text, into), path)
}

// Each language has the same files, in the form that Grafana reads, and none holds a secret.
func TestProvisioningIsWhole(t *testing.T) {
	for _, language := range languages {
		for _, name := range []string{"alerting/rules", "alerting/contact-points", "dashboards/cosyvoice"} {
			var file struct {
				APIVersion int `yaml:"apiVersion"`
			}
			provisioned(t, filepath.Join("../provisioning", name+"."+tongue(language)+".yaml"), &file)
			assert.Equal(t, 1, file.APIVersion, name)
		}
		var file struct {
			Providers []struct{ Options struct{ Path string } }
		}
		provisioned(t, "../provisioning/dashboards/cosyvoice."+tongue(language)+".yaml", &file)
		assert.Equal(t, tongue(language), filepath.Base(file.Providers[0].Options.Path))
	}
	var file struct {
		Datasources []struct {
			UID            string
			JSONData       map[string]any    `yaml:"jsonData"`
			SecureJSONData map[string]string `yaml:"secureJsonData"`
		}
	}
	provisioned(t, "../provisioning/datasources/cosyvoice.yaml", &file)
	require.Len(t, file.Datasources, 1)
	source := file.Datasources[0]
	assert.Equal(t, datasource, source.UID)
	assert.Equal(t, "Flux", source.JSONData["version"])
	assert.Equal(t, "10s", source.JSONData["timeInterval"])
	assert.Equal(t, map[string]string{"token": "$COSYVOICE_INFLUX_TOKEN"}, source.SecureJSONData)
}

// Rules of alerts ask by themselves, of the provisioned data source, without variables, and each of
// their series has one value.
func TestAlertRules(t *testing.T) {
	var codes [2][]string
	for i, language := range languages {
		text := made(t)["provisioning/alerting/rules."+tongue(language)+".yaml"]
		assert.NotContains(t, string(text), "$", "Grafana takes it for the name of a variable of its environment")
		var file ruleFile
		require.NoError(t, yaml.Unmarshal(text, &file))
		seen := map[string]bool{}
		for _, r := range file.Groups[0].Rules {
			assert.Regexp(t, `^[a-z_-]{8,40}$`, r.UID)
			assert.False(t, seen[r.UID] || seen[r.Title], r.UID)
			seen[r.UID], seen[r.Title] = true, true
			query := r.Data[0].Model["query"].(string)
			assert.Regexp(t, `\|> keep\(columns: \["_time", "_value", "host"`, query, r.UID)
			assert.NotContains(t, query, "v.", r.UID)
			for _, name := range []string{"summary", "answer", "now", "lasting"} {
				assert.NotEmpty(t, r.Annotations[name], "%s of %s", name, r.UID)
			}
			codes[i] = append(codes[i], r.Labels["code"])
			// Where InfluxDB does not answer, one rule fires, not one for each cause.
			if r.Labels["code"] == "unjudged" {
				assert.Equal(t, []string{"Alerting", "Alerting", "5m"}, []string{r.NoDataState, r.ExecErrState, r.For})
			} else {
				assert.Equal(t, []string{"OK", "0s"}, []string{r.ExecErrState, r.For}, r.UID)
				assert.Equal(t, r.Labels["code"] == "host_silent", r.NoDataState == "Alerting", r.UID)
			}
		}
		var panel map[string]any
		for _, d := range dashboards(t) {
			if d.all["uid"] == file.Groups[0].Rules[0].DashboardUID {
				at := slices.IndexFunc(d.panels, func(p map[string]any) bool { return p["id"] == float64(file.Groups[0].Rules[0].PanelID) })
				require.GreaterOrEqual(t, at, 0)
				panel = d.panels[at]
			}
		}
		require.NotNil(t, panel)
		assert.Equal(t, activeTitle.In(language), panel["title"])
	}
	assert.Equal(t, codes[0], codes[1])
	assert.Greater(t, len(codes[0]), 30)
}
