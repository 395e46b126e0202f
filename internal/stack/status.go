package stack

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/prometheus/procfs"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Status is how a stack is now.
type Status struct {
	Folder Folder `json:"folder"`
	// Running says that `up` runs; its parts may still be down.
	Running       bool           `json:"running"`
	UptimeSeconds float64        `json:"uptime_seconds"`
	InfluxURL     string         `json:"influx_url,omitempty"`
	Simulated     Simulated      `json:"simulated"`
	Parts         []PartStatus   `json:"parts"`
	Buckets       []BucketStatus `json:"buckets"`
	Readings      *Readings      `json:"readings,omitempty"`
	// Findings are the causes that the tasks in InfluxDB found by the last minutes.
	Findings []diagnosis.Finding `json:"findings"`
	// Judged says that the tasks can find something: they run, and have windows to judge.
	Judged bool `json:"judged"`
	// Problems say what is wrong and what to do; none is a healthy stack.
	Problems []words.Message `json:"problems"`
	// judgedAfter is how long after a start the tasks have judged something.
	judgedAfter time.Duration
}

// PartStatus is one program of the stack.
type PartStatus struct {
	Name          string  `json:"name"`
	Version       string  `json:"version"`
	Running       bool    `json:"running"`
	Paused        bool    `json:"paused"`
	PID           int     `json:"pid,omitempty"`
	UptimeSeconds float64 `json:"uptime_seconds,omitempty"`
	Restarts      int     `json:"restarts"`
}

// BucketStatus is one bucket; LastWrite is the time of its newest point, nil where
// it has none.
type BucketStatus struct {
	Name      string     `json:"name"`
	LastWrite *time.Time `json:"last_write,omitempty"`
}

const pluginName = "cosyvoice-telegraf"

// Inspect looks at the stack of a state folder. What is wrong with the stack is
// among the problems; an error is that nothing could be found out.
func Inspect(ctx context.Context, folder Folder) (*Status, error) {
	last, err := folder.readRecord()
	if err != nil {
		return nil, err
	}
	status := &Status{Folder: folder, Parts: []PartStatus{}, Buckets: []BucketStatus{}, Findings: []diagnosis.Finding{}, Problems: []words.Message{}}
	if last == nil || !last.Up.alive() {
		status.Problems = append(status.Problems, words.NotRunning.With(string(folder)))
		return status, nil
	}
	status.Running = true
	status.UptimeSeconds = time.Since(last.StartedAt).Seconds()
	status.InfluxURL, status.Simulated = last.InfluxURL, last.Simulated
	status.addParts(last)
	status.judgeDisk()
	if !status.works("influxd") {
		return status, nil
	}
	if err := status.addData(ctx); err != nil {
		status.judgeSilence(err)
	} else {
		status.judgeData()
		status.judgeFindings()
	}
	return status, nil
}

func (s *Status) addParts(last *record) {
	for _, known := range last.Parts {
		part := PartStatus{Name: known.Name, Version: known.Version, Restarts: known.Restarts, Running: known.alive()}
		if part.Running {
			part.observe(known.process)
		}
		s.Parts = append(s.Parts, part)
		s.judgePart(part)
		if known.Name == "telegraf" {
			plugin := findPlugin(known.PID, last.Plugin)
			s.Parts = append(s.Parts, plugin)
			if part.Running {
				s.judgePart(plugin)
			}
		}
	}
}

// findPlugin finds the plugin's process among Telegraf's children.
func findPlugin(telegraf int, plugin Program) PartStatus {
	status := PartStatus{Name: pluginName, Version: plugin.Version}
	all, err := procfs.AllProcs()
	if err != nil {
		return status
	}
	for _, proc := range all {
		stat, err := proc.Stat()
		if err != nil || stat.PPID != telegraf {
			continue
		}
		if args, _ := proc.CmdLine(); !slices.Contains(args, plugin.Path) {
			continue
		}
		status.Running = true
		status.observe(process{PID: proc.PID, StartTicks: stat.Starttime})
	}
	return status
}

// observe reads a process that runs.
func (s *PartStatus) observe(running process) {
	s.PID, s.UptimeSeconds, s.Paused = running.PID, running.age().Seconds(), running.paused()
}

func (s *Status) addData(ctx context.Context) error {
	token, err := readSecret(s.Folder.readToken())
	if errors.Is(err, fs.ErrNotExist) {
		return words.StillSettingUp.With()
	}
	if err != nil {
		return err
	}
	client := influx.New(s.InfluxURL, org, token)
	defer client.Close()
	for _, bucket := range []string{ticksBucket, eventsBucket} {
		last, err := lastWrite(ctx, client, bucket)
		if err != nil {
			return err
		}
		s.Buckets = append(s.Buckets, BucketStatus{Name: bucket, LastWrite: last})
	}
	if s.Readings, err = read(ctx, client); err != nil {
		return err
	}
	settings, err := s.Folder.settings()
	if err != nil {
		return err
	}
	finder, now := settings.Finder(client), time.Now()
	if s.Findings, err = finder.Current(ctx, now); err != nil {
		return err
	}
	judged, err := finder.Judged(ctx, now)
	if err != nil {
		return err
	}
	s.Judged, s.judgedAfter = len(judged) > 0, 4*time.Minute+time.Duration(settings.Every)
	return nil
}
