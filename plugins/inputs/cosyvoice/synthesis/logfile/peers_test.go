package logfile

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// pair is two servers that write to the same log.
type pair struct {
	*bench
	peers  map[string]*Follower
	a, b   *Follower
	ra, rb *reader
}

func newPair(t *testing.T) *pair {
	p := &pair{bench: newBench(t)}
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
	options.Peers, options.Known, options.FromBeginning = p.peers, known, true
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
	p := newPair(t)
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
	p := newPair(t)
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
	p := newPair(t)
	p.a.Attach(Server{PID: 1})
	p.b.Attach(Server{PID: 2})
	p.poll()
	p.write("cosyvoice.log", "one\n")
	a, b := p.poll()
	require.Equal(t, []string{"one"}, a)
	require.Empty(t, b)
}
