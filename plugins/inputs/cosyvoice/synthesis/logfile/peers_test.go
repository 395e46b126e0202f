package logfile

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pair is two servers that write to the same log.
type pair struct {
	*bench
	peers  map[string]*Follower
	a, b   *Follower
	ra, rb *reader
}

func newPair(t *testing.T, patterns ...string) *pair {
	p := &pair{bench: newBench(t)}
	p.options.Patterns = nil
	for _, pattern := range patterns {
		p.options.Patterns = append(p.options.Patterns, p.path(pattern))
	}
	p.options.FromBeginning = true
	p.restart(nil, nil)
	return p
}

// restart goes on with other followers, which know what those before had read.
func (p *pair) restart(a, b []Saved) {
	p.peers = make(map[string]*Follower)
	p.a, p.ra = p.peer("a", a), newReader(p.t)
	p.b, p.rb = p.peer("b", b), newReader(p.t)
}

func (p *pair) peer(name string, known []Saved) *Follower {
	options := p.options
	options.Peers, options.Known = p.peers, known
	p.peers[name] = New(options)
	p.t.Cleanup(p.peers[name].Close)
	return p.peers[name]
}

// poll polls both once, and returns what each read.
func (p *pair) poll() (a, b []string) {
	p.now = p.now.Add(rescanAfter / 10)
	p.a.Poll(plenty, p.ra)
	p.b.Poll(plenty, p.rb)
	return p.ra.take(), p.rb.take()
}

func TestALogOfTwoServersIsReadForOne(t *testing.T) {
	p := newPair(t, "cosyvoice.log")
	p.a.Attach(Server{PID: 1})
	p.b.Attach(Server{PID: 2})
	p.write("cosyvoice.log", "one\n")
	a, b := p.poll()
	require.Equal(t, []string{"one"}, a)
	require.Empty(t, b)
	require.Empty(t, p.a.Reason())
	require.Contains(t, p.b.Reason(), `also that of the server "a"`)

	p.write("cosyvoice.log", "two\nthr")
	a, b = p.poll()
	require.Equal(t, []string{"two"}, a)
	require.Empty(t, b)
	p.a.Detach() // the rest is of the other one
	p.write("cosyvoice.log", "ee\nfour\n")
	a, b = p.poll()
	require.Equal(t, []string{"three", "four"}, append(a, b...), "passed on before or after a poll")
	p.write("cosyvoice.log", "five\n")
	a, b = p.poll()
	require.Empty(t, a)
	require.Equal(t, []string{"five"}, b)
	require.Empty(t, p.b.Reason())

	p.a.Attach(Server{PID: 3})
	p.write("cosyvoice.log", "six\n")
	a, b = p.poll()
	require.Empty(t, a)
	require.Equal(t, []string{"six"}, b, "it stays where it is")
	require.Contains(t, p.a.Reason(), `also that of the server "b"`)

	p.b.Detach()
	p.write("cosyvoice.log", "seven\n")
	a, b = p.poll()
	require.Equal(t, []string{"seven"}, append(a, b...))
	p.write("cosyvoice.log", "eight\n")
	a, b = p.poll()
	require.Equal(t, []string{"eight"}, a)
	require.Empty(t, b)
}

func TestAfterARestartASharedLogStaysWhereItWas(t *testing.T) {
	p := newPair(t, "cosyvoice.log")
	p.b.Attach(Server{PID: 2})
	p.write("cosyvoice.log", "one\n")
	p.b.Poll(plenty, p.rb)
	p.restart(nil, p.b.Checkpoint())
	p.a.Attach(Server{PID: 1})
	p.b.Attach(Server{PID: 2})
	p.write("cosyvoice.log", "two\n")
	a, b := p.poll()
	require.Empty(t, a)
	require.Equal(t, []string{"two"}, b)
}

func TestALogThatDoesNotExistYetIsSharedToo(t *testing.T) {
	p := newPair(t, "cosyvoice.log")
	p.a.Attach(Server{PID: 1})
	p.b.Attach(Server{PID: 2})
	p.poll()
	p.write("cosyvoice.log", "one\n")
	a, b := p.poll()
	require.Equal(t, []string{"one"}, a)
	require.Empty(t, b)
}

// younger returns two servers that were started by one script, with their output in a file.
func (p *pair) younger(a, b string) (first, second *speaker) {
	first = p.speaker(nil, p.open(a, os.O_APPEND))
	second = p.speaker(nil, p.open(b, os.O_APPEND))
	p.a.Attach(first.server(time.Now()))
	p.b.Attach(second.server(time.Now()))
	return first, second
}

