package synthesis

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/datagram"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logfile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/outputs"
)

// Options says which logs to read and what to keep of them.
type Options struct {
	// Patterns are the paths or globs of the logs, by instance; those of "" are for every
	// instance that has none of its own. Without any, the server's own output is found.
	Patterns map[string][]string
	// FromBeginning reads logs that were never seen before from their beginning.
	FromBeginning bool
	// Text says what is kept of the users' texts; NoText if empty.
	Text TextOption
	// Zone is that of the logs; if nil, that of their server is found.
	Zone *time.Location
	// ProcRoot is the mount point of the proc file system; /proc if empty.
	ProcRoot string
	// StateFile remembers how far the logs were read; nothing is remembered if empty.
	StateFile string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	Log logfile.Logger
}

// Server is a server instance whose logs are wanted.
type Server struct {
	Instance  string
	PID       int
	PIDs      []int // of all its processes
	StartTime time.Time
	Up        bool
}

// Observer reads the logs of all servers of a host. Its methods are called from one
// goroutine; a Checkpoint may be saved from any.
type Observer struct {
	options   Options
	store     *logfile.Store
	watched   map[string]*watched          // by instance
	followers map[string]*logfile.Follower // theirs
}

// NewObserver returns an observer that goes on where the state file says.
func NewObserver(options Options) *Observer {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.ProcRoot == "" {
		options.ProcRoot = "/proc"
	}
	return &Observer{
		options:   options,
		store:     logfile.OpenStore(options.StateFile, options.Now, options.Log),
		watched:   make(map[string]*watched),
		followers: make(map[string]*logfile.Follower),
	}
}

// Poll reads what is new in the logs of these servers. It is meant to be called at every
// tick, and takes as long as the file system does.
func (o *Observer) Poll(servers []Server) {
	now := o.options.Now()
	var strangers []string // whose logs were never read before
	for _, s := range servers {
		w := o.watched[s.Instance]
		switch current := (logfile.Server{PID: s.PID, Start: s.StartTime}); {
		case s.Up && (w == nil || w.server != current):
			isNew := w == nil
			if isNew {
				w = o.watch(s.Instance)
			}
			w.attach(current, o.zoneOf(s.PID), now)
			if isNew && w.resumeAt == nil {
				strangers = append(strangers, s.Instance)
			}
		case !s.Up && w != nil && w.server.PID != 0:
			w.detach(now)
		}
		if s.Up {
			o.watched[s.Instance].pids = s.PIDs
		}
	}
	for _, instance := range strangers {
		o.saveBeginning(instance, o.watched[instance])
	}
	for _, w := range o.watched {
		w.poll(now)
	}
}

// saveBeginning remembers where the reading of logs begins that were never read before, so
// that they are no strangers if they are rotated and this program is killed soon.
func (o *Observer) saveBeginning(instance string, w *watched) {
	w.follower.Poll(0, w)
	beginning := map[string]logfile.Position{instance: {Files: w.follower.Checkpoint()}}
	if err := o.store.Save(beginning); err != nil {
		o.options.Log.Warnf("%v", err)
	}
}

func (o *Observer) watch(instance string) *watched {
	patterns, ok := o.options.Patterns[instance]
	if !ok {
		patterns = o.options.Patterns[""]
	}
	saved := o.store.Position(instance)
	known := remembered(saved.Memory)
	now := o.options.Now()
	if known.Outputs.IsZero() {
		known.Outputs = now
	}
	w := &watched{
		outputs: outputFiles{watcher: outputs.New(known.Outputs), began: now},
		follower: logfile.New(logfile.Options{
			Patterns: patterns, FromBeginning: o.options.FromBeginning, Known: saved.Files,
			Peers: o.followers, ProcRoot: o.options.ProcRoot, Now: o.options.Now, Log: o.options.Log,
		}),
		tracker:  NewTracker(o.options.Text, known.Tracker),
		past:     known,
		resumeAt: offsetsOf(saved.Files),
		sources:  make(map[logfile.FileID]*source),
		log:      o.options.Log,
		keepText: o.options.Text == TextHash || o.options.Text == FullText,
	}
	o.watched[instance], o.followers[instance] = w, w.follower
	return w
}

