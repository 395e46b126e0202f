package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// transport stands in for the way to DingTalk, where time is that of a test: it answers at once
// or when the test wants.
type transport func(*http.Request) (string, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := f(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

const (
	ok       = `{"errcode":0,"errmsg":"ok"}`
	busy     = `{"errcode":-1,"errmsg":"系统繁忙"}`
	tooFast  = `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`
	mismatch = `{"errcode":310000,"errmsg":"keywords not in content"}`
)

// deliverBy makes a deliverer whose messages take that way.
func deliverBy(way transport) *deliverer {
	robot := newRobot(url.URL{Scheme: "https", Host: "oapi.dingtalk.com", Path: "/robot/send", RawQuery: "access_token=" + token})
	robot.client.Transport = way
	return newDeliverer(robot, Style{Language: words.Chinese}, func(words.Message) {})
}

// answering gives one answer after the other, the last one for ever, and counts.
func answering(tries *int, answers ...string) transport {
	return func(*http.Request) (string, error) {
		*tries++
		answer := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		return answer, nil
	}
}

func hangs(r *http.Request) (string, error) {
	<-r.Context().Done()
	return "", r.Context().Err()
}

func TestWhatIsRefusedForAMomentIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		d := deliverBy(answering(&tries, busy, "no JSON", `{"message":"a proxy"}`, ok))
		require.NoError(t, d.deliver(t.Context(), t.Context(), outOfMemory()))
		require.Equal(t, 4, tries)
	})
}

func TestAlertmanagerIsAnsweredInTime(t *testing.T) {
	for name, tc := range map[string]struct {
		way  transport
		want words.Text
	}{
		"refused again and again": {answering(new(int), busy), words.RelayRefused},
		"no answer at all":        {hangs, words.RelayUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, began := deliverBy(tc.way), time.Now()
				require.ErrorIs(t, d.deliver(t.Context(), t.Context(), outOfMemory()), tc.want.With())
				require.LessOrEqual(t, time.Since(began), answerWithin)
				require.Greater(t, time.Since(began), answerWithin/2, "it was tried for a while")

				began = time.Now()
				go func() { _ = d.deliver(t.Context(), t.Context(), outOfMemory()) }()
				synctest.Wait()
				require.Error(t, d.deliver(t.Context(), t.Context(), about("another")), "it waits for the first")
				require.LessOrEqual(t, time.Since(began), answerWithin)
				time.Sleep(answerWithin)
			})
		})
	}
}

func TestAMessageThatIsRefusedForGoodIsNotTriedAgain(t *testing.T) {
	for code, want := range map[int]words.Text{
		310000: words.RelayUnverified, 400101: words.RelayNoRobot, 430104: words.RelayUnfit,
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			d := deliverBy(answering(&tries, fmt.Sprintf(`{"errcode":%d,"errmsg":"see [docs] of %s"}`, code, token)))
			err := d.deliver(t.Context(), t.Context(), outOfMemory())
			require.ErrorIs(t, err, want.With())
			require.ErrorContains(t, err, fmt.Sprintf("(%d see [docs] of ***)", code))
			require.Equal(t, 1, tries)
			require.Error(t, d.deliver(t.Context(), t.Context(), outOfMemory()), "and is not taken for delivered")
			require.Equal(t, 2, tries)
		})
	}
}

func TestAfterTooManyMessagesItIsQuietForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		d := deliverBy(answering(&tries, tooFast, ok))
		require.ErrorIs(t, d.deliver(t.Context(), t.Context(), outOfMemory()), words.RelayTooFast.With())
		for range 5 {
			time.Sleep(quiet / 6)
			require.ErrorIs(t, d.deliver(t.Context(), t.Context(), outOfMemory()), words.RelayQuiet.With())
		}
		require.Equal(t, 1, tries, "DingTalk is not asked")
		time.Sleep(quiet / 6)
		require.NoError(t, d.deliver(t.Context(), t.Context(), outOfMemory()))
		require.Equal(t, 2, tries)
	})
}