func TestAFoundLogIsPassedOnWhereItWasReadTo(t *testing.T) {
	for name, end := range map[string]func(p *pair, first *speaker){
		"the first is gone": func(p *pair, first *speaker) {
			first.stop()
			p.a.Detach()
			p.a.Poll(plenty, p.ra)
		},
		"the first was started with a log of its own": func(p *pair, first *speaker) {
			first.stop()
			again := p.speaker(nil, p.open("own.log", os.O_APPEND))
			p.a.Attach(again.server(time.Now()))
			again.say("own")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t)
			first, second := p.younger("cosyvoice.log", "cosyvoice.log")
			first.say("one")
			second.say("two")
			a, b := p.poll()
			require.Equal(t, []string{"one", "two"}, a)
			require.Empty(t, b)
			require.True(t, p.b.Waits())
			end(p, first)
			second.say("three")
			p.poll()
			second.say("four")
			p.poll()
			require.Subset(t, append(p.ra.all, p.rb.all...), []string{"three", "four"})
			require.NotContains(t, p.rb.all, "one")
			require.NotContains(t, p.rb.all, "two")
			require.False(t, p.b.Waits())
			require.Contains(t, p.rb.all, "four")
		})
	}
}

func TestALogThatItsServerNoLongerWritesIsAnothers(t *testing.T) {
	p := newPair(t)
	first, second := p.younger("cosyvoice.log", "cosyvoice.log")
	first.say("one")
	p.poll()
	known := p.a.Checkpoint()
	first.stop()
	again := p.speaker(nil, p.open("own.log", os.O_APPEND))
	p.restart(known, nil)
	second.say("two")
	p.a.Attach(again.server(time.Now()))
	p.b.Attach(second.server(time.Now()))
	p.poll()
	p.poll()
	require.Equal(t, []string{"two"}, p.rb.all)
	require.Empty(t, p.ra.all)
}

func TestAGlobOverTheLogsOfTwoServers(t *testing.T) {
	p := newPair(t, "*.log")
	first, second := p.younger("1.log", "2.log")
	for range 3 {
		first.say("one")
		second.say("two")
		a, b := p.poll()
		require.Equal(t, []string{"one"}, a)
		require.Equal(t, []string{"two"}, b)
	}
	require.Empty(t, p.a.Reason()+p.b.Reason())
}

// One server is found before the other has begun to write.
func TestAGlobGivesAwayWhatAnotherServerWrites(t *testing.T) {
	p := newPair(t, "*.log")
	first := p.speaker(nil, p.open("1.log", os.O_APPEND))
	p.a.Attach(first.server(time.Now()))
	p.write("2.log", "old\n")
	a, _ := p.poll()
	require.Equal(t, []string{"old"}, a)
	second := p.speaker(nil, p.open("2.log", os.O_APPEND))
	p.b.Attach(second.server(time.Now()))
	second.say("two")
	for range 3 {
		p.poll()
	}
	second.say("three")
	_, b := p.poll()
	require.Equal(t, []string{"three"}, b)
	require.ElementsMatch(t, []string{"old", "two", "three"}, append(p.ra.all, p.rb.all...))
	require.Empty(t, p.a.Reason()+p.b.Reason())
}

// A server comes back under another name, as by another port.
func TestTheFollowerOfAServerThatIsGoneTakesNothing(t *testing.T) {
	p := newPair(t, "cosyvoice.log")
	p.a.Attach(Server{PID: 1})
	p.poll()
	p.a.Detach()
	p.b.Attach(Server{PID: 2})
	p.poll()
	p.write("cosyvoice.log", "one\n")
	p.poll()
	p.b.Detach()
	p.write("cosyvoice.log", "two\n")
	for range 12 { // more than the time between two looks
		p.poll()
	}
	require.Empty(t, p.ra.all)
	require.Equal(t, []string{"one", "two"}, p.rb.all)
	require.Empty(t, p.a.Reason())
}

func TestALogThatIsNoLongerConfiguredIsAnothers(t *testing.T) {
	p := newPair(t, "cosyvoice.log")
	p.a.Attach(Server{PID: 1})
	p.write("cosyvoice.log", "one\n")
	p.poll()
	known := p.a.Checkpoint()
	p.options.Patterns = []string{p.path("own.log")}
	p.restart(known, nil)
	p.options.Patterns = []string{p.path("cosyvoice.log")}
	p.b = p.peer("b", nil)
	p.a.Attach(Server{PID: 1})
	p.b.Attach(Server{PID: 2})
	p.write("cosyvoice.log", "two\n")
	p.poll()
	p.poll()
	require.Equal(t, []string{"two"}, p.rb.all)
}
