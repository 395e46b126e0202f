package gpu

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestOnlyACardThatIsAskedForLongIsStuck(t *testing.T) {
	var p place
	assert.Nil(t, p.stuck())
	p.enter(3)
	assert.Nil(t, p.stuck(), "a healthy card takes its time, too")
	atomic.AddInt64((*int64)(&p.asked.since), -int64(2*stuckAfter))
	assert.Equal(t, &stuck{3}, p.stuck())
	p.leave()
	assert.Nil(t, p.stuck())
}

func TestCardsThatAreLeftOut(t *testing.T) {
	for variable, want := range map[string]map[int]bool{
		"":      {},
		"1":     {1: true},
		"0,2":   {0: true, 2: true},
		"7":     {},
		"0,1,2": nil, // a driver that has come back would not be noticed
	} {
		t.Setenv(leaveOutVariable, variable)
		assert.Equal(t, want, leftOut(3), variable)
	}
}

func TestACardThatHangsAgainIsLeftOutForLonger(t *testing.T) {
	var pauses []time.Duration
	for count := hangsInVain; count < 9; count++ {
		pauses = append(pauses, (&hangs{count: count}).pause(time.Minute)/time.Minute)
	}
	assert.Equal(t, []time.Duration{2, 4, 8, 16, 32, 60, 60}, pauses)
}
