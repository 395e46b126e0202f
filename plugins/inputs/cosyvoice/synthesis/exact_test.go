package synthesis

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logline"
)

// made-up requests of several clients at once, as a server would log them.
type madeUp struct {
	total, done int
	row         int
	opened      time.Time
	shown       time.Time // last, its bar
	began       time.Time // of the first segment
	chunks      int
	audio       float64
}

// happening is one thing that the server writes.
type happening struct {
	at    time.Time
	write func(at time.Time) string
}

// crowd makes the log of some clients that ask for one synthesis after another.
func crowd(r *rand.Rand, clients, each int) (log string, requests []*madeUp) {
	var all []happening
	rows := map[int]bool{}
	somewhere := func(from, to int) time.Duration { // in milliseconds
		return time.Duration(from)*time.Millisecond + time.Duration(r.Int64N(int64(to-from)*int64(time.Millisecond)))
	}
	add := func(at time.Time, write func(time.Time) string) { all = append(all, happening{at, write}) }
	stamp := func(at time.Time) string {
		return strings.Replace(at.Format("2006-01-02 15:04:05.000"), ".", ",", 1) + " INFO "
	}
	bar := func(m *madeUp, now time.Time) string {
		percent := 100 * m.done / m.total
		took := now.Sub(m.opened).Seconds()
		return fmt.Sprintf("%s\r%3d%%|          | %d/%d [00:%02d<00:00,  1.00s/it]%s",
			strings.Repeat("\n", m.row), percent, m.done, m.total, int(took), strings.Repeat("\x1b[A", m.row))
	}
	for range clients {
		t := moment(0).Add(somewhere(0, 500))
		streams := r.IntN(2) == 0
		for range each {
			m := &madeUp{total: 1 + r.IntN(3)}
			requests = append(requests, m)
			add(t, func(now time.Time) string {
				m.opened, m.shown = now, now
				for rows[m.row] {
					m.row++
				}
				rows[m.row] = true
				return strings.Repeat("\n", m.row) + fmt.Sprintf("\r  0%%|          | 0/%d [00:00<?, ?it/s]", m.total) + strings.Repeat("\x1b[A", m.row)
			})
			m.began = t.Add(somewhere(1, 30))
			t = m.began
			for range m.total {
				add(t, func(now time.Time) string { return stamp(now) + "synthesis text 你好\n" })
				yields := 1
				if streams {
					yields += r.IntN(4)
				}
				for y := range yields {
					compute := somewhere(20, 900)
					audio := float64(1+r.IntN(200)) * 0.04
					if y < yields-1 {
						audio = []float64{1, 2, 4}[r.IntN(3)]
					}
					m.chunks++
					m.audio += audio
					t = t.Add(compute)
					add(t.Add(time.Duration(r.IntN(900))*time.Microsecond), func(now time.Time) string {
						return stamp(now) + fmt.Sprintf("yield speech len %v, rtf %v\n", audio, compute.Seconds()/audio)
					})
					t = t.Add(somewhere(1, 4))
					if streams && r.IntN(10) == 0 {
						t = t.Add(somewhere(100, 1500)) // the client takes its time
					}
				}
				t = t.Add(somewhere(1, 5))
				add(t, func(now time.Time) string {
					m.done++
					if now.Sub(m.shown) < 100*time.Millisecond { // tqdm's mininterval
						return ""
					}
					m.shown = now
					return bar(m, now)
				})
				t = t.Add(somewhere(1, 30))
			}
			t = t.Add(time.Millisecond)
			add(t, func(now time.Time) string {
				delete(rows, m.row)
				closing := *m
				closing.row = 0
				return bar(&closing, now) + "\n"
			})
			t = t.Add(somewhere(1, 50))
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.at.Compare(b.at) })
	var text strings.Builder
	for _, h := range all {
		text.WriteString(h.write(h.at))
	}
	return text.String(), requests
}

// What is called exact is right, however the clients of a server come together.
func TestWhatIsCalledExactIsRight(t *testing.T) {
	exact, right, all := 0, 0, 0
	var wrong []string
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		log, requests := crowd(r, 1+r.IntN(6), 6)
		tracker := NewTracker(TextLength, State{})
		s := newSource(time.UTC, func(s *source, record *logline.Record) { tracker.Add(record, s.now) })
		s.reader.Write([]byte(log))
		s.flush()
		tracker.End()
		var audio, heard float64
		for _, m := range requests {
			audio += m.audio
		}
		for _, found := range tracker.Take().Syntheses {
			heard += found.AudioSeconds
			all++
			i := slices.IndexFunc(requests, func(m *madeUp) bool {
				return m.began.Sub(found.Start).Abs() < 2*time.Millisecond && m.chunks == found.Chunks && math.Abs(m.audio-found.AudioSeconds) < 1e-6
			})
			if i >= 0 {
				right++
			}
			if !found.Inferred {
				exact++
				if i < 0 {
					wrong = append(wrong, fmt.Sprintf("seed %d: %s from %s to %s, %d chunks", seed, found.Outcome, found.Start.Format("05.000"), found.End.Format("05.000"), found.Chunks))
				}
			}
		}
		if math.Abs(audio-heard) > 1e-6 {
			wrong = append(wrong, fmt.Sprintf("seed %d: %.2f s of audio of %.2f s, %d unseen", seed, heard, audio, tracker.unseen))
		}
	}
	t.Logf("%d syntheses, %d exact, %d right", all, exact, right)
	require.Greater(t, exact, all/10)
	require.Empty(t, wrong)
}
