package stack

import (
	"errors"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// restartNoted is how long a new start of a part counts as a problem.
const restartNoted = time.Minute

func (s *Status) problem(text words.Text, args ...any) {
	s.Problems = append(s.Problems, text.With(args...))
}

func (s *Status) judgePart(part PartStatus) {
	log := s.Folder.log(part.Name)
	if part.Name == pluginName {
		log = s.Folder.log("telegraf")
	}
	switch {
	case !part.Running:
		s.problem(words.PartDown, part.Name, log)
	case part.Paused:
		s.problem(words.PartPaused, part.Name, part.PID)
	case part.Restarts > 0 && part.UptimeSeconds < restartNoted.Seconds():
		s.problem(words.PartRestarted, part.Name, words.Span(part.UptimeSeconds), part.Restarts, log)
	}
}

// works reports whether none of the named parts is known to be down or paused.
func (s *Status) works(names ...string) bool {
	return !slices.ContainsFunc(s.Parts, func(part PartStatus) bool {
		return slices.Contains(names, part.Name) && (!part.Running || part.Paused)
	})
}

// uptime is how long a part has run.
func (s *Status) uptime(name string) time.Duration {
	for _, part := range s.Parts {
		if part.Name == name {
			return time.Duration(part.UptimeSeconds * float64(time.Second))
		}
	}
	return 0
}

func (s *Status) judgeDisk() {
	var full words.Message
	if errors.As(checkSpace(string(s.Folder), leastFree), &full) {
		s.Problems = append(s.Problems, full)
	}
}

// judgeSilence says why the data could not be read.
func (s *Status) judgeSilence(err error) {
	if errors.Is(err, words.StillSettingUp.With()) || s.UptimeSeconds < freshness.Seconds() {
		s.problem(words.StillSettingUp)
		return
	}
	s.problem(words.InfluxUnreadable, s.InfluxURL, err, s.Folder.log("influxd"))
}

// judgeData says what the data tell of the parts that write them and of the
// server. What follows from an earlier problem is left out.
func (s *Status) judgeData() {
	telegrafLog := s.Folder.log("telegraf")
	if s.Readings == nil {
		if s.UptimeSeconds < freshness.Seconds() {
			s.problem(words.NoReadingsYet)
		} else {
			s.problem(words.NoReadings, telegrafLog)
		}
		return
	}
	if age := time.Since(s.Readings.Time); age > freshness && s.UptimeSeconds > freshness.Seconds() {
		if !s.works("influxd", "telegraf", pluginName) {
			return
		}
		if ticks := s.Buckets[0].LastWrite; ticks != nil && time.Since(*ticks) <= freshness {
			s.problem(words.PluginSilent, words.Span(age.Seconds()), telegrafLog)
		} else {
			s.problem(words.NothingWritten, words.Span(age.Seconds()), telegrafLog)
		}
		return
	}
	for _, gpu := range s.Readings.GPUs {
		switch gpu.State {
		case "ok":
		case "hung":
			s.problem(words.GPUHung, gpu.Name)
		case "lost":
			s.problem(words.GPULost, gpu.Name, gpu.Reason)
		default:
			s.problem(words.GPUFailed, gpu.Name, gpu.Reason)
		}
	}
	if len(s.Readings.Servers) == 0 {
		s.problem(words.NoServer, s.Folder.PluginConf())
	}
	for _, server := range s.Readings.Servers {
		switch {
		case !server.Up:
			s.problem(words.ServerDown, server.Instance)
		case server.State == "stuck":
			s.problem(words.ServerStuck, server.Instance)
		}
	}
}

// told are causes that the readings tell sooner.
var told = []string{"gpu_hung", "gpu_lost", "stuck_dead_thread"}

// judgeFindings says what is wrong by the conditions; what is only worth to know is left to why.
func (s *Status) judgeFindings() {
	heard := s.works("influxd", "telegraf", pluginName) && s.Readings != nil && time.Since(s.Readings.Time) <= freshness
	// Telegraf starts once InfluxDB answers, which takes minutes where it reads a long log of its writes.
	if heard && !s.Judged && s.uptime("telegraf") > s.judgedAfter {
		s.problem(words.HealthUnjudged, words.Length(causes.Unjudged.Seconds()))
	}
	for _, found := range s.Findings {
		if found.Severity == "info" || slices.Contains(told, found.Code) {
			continue
		}
		en, zh := causes.Find(found.Code).En, causes.Find(found.Code).Zh
		s.problem(words.StatusFinding, words.Text{En: en.Title, Zh: zh.Title}, words.Text{En: en.Answer, Zh: zh.Answer}, words.Text{En: en.Now, Zh: zh.Now})
	}
}
