package toolkit

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

var update = flag.Bool("update", false, "write the tasks and the template anew")

func TestTasksAreWritten(t *testing.T) {
	tasks, err := Default().tasks()
	require.NoError(t, err)
	for _, task := range tasks {
		path := filepath.Join("..", "..", "tasks", task.File)
		if *update {
			require.NoError(t, os.WriteFile(path, []byte(task.Flux), 0o644))
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err, "run make generate")
		require.Equal(t, task.Flux, string(text), "run make generate")
	}
}

func TestInfluxTemplateIsWritten(t *testing.T) {
	desired, err := Default().Desired()
	require.NoError(t, err)
	text, err := InfluxTemplate(desired)
	require.NoError(t, err)
	path := filepath.Join("..", "..", "deploy", "influxdb-template.yml")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	committed, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(committed), "run make generate")
}

// answer is that of /api/v2/templates/apply, as far as it is looked at.
type answer struct {
	Errors []json.RawMessage
	Diff   struct {
		Buckets, Tasks []struct{ StateStatus string }
	}
	Summary struct{ Buckets []json.RawMessage }
}

func TestInfluxTemplateIsAccepted(t *testing.T) {
	s := influxd.Start(t)
	s.SetUp("other")
	desired, err := Default().Desired()
	require.NoError(t, err)
	text, err := InfluxTemplate(desired)
	require.NoError(t, err)
	org, err := s.Client.OrganizationsAPI().FindOrganizationByName(t.Context(), influxd.Org)
	require.NoError(t, err)
	apply := func(dry bool) (a answer) {
		t.Helper()
		template := map[string]any{"contentType": "json", "contents": objects(t, text)}
		in := map[string]any{"dryRun": dry, "orgID": *org.Id, "template": template}
		s.Post("templates/apply", in, &a)
		require.Empty(t, a.Errors)
		return a
	}
	dry := apply(true)
	require.Len(t, dry.Diff.Buckets, len(desired.Buckets))
	require.Len(t, dry.Diff.Tasks, len(desired.Tasks))
	for _, task := range dry.Diff.Tasks {
		require.Equal(t, "new", task.StateStatus)
	}
	require.Len(t, apply(false).Summary.Buckets, len(desired.Buckets))
	now := time.Now().Truncate(time.Minute)
	s.Write("performance_monitor", []string{fmt.Sprintf("system_metrics,host=h load1=2 %d", now.Add(-90*time.Second).UnixNano())})
	limit := 500
	all, err := s.Client.APIClient().GetTasks(t.Context(), &domain.GetTasksParams{Limit: &limit})
	require.NoError(t, err)
	require.Len(t, *all.Tasks, len(desired.Tasks))
	for _, task := range *all.Tasks {
		if task.Name != "cosyvoice 1m system_metrics" {
			continue
		}
		run, err := s.Client.TasksAPI().RunManuallyWithID(t.Context(), task.Id)
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			found, err := s.Client.TasksAPI().GetRunByID(t.Context(), task.Id, *run.Id)
			return err == nil && found.Status != nil && *found.Status == domain.RunStatusSuccess
		}, time.Minute, 100*time.Millisecond)
		return
	}
	require.Fail(t, "no such task")
}

// objects are the documents of the template, as the influx tool sends them.
func objects(t *testing.T, text string) (all []map[string]any) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var object map[string]any
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, object)
	}
}
