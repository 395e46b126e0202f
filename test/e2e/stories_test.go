//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

// TestStories tells the two stories that this product began with, from the ticks that Telegraf writes
// to the mail and the message in the group. The tasks are those of every installation; the test has
// them run for the minutes gone by, so that three quarters of an hour take less than one minute.
func TestStories(t *testing.T) {
	t.Parallel() // it mostly waits, and so does TestTroubledAlerts
	a := startAlerting(t, words.Chinese)
	s := newTold(t, fmt.Sprintf("alertmanager = %q\nlanguage = \"zh\"\ndashboard = \"http://127.0.0.1:3000/d/cosyvoice\"\n", a.url))
	s.start()
	s.pause(slices.Concat(rollups(), judges, []string{checks, alerts, "cosyvoice health"})...)

	// A trend is over when it was not found for 14 minutes. The last run that finds the leak, three
	// minutes before the failure, is as long ago as that: the next minute its end is told.
	present := time.Now().UTC().Truncate(time.Minute)
	last := present.Add(-14 * time.Minute)
	onset := last.Add(-25 * time.Minute)
	leak := s.box(scenario.Leak(), onset, onset.Add(-30*time.Minute))
	leak.tells(last, 10*time.Second)
	evening := s.evening(present)

	story := stories{s, a, onset}
	var first time.Time
	var minutesLeft float64
	t.Run("the leak is named while there is time", func(t *testing.T) {
		for at := onset.Add(5 * time.Minute); !at.After(last); at = at.Add(5 * time.Minute) {
			s.judge(at)
		}
		first, minutesLeft = story.foretold(t)
	})
	t.Run("people are told", func(t *testing.T) {
		s.judge(present)
		s.alert(present)
		a.tell(t, "story-leak 告警（警告）：显存泄漏", "story-evening 告警（警告）：主机 CPU 已满")
		story.saysWhat(t, "gpu_memory_leak")
		story.saysWhat(t, "host_cpu_contention")
		story.timeLeft(t, minutesLeft)
	})
	t.Run("a synthesis fails", func(t *testing.T) {
		leak.tells(present, 10*time.Second)
		for _, at := range []time.Time{last.Add(5 * time.Minute), last.Add(10 * time.Minute), present.Add(-time.Minute)} {
			s.rollUp(at)
			s.judge(at)
		}
		s.alert(present)
		a.tell(t, "story-leak 告警（严重）：显存不足")
	})
	t.Run("the restart ends the leak, and Alertmanager was away", func(t *testing.T) {
		a.stop()
		s.fails(present.Add(time.Minute), alerts)
		a.start()
		s.alert(present.Add(time.Minute))
		a.tell(t, "story-leak 已恢复：显存泄漏")
		assert.Equal(t, []string{"ok", "warn"}, story.levels("gpu_memory_leak"), "newest first")
	})
	t.Run("each is told once", func(t *testing.T) {
		s.alert(present.Add(time.Minute))
		a.looksAgain("story-leak")
		a.looksAgain("story-evening")
		assert.Len(t, ofStories(a.mails.subjects()), 4)
		assert.Len(t, ofStories(a.robot.titles()), 4)
	})
	t.Run("the failed synthesis is explained", func(t *testing.T) {
		s.rollUp(present)
		story.failure(t, first)
	})
	t.Run("the evening is explained", func(t *testing.T) {
		now := time.Now().UTC().Truncate(time.Minute)
		evening.tells(now, 10*time.Second)
		s.rollUp(now)
		s.judge(now)
		story.evening(t, present)
	})
	a.stopRelay()
}

// stories are the stack and what it sends to, and when the leak began.
type stories struct {
	*stack
	alerting *alerting
	onset    time.Time
}

// foretold looks at what the tasks wrote of the leak before the failure. It returns when the first of
// it was, and how many minutes there were left by the last.
func (s stories) foretold(t *testing.T) (first time.Time, minutesLeft float64) {
	found := s.rows(fmt.Sprintf(`from(bucket: "performance_monitor_events") |> range(start: %s)
  |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r.host == "story-leak")
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> group() |> sort(columns: ["_time"])`, s.onset.Format(time.RFC3339)))
	require.NotEmpty(t, found)
	fails := s.onset.Add(scenario.LeakFails)
	for _, finding := range found {
		at := finding["_time"].(time.Time)
		assert.Equal(t, "gpu_memory_leak", finding["code"])
		minutesLeft = number(finding, "seconds_to_full") / 60
		assert.WithinDuration(t, fails, at.Add(time.Duration(minutesLeft*float64(time.Minute))), 2*time.Minute, "as of %s", at)
		t.Logf("%s after the onset: %.0f %% of the card, full in %.1f min", at.Sub(s.onset),
			100*number(finding, "memory_used_bytes")/number(finding, "memory_total_bytes"), minutesLeft)
	}
	first = found[0]["_time"].(time.Time)
	assert.WithinRange(t, first, s.onset, fails.Add(-5*time.Minute))
	return first, minutesLeft
}

