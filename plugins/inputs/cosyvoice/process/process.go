// Package process finds the CosyVoice servers of a host without configuration
// and reads how they and the host are doing, from /proc and, if asked to, by a
// harmless request to the server's own port.
//
// A server is the topmost process that looks like one together with all its
// descendants. It is known by its process id and start time, so a process id
// that the kernel hands out again never passes for the old server.
package process

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/prometheus/procfs"
)

// Options says where to look and what for. The zero value observes the host
// that the program runs on, without probing.
type Options struct {
	// ProcRoot is the mount point of the proc file system; /proc if empty.
	ProcRoot string
	// CgroupRoot is where the cgroup file systems are mounted: version 2, or the
	// hierarchies of version 1 by their names; /sys/fs/cgroup if empty.
	CgroupRoot string
	// Pins are servers that the user names, beside those that are found.
	Pins []Pin
	// Probe asks running servers whether they answer.
	Probe ProbeOptions
	// Version is reported for every server; if empty it is found out.
	Version string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// Log receives what is worth telling a person; nothing is logged if nil.
	Log Logger
}

// Logger is the part of telegraf.Logger that this package uses.
type Logger interface {
	Infof(format string, args ...any)
	Warnf(format string, args ...any)
}

// Pin names a server that the user points at: by exactly one of a pattern for
// its command line, a pid file, the TCP port on which it listens, its systemd
// unit, or its cgroup.
type Pin struct {
	// Name becomes the instance name.
	Name string
	// Pattern is matched on the whole command line, arguments joined by one
	// space. Shells, sudo and the like are passed over, so that the server they
	// start is found.
	Pattern *regexp.Regexp
	// PIDFile holds the process id in decimal.
	PIDFile string
	// Port is a TCP port from 1 to 65535.
	Port int
	// Unit is a systemd unit, a service if it has no other suffix. All its
	// processes are one server, shells that start it left out.
	Unit string
	// Cgroup is a path as in /proc/<pid>/cgroup or its last elements, such as a
	// container's id or "docker-<id>.scope". All processes in it and below are
	// one server, as for a unit.
	Cgroup string
}

func (p Pin) validate() error {
	if p.Name == "" {
		return errors.New("an instance has no name; give it one, it becomes the instance tag")
	}
	ways := 0
	for _, given := range []bool{p.Pattern != nil, p.PIDFile != "", p.Port != 0, p.Unit != "", p.Cgroup != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return fmt.Errorf("instance %q is named in %d ways; give exactly one of pattern, pid_file, port, systemd_unit and cgroup", p.Name, ways)
	}
	if p.Port < 0 || p.Port > 65535 {
		return fmt.Errorf("instance %q has port %d; give one from 1 to 65535", p.Name, p.Port)
	}
	return nil
}

// Observer watches the servers of one host. Tick is called from one goroutine; Run
// works beside it.
type Observer struct {
	options Options
	fs      procfs.FS
	boot    time.Time
	began   time.Time

	stats    *statReader
	recorder *recorder
	host     hostReader
	table    table
	sockets  socketReader
	threads  lister
	buffer   [4 << 10]byte // of files that are read as a whole
	prober   *prober
	pss      *pssReader

	ownership ownership
	servers   []*server
	events    []Event

	networks     map[namespaceID]*network // where ports are pinned
	networkTurn  int                      // counts the ticks
	networkReads int                      // at this tick
}

// New returns an observer. It fails on a pin that is not usable and on a proc
// file system that cannot be read.
func New(options Options) (*Observer, error) {
	if options.ProcRoot == "" {
		options.ProcRoot = procfs.DefaultMountPoint
	}
	if options.CgroupRoot == "" {
		options.CgroupRoot = "/sys/fs/cgroup"
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = silent{}
	}
	names := make(map[string]bool, len(options.Pins))
	for _, pin := range options.Pins {
		if err := pin.validate(); err != nil {
			return nil, err
		}
		if names[pin.Name] {
			return nil, fmt.Errorf("two instances are called %q; give each its own name", pin.Name)
		}
		names[pin.Name] = true
	}
	fs, err := procfs.NewFS(options.ProcRoot)
	if err != nil {
		return nil, fmt.Errorf("open the proc file system: %w", err)
	}
	host, err := fs.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the boot time from %s/stat: %w", options.ProcRoot, err)
	}
	recorder, err := newRecorder(options.ProcRoot)
	if err != nil {
		return nil, err
	}
	stats := &statReader{root: options.ProcRoot}
	o := &Observer{
		options:  options,
		stats:    stats,
		recorder: recorder,
		fs:       fs,
		boot:     time.Unix(int64(host.BootTime), 0),
		began:    options.Now(),
		host:     hostReader{root: options.ProcRoot},
		sockets:  socketReader{root: options.ProcRoot},
		prober:   newProber(options.Probe),
		pss:      newPSSReader(fs),

		ownership: ownership{fs: fs, root: options.ProcRoot},
		networks:  make(map[namespaceID]*network),
	}
	o.table = newTable(options.ProcRoot, stats, func(id processID) time.Duration { return options.Now().Sub(o.startTime(id)) })
	if options.ProcRoot == procfs.DefaultMountPoint {
		o.sockets.dump = dumpSockets
	}
	return o, nil
}

// Run samples the servers every second, and does what must not hold up a tick, probes and
// the slow memory reading, until the context ends. It returns when all this has ended.
func (o *Observer) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	if o.options.Probe.Enabled {
		work.Go(func() { o.prober.run(ctx) })
	}
	work.Go(func() { o.pss.run(ctx) })
	if err := o.recorder.run(ctx); err != nil {
		o.options.Log.Warnf("Cannot %v; the extremes between two ticks go unseen", err)
	}
}

type silent struct{}

func (silent) Infof(string, ...any) {}
func (silent) Warnf(string, ...any) {}