func offsetsOf(files []logfile.Saved) []int64 {
	var offsets []int64
	for _, f := range files {
		if !f.Done {
			offsets = append(offsets, f.Offset)
		}
	}
	return offsets
}

// memory is what is remembered of an instance beside how far its logs were read.
type memory struct {
	Tracker State
	Headers []uint32 // of the logs' records
	Stamped bool     // these have times
	// PID is that of the server whose reports Reported is about.
	PID      int
	Reported span
	Crossed  []time.Time // see reported
	// Outputs is since when the server's audio files count.
	Outputs time.Time
}

// remembered is empty where nothing, or nothing that fits, was remembered.
func remembered(text json.RawMessage) memory {
	var m memory
	if json.Unmarshal(text, &m) != nil {
		return memory{}
	}
	return m
}

// TakeReport takes what a server reports of its own syntheses. It tells whether the
// server is known.
func (o *Observer) TakeReport(report *datagram.Report) bool {
	for _, w := range o.watched {
		if slices.Contains(w.pids, report.PID) || slices.Contains(w.oldPIDs, report.PID) {
			w.reported.add(report)
			return true
		}
	}
	return false
}

func (o *Observer) zoneOf(pid int) *time.Location {
	if o.options.Zone != nil {
		return o.options.Zone
	}
	return logfile.FindZone(o.options.ProcRoot, pid)
}

// Reading is what the logs of one server instance told since the last one.
type Reading struct {
	Instance string
	News
	// Live is what goes on; nil if the server neither reports it nor has a log that can be
	// read.
	Live     *Live
	Counters Counters
	Files    int
	Follower logfile.Stats
	// Reason tells why there is no log, and what to do.
	Reason string
	// Outputs are the audio files of a server of which nothing else tells the syntheses,
	// and InvalidOutputs how many of all were none.
	Outputs        []outputs.File
	InvalidOutputs int64
}

// Report hands out what was found since the last time, in order of the instances' names.
func (o *Observer) Report() []Reading {
	o.lookForOutputs()
	readings := make([]Reading, 0, len(o.watched))
	for instance, w := range o.watched {
		r := Reading{
			Instance: instance, News: w.news(), Counters: w.counters(), Files: len(w.sources),
			Follower: w.follower.Stats(), Reason: w.follower.Reason(),
			Outputs: w.outputs.takeFound(), InvalidOutputs: w.outputs.watcher.Invalid(),
		}
		r.Live = w.live(o.options.Now())
		readings = append(readings, r)
	}
	slices.SortFunc(readings, func(a, b Reading) int { return cmp.Compare(a.Instance, b.Instance) })
	return readings
}

// Checkpoint is how far the logs were read, and what is in flight there.
type Checkpoint map[string]logfile.Position

// Checkpoint tells how far reading came. It is to be saved once all that was reported
// before is written.
func (o *Observer) Checkpoint() Checkpoint {
	c := make(Checkpoint, len(o.watched))
	for instance, w := range o.watched {
		if !w.isBetweenRecords() {
			continue // the last one before still holds
		}
		files := w.follower.Checkpoint()
		if w.isAsAt(files) {
			c[instance] = w.position
			continue
		}
		memory, err := json.Marshal(memory{
			w.tracker.State, w.headers(), w.isStamped(), w.server.PID,
			w.reported.span(o.options.Now()), w.reported.crossed, w.outputs.watcher.Since(),
		})
		if err != nil {
			o.options.Log.Warnf("What is in flight on %q cannot be remembered: %v", instance, err)
			continue
		}
		w.position = logfile.Position{Files: files, Memory: memory}
		c[instance] = w.position
	}
	return c
}

// Save writes a checkpoint to the state file. What servers have reported themselves since
// then is written by now too, and must not be read from their logs again.
func (o *Observer) Save(c Checkpoint) error {
	for instance, position := range c {
		w := o.watched[instance]
		if w == nil || w.reported.isEmpty() {
			continue
		}
		m := remembered(position.Memory)
		m.Reported, m.Crossed = w.reported.span(w.polled), w.reported.crossed
		text, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("encode what is remembered of %s: %w", instance, err)
		}
		position.Memory = text
		c[instance] = position
	}
	return o.store.Save(c)
}

// Close closes all files.
func (o *Observer) Close() {
	for _, w := range o.watched {
		w.follower.Close()
	}
}
