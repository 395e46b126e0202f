package cosyvoice

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An answer that came too late for its own tick is taken at the next one, even if that has
// no time left.
func TestALateAnswerIsTakenWithoutTime(t *testing.T) {
	d := newDesk[int, string]()
	served, stop := context.WithCancel(t.Context())
	replied := make(chan struct{})
	go func() {
		defer close(replied)
		d.serve(served, func(question int, reply func(string)) {
			reply("late")
			stop()
		})
	}()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	var got []string
	take := func(a *string) { got = append(got, *a) }
	d.questions <- asked[int]{after(1), 1}
	<-replied
	for range 20 { // a choice between two ready channels is random
		require.False(t, d.ask(over, after(2), 2, take))
		require.Equal(t, []string{"late"}, got)
		got = nil
		d.answers <- asked[string]{after(1), "late"}
	}
	require.True(t, d.ask(over, after(1), 1, take), "it is the answer to this question")
}

func TestAQuestionThatWaitsIsNotAskedAgain(t *testing.T) {
	d := newDesk[int, int]()
	over, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	for second := range 3 {
		require.False(t, d.ask(over, after(float64(second)), second, func(*int) {}))
	}
	require.Equal(t, 0, (<-d.questions).what)
	require.Empty(t, d.questions)
}
