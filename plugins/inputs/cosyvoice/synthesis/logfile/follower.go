// Package logfile finds the log files of a CosyVoice server, follows them through
// rotation, truncation and deletion, and remembers across restarts how far they were
// read. It hands out bytes and does not look at what they say.
//
// It only ever reads: it takes no lock, watches with no inotify, and asks the kernel for
// one fstat a file and poll while nothing is written.
//
// # Where reading begins
//
// A log that was read before is read on from where that ended, found again by its inode
// and its content, or by its content alone where it was copied. One that replaced a log
// that was read is read whole. Of a log never seen before:
//
//   - all, if it was asked for, or if the file appeared while it was waited for;
//   - all, if its server is younger than the follower, or at most three minutes older, and
//     the file is the server's own: made not earlier than three minutes before the server, or
//     not opened for appending and therefore emptied or overwritten by it;
//   - otherwise what is written from now on, with the line that is being written.
//
// So no history is replayed by surprise, and no new line is missed but one: a young
// server that appends to an old log loses the lines that it wrote before it was found.
package logfile

import (
	"slices"
	"time"
)

const (
	pieceSize    = 256 << 10
	rescanAfter  = 10 * time.Second
	keptKnown    = 16
	complainOnce = time.Minute
)

// FileID names one content of a file for the life of a Follower: a renamed file keeps
// its id, one that was truncated begins anew under another.
type FileID int

// Sink takes what is read. Its calls come from Poll, and it must not keep the bytes.
type Sink interface {
	// Begin tells that a file is read from offset on: for the first time, or again after
	// bytes were skipped, in which case an incomplete line before it is void.
	Begin(file FileID, offset int64)
	// Data hands out the bytes that stand at offset and continue those before. In a log of
	// Docker, NUL bytes before a line stand for its wrapping. Live bytes were written
	// within the last 90 seconds.
	Data(file FileID, offset int64, p []byte, live bool)
	// End tells that nothing more comes of a file. It is complete unless it was truncated
	// or became unreadable, in which case an incomplete last line is void.
	End(file FileID, complete bool)
}

// Logger is the part of telegraf.Logger that this package uses.
type Logger interface {
	Infof(format string, args ...any)
	Warnf(format string, args ...any)
}

// Options says what to follow and how.
type Options struct {
	// Patterns are paths, or globs as of filepath.Match, of the logs. If there are none,
	// the logs of the attached server are found.
	Patterns []string
	// FromBeginning reads logs that were never seen before from their beginning.
	FromBeginning bool
	// MaxBacklog is how many bytes may be left to read, beside those that were there when
	// the file was opened, until reading skips forward; 256 MiB if 0.
	MaxBacklog int64
	// Peers are the followers of all servers of the host, by the servers' names. A file
	// that one of them reads is not read for another server, as long as the first is up.
	// All are polled from one goroutine.
	Peers map[string]*Follower
	// Known are the files that an earlier Follower of this server read.
	Known []Saved
	// ProcRoot is the mount point of the proc file system; /proc if empty.
	ProcRoot string
	// DockerRoot is the data folder of Docker; /var/lib/docker if empty.
	DockerRoot string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	Log Logger
}

// Server is a process whose log is wanted.
type Server struct {
	PID   int
	Start time.Time
}

// Stats are counters since the Follower was made, and what is left to read.
type Stats struct {
	BytesRead int64
	// BytesSkipped were lost, as the log grew faster than it was read, or was no log of
	// Docker where one was expected.
	BytesSkipped int64
	Rotations    int64 // files that replaced another under its name
	Truncations  int64
	BytesBehind  int64 // at the last poll
}

// Follower reads the logs of one server. Its methods are called from one goroutine.
type Follower struct {
	options Options
	made    time.Time

	server  Server
	streams []*stream
	turn    int
	scanned time.Time // when streams were last looked for
	looked  bool
	lastID  FileID
	known   []Saved // contents that were read, by an earlier Follower or to their end
	reason  string
	waits   bool // for a file that it shares with another server

	batch batch
}

// batch is what one poll reads into and counts.
type batch struct {
	sink       Sink
	buffer     []byte
	scratch    [printSize]byte
	budget     int64
	maxBacklog int64
	now        time.Time
	rescan     bool
	stats      Stats
	warned     time.Time // of skipped bytes
	log        Logger
}

// New returns a Follower that opens nothing before its first Poll.
func New(options Options) *Follower {
	if options.MaxBacklog == 0 {
		options.MaxBacklog = 256 << 20
	}
	if options.ProcRoot == "" {
		options.ProcRoot = "/proc"
	}
	if options.DockerRoot == "" {
		options.DockerRoot = "/var/lib/docker"
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Follower{
		options: options,
		made:    options.Now(),
		known:   slices.Clone(options.Known),
		batch:   batch{maxBacklog: options.MaxBacklog, log: options.Log},
	}
}

// Attach names the running server. A log that its predecessor wrote to as well is read
// on; others of the predecessor are read to their end.
func (f *Follower) Attach(server Server) {
	if f.server != server {
		f.server, f.scanned = server, time.Time{}
	}
}

// Detach tells that the server is gone. Its logs are read to their end.
func (f *Follower) Detach() { f.Attach(Server{}) }

// Poll hands what is new to the sink, at most budget bytes. It is meant to be called at
// every tick. Problems with the files are logged when they change.
func (f *Follower) Poll(budget int64, sink Sink) {
	b := &f.batch
	b.sink, b.budget, b.now = sink, budget, f.options.Now()
	f.dropGiven(b)
	b.rescan = f.scanned.IsZero() || f.waits || b.now.Sub(f.scanned) >= rescanAfter
	if b.rescan {
		f.scan()
		f.scanned = b.now
	}
	if b.buffer == nil && len(f.streams) > 0 {
		b.buffer = make([]byte, pieceSize)
	}
	for _, s := range f.streams {
		if s.leaving {
			s.poll(b)
		}
	}
	// Another stream comes first each time, so that a busy one starves none.
	f.turn++
	for i := range f.streams {
		if s := f.streams[(f.turn+i)%len(f.streams)]; !s.leaving {
			s.poll(b)
		}
	}
	f.streams = slices.DeleteFunc(f.streams, func(s *stream) bool { return s.leaving && len(s.queue) == 0 })
	f.forget() // now that all streams have found what is known of theirs
	b.stats.BytesBehind = 0
	for _, s := range f.streams {
		for _, file := range s.queue {
			b.stats.BytesBehind += max(0, file.size-file.offset)
		}
	}
	b.sink = nil
	if len(f.streams) == 0 {
		b.buffer = nil // its server is gone
	}
}

// Stats returns the counters.
func (f *Follower) Stats() Stats { return f.batch.stats }

// Reason tells why there is no log to follow and what to do, or "". It was logged.
func (f *Follower) Reason() string {
	if f.reason != "" {
		return f.reason
	}
	for _, s := range f.streams {
		if len(s.queue) > 0 {
			return ""
		}
	}
	for _, s := range f.streams {
		if s.problem != "" {
			return s.problem
		}
	}
	return ""
}

// Waits tells that another server has a log that the attached one writes to as well.
func (f *Follower) Waits() bool { return f.waits }

// Close closes all files.
func (f *Follower) Close() {
	for _, s := range f.streams {
		for _, file := range s.queue {
			file.close()
		}
	}
	f.streams = nil
}

func (f *Follower) newID() FileID {
	f.lastID++
	return f.lastID
}