// saysWhat looks for all that the catalogue says of a cause in its mail and its message.
func (s stories) saysWhat(t *testing.T, code string) {
	texts := causes.Find(code).In(words.Chinese)
	mail, message := s.alerting.mails.about(texts.Title)[0], s.alerting.robot.about(texts.Title)[0]
	for _, text := range []string{texts.Answer, texts.Now, texts.Lasting} {
		assert.Contains(t, mail.text, text)
		assert.Contains(t, mail.html, text)
		assert.Contains(t, strings.ReplaceAll(message.Markdown.Text, `\`, ""), text)
	}
	for _, text := range []string{"instance=50000", "http://127.0.0.1:3000/d/cosyvoice?var-host=story-"} {
		assert.Contains(t, mail.text, text)
	}
	assert.Contains(t, message.Markdown.Text, "http://127.0.0.1:3000/d/cosyvoice?var-host=story-")
}

// timeLeft looks for the time that is left in what people are told.
func (s stories) timeLeft(t *testing.T, minutes float64) {
	figure, _ := causes.FigureOf("seconds_to_full")
	left := fmt.Sprintf("%s %g min", figure.In(words.Chinese), math.Round(minutes*10)/10)
	title := causes.Find("gpu_memory_leak").In(words.Chinese).Title
	assert.Contains(t, s.alerting.mails.about(title)[0].text, left)
	assert.Contains(t, strings.ReplaceAll(s.alerting.robot.about(title)[0].Markdown.Text, `\`, ""), left)
}

// evening asks why it is slow.
func (s stories) evening(t *testing.T, at time.Time) {
	for _, language := range []words.Language{words.English, words.Chinese} {
		texts := causes.Find("host_cpu_contention").In(language)
		for _, question := range [][]string{{"--on", "story-evening"}, {"--on", "story-evening", "--at", at.Local().Format(time.DateTime)}} {
			answer := s.why(t, language, question...)
			for _, text := range []string{texts.Title, texts.Answer, texts.Now, texts.Lasting, words.SureTexts["likely"].In(language)} {
				assert.Contains(t, answer, text)
			}
		}
		status := s.says(t, language, "status")
		assert.Contains(t, status, texts.Title)
		assert.Contains(t, status, texts.Answer)
		assert.Contains(t, status, texts.Now)
	}
}

// failure asks why the synthesis failed, by itself and by its id. The cause is known since a time.
func (s stories) failure(t *testing.T, since time.Time) {
	var answer diagnosis.Answer
	decode(t, s.says(t, words.English, "why", "--json"), &answer)
	require.NotNil(t, answer.Synthesis)
	assert.Equal(t, "out_of_memory", answer.Synthesis.Error)
	require.NotNil(t, answer.Cause)
	assert.Equal(t, "gpu_memory_leak", answer.Cause.Code)
	require.NotNil(t, answer.Direct)
	assert.Equal(t, "gpu_out_of_memory", answer.Direct.Code)
	assert.Equal(t, since, answer.Cause.Since.UTC(), "when a task found it first")
	for _, language := range []words.Language{words.English, words.Chinese} {
		texts := causes.Find("gpu_memory_leak").In(language)
		first := words.WhyFailed.With(words.Clock(answer.Synthesis.At), "out_of_memory", texts.Answer).In(language)
		for _, question := range [][]string{nil, {"--request", answer.Synthesis.RequestID}} {
			told := s.why(t, language, question...)
			assert.True(t, strings.HasPrefix(told, first), "%s", told)
			for _, text := range []string{"gpu_memory_leak", texts.Now, texts.Lasting, "CUDA out of memory", "24 GiB", "█"} {
				assert.Contains(t, told, text)
			}
		}
		assert.Contains(t, s.why(t, language, "--since", "2h"), texts.Title)
	}
}

func (s stories) why(t *testing.T, language words.Language, question ...string) string {
	return s.says(t, language, append([]string{"why"}, question...)...)
}

// says is what cosyvoicectl prints. Its exit tells only that something is wrong.
func (s stories) says(t *testing.T, language words.Language, arguments ...string) string {
	command := exec.Command(program(t, "cosyvoicectl"), append(arguments, "--lang", string(language), "--state", s.dir)...)
	out, err := command.Output()
	if ended := (*exec.ExitError)(nil); !errors.As(err, &ended) {
		require.NoError(t, err)
	}
	return string(out)
}

// levels are those of a cause in InfluxDB's own history of alerts, the newest first.
func (s stories) levels(code string) (levels []string) {
	records, err := s.operator().Query(s.t.Context(), fmt.Sprintf(`from(bucket: "_monitoring") |> range(start: -1h)
  |> filter(fn: (r) => r._measurement == "statuses" and r._check_id == %q and r.code == %q and r._field == "value")
  |> group() |> sort(columns: ["_time"], desc: true)`, diagnosis.ChecksID, code))
	require.NoError(s.t, err)
	for _, r := range records {
		levels = append(levels, fmt.Sprint(r.ValueByKey("_level")))
	}
	return levels
}

func decode(t *testing.T, text string, into any) {
	require.NoError(t, json.Unmarshal([]byte(text), into), text)
}