// Many groups at once, each tried again by Alertmanager until it is delivered.
func TestNeverTwentyMessagesInAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		d := deliverBy(func(*http.Request) (string, error) {
			at = append(at, time.Now())
			return ok, nil
		})
		const groups = 60
		delivered := make(chan struct{})
		for i := range groups {
			go func() {
				for d.deliver(t.Context(), t.Context(), about(fmt.Sprint(i))) != nil {
					time.Sleep(time.Second)
				}
				delivered <- struct{}{}
			}()
		}
		for range groups {
			<-delivered
		}
		require.Len(t, at, groups, "each once")
		for i := range at {
			if i >= 19 {
				require.Greater(t, at[i].Sub(at[i-19]), time.Minute)
			}
		}
		require.Less(t, at[groups-1].Sub(at[0]), 5*time.Minute, "and not much fewer")
	})
}

func TestTheSameIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		d := deliverBy(answering(&tries, ok))
		deliver := func(n *Notification, want int, why string) {
			t.Helper()
			time.Sleep(remembered / 10)
			require.NoError(t, d.deliver(t.Context(), t.Context(), n))
			require.Equal(t, want, tries, why)
		}
		deliver(outOfMemory(), 1, "it is new")
		deliver(outOfMemory(), 1, "Alertmanager did not see the answer")
		deliver(about("another"), 2, "it is another group's")
		deliver(resolved(outOfMemory()), 3, "it is over")
		deliver(resolved(outOfMemory()), 3, "Alertmanager did not see the answer")
		deliver(outOfMemory(), 4, "it fires again")
		time.Sleep(remembered)
		deliver(outOfMemory(), 5, "it is the repeat_interval's")
	})
}

func TestTheSameAtTheSameTimeIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		d := deliverBy(func(*http.Request) (string, error) {
			tries++
			time.Sleep(time.Second)
			return ok, nil
		})
		answers := make(chan error)
		for range 3 {
			go func() { answers <- d.deliver(t.Context(), t.Context(), outOfMemory()) }()
		}
		for range 3 {
			require.NoError(t, <-answers)
		}
		require.Equal(t, 1, tries)
	})
}

// slow takes a second for each message.
func slow(r *http.Request) (string, error) {
	select {
	case <-time.After(time.Second):
		return ok, nil
	case <-r.Context().Done():
		return "", r.Context().Err()
	}
}

func TestWhatIsBeingSentIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := deliverBy(slow)
		stop, cancel := context.WithCancel(t.Context())
		first, second := make(chan error), make(chan error)
		go func() { first <- d.deliver(stop, t.Context(), outOfMemory()) }()
		synctest.Wait()
		go func() { second <- d.deliver(stop, t.Context(), about("another")) }()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-second, words.RelayNobodyWaits.With(), "what waits is not begun")
		require.NoError(t, <-first)
		require.ErrorIs(t, d.deliver(stop, t.Context(), about("a third")), words.RelayNobodyWaits.With())
	})
}

func TestAStopEndsThePauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := deliverBy(answering(new(int), busy))
		stop, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		began := time.Now()
		require.ErrorIs(t, d.deliver(stop, t.Context(), outOfMemory()), words.RelayRefused.With())
		require.Equal(t, 2*time.Second, time.Since(began))
	})
}

func TestAKillEndsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := deliverBy(hangs)
		kill, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		began := time.Now()
		require.ErrorIs(t, d.deliver(kill, kill, outOfMemory()), context.DeadlineExceeded)
		require.Equal(t, 2*time.Second, time.Since(began))
	})
}

func TestNoErrorHasTheToken(t *testing.T) {
	d := deliverBy(func(*http.Request) (string, error) { return "", errors.New("dial tcp: connection refused") })
	d.robot.secret = secret
	err := d.try(t.Context(), Message{})
	require.ErrorContains(t, err, "oapi.dingtalk.com cannot be reached: dial tcp: connection refused")
	requireNoSecret(t, err.Error())
	require.Contains(t, words.Explain(err, words.Chinese), "无法连接 oapi.dingtalk.com")
}
