//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// TestTroubledAlerts has something to tell while Alertmanager is away, DingTalk refuses and the mail
// server is slow: each is told once in the end, and the readings go on meanwhile.
func TestTroubledAlerts(t *testing.T) {
	t.Parallel()
	const slow = 3 * time.Second
	a := newAlerting(t, words.English, newMailServer(t, mailPassword, slow), newDingtalk(t, broken, broken, tooMany))
	s := newTold(t, fmt.Sprintf("alertmanager = %q\n", a.url))
	s.start()
	s.pause(slices.Concat(rollups(), judges, []string{checks, alerts, "cosyvoice health"})...)
	began := time.Now()
	present := began.UTC().Truncate(time.Minute)
	evening := s.evening(present)
	s.judge(present)
	// minute is what InfluxDB does each minute, and again when it is asked for more often.
	minute := func() {
		if now := time.Now().UTC().Truncate(time.Minute); now.After(present) {
			evening.tells(now, 10*time.Second)
			s.rollUp(now)
			s.judge(now)
			present = now
		}
		s.alert(present)
	}

	t.Run("Alertmanager is away", func(t *testing.T) {
		s.run(present, checks)
		s.fails(present, alerts)
		told, ok := s.lastRun(t, alerts)
		assert.False(t, ok)
		assert.Contains(t, told, "connection refused")
		_, ok = s.lastRun(t, checks)
		assert.True(t, ok)
	})
	a.start()
	minute()
	told := "story-evening Alert (warning): " + causes.Find("host_cpu_contention").En.Title
	t.Run("the mail server is slow", func(t *testing.T) {
		a.eventually("the mail is there", func() bool { return len(ofStories(a.mails.subjects())) > 0 })
		assert.Equal(t, []string{told}, ofStories(a.mails.subjects()))
		assert.Less(t, a.robot.tries()[0], a.mails.about("story-")[0].at.Add(-slow/2), "DingTalk does not wait for the mail")
	})
	t.Run("Alertmanager is restarted", func(t *testing.T) {
		a.looksAgain("story-evening") // the mail is taken, and that is noted
		a.stop()
		a.start()
		minute()
	})
	t.Run("DingTalk refuses", func(t *testing.T) {
		s.eventually("the message is taken", func() bool {
			minute()
			return len(ofStories(a.robot.titles())) > 0
		})
		tries := a.robot.tries()
		assert.Len(t, tries, 4)
		assert.Greater(t, tries[3].Sub(tries[2]), time.Minute-time.Second, "where it was too much nothing is tried")
		assert.Contains(t, a.said.String(), "130101 send too fast")
	})
	t.Run("nothing is lost, and nothing told twice", func(t *testing.T) {
		minute()
		a.looksAgain("story-evening")
		assert.Equal(t, []string{told}, ofStories(a.mails.subjects()))
		assert.Equal(t, []string{told}, ofStories(a.robot.titles()))
		said, ok := s.lastRun(t, alerts)
		assert.True(t, ok, said)
		noTickLost(s, began)
	})
	a.stopRelay()
}

// lastRun is what `cosyvoicectl tasks` says of a task's last run; ok that it went well.
func (s *stack) lastRun(t *testing.T, task string) (problem string, ok bool) {
	out, err := s.command("tasks", "--json").Output()
	var told struct {
		Tasks []struct{ Name, Result, Error string }
	}
	require.NoError(t, json.Unmarshal(out, &told), "%s", out)
	if strings.Contains(string(out), `"result": "failed"`) {
		require.Error(t, err, "its exit tells of it")
	}
	i := slices.IndexFunc(told.Tasks, func(one struct{ Name, Result, Error string }) bool { return one.Name == task })
	require.NotEqual(t, -1, i, task)
	return told.Tasks[i].Error, told.Tasks[i].Result == "success"
}
