package process

import (
	"cmp"
	"errors"
	"hash/maphash"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/prometheus/procfs"
)

const (
	// maxPause is the longest that a process goes without another look, in
	// ticks.
	maxPause = 60
	// maxStarterPause is that of a shell or the like, which may end in exec.
	maxStarterPause = 2
	// maxLooks bounds the looks at long known processes in one tick. Those
	// that are left over come first at the next.
	maxLooks = 256
	// firstPatience is how long the first look at all processes may hold up a tick; on
	// a host with ten thousand it takes longer, and goes on later.
	firstPatience = 100 * time.Millisecond
	// longestLine is where a longer command line is cut, in bytes.
	longestLine = 16 << 10
	// usualTick is the time between two ticks, as far as the pauses care.
	usualTick = 10 * time.Second
	// noParent is the kernel's own id, under which no process is listed.
	noParent = 0
)

// table remembers every process of the host, so that a tick reads only those
// that are new or due. A process can turn into another program, as a shell does
// that ends in exec, but seldom late in its life: each is looked at again when it is
// twice as old as at the last look.
type table struct {
	stats    *statReader
	root     string
	list     func() ([]listed, error) // the processes alive
	line     []byte                   // buffer
	seed     maphash.Seed
	age      func(processID) time.Duration
	self     int
	tick     int
	entries  map[int]*entry
	children map[int]map[int]bool // by parent
	orphans  []int                // whose parent has ended, and who have another

	patience time.Duration // of a scan until the first look is complete
	complete bool          // every process was looked at once
}

type entry struct {
	id    processID
	inode uint64
	ppid  int
	seen  int // tick at which it was last listed
	due   int // tick of the next look
	pause int
	onGPU bool
	line  uint64 // hash of the command line at the last look
	match *match // nil if it is no server
	// network is where it was at the last look; unknown where no port is pinned.
	network namespaceID
	// hidden tells that not even its stat may be read, as of another user's where
	// /proc is mounted with hidepid=1. Of its id only the pid is known then.
	hidden bool
}

// processID names one process for good: a pid alone is handed out again.
type processID struct {
	pid   int
	start uint64 // in clock ticks since boot
}

// examiner decides whether a process is a server.
type examiner func(pid int, argv []string) *match

func newTable(root string, stats *statReader, age func(processID) time.Duration) table {
	list := (&lister{root: root}).list
	if namespace, _ := pidNamespace(root); root == procfs.DefaultMountPoint && namespace == initialNamespace {
		list = newCensus(root, isProcess).list
	}
	return table{
		stats: stats, root: root, list: list, line: make([]byte, longestLine), seed: maphash.MakeSeed(),
		age: age, self: os.Getpid(),
		entries: make(map[int]*entry), children: make(map[int]map[int]bool), patience: firstPatience,
	}
}

// scan brings the table up to date. A process that has come to hold GPU memory
// is looked at whether it is due or not. Until every process was looked at once, it
// ends when its patience does, and the next one goes on.
func (t *table) scan(gpuPIDs map[int]bool, examine examiner) (Scan, error) {
	processes, err := t.list()
	if err != nil {
		return Scan{}, err
	}
	t.tick++
	fresh, looks := t.due(processes, gpuPIDs)
	began, late := time.Now(), false
	goOn := func() bool {
		late = !t.complete && time.Since(began) > t.patience
		return !late
	}
	// All are entered first, so that an examiner finds the ancestors.
	for i := 0; i < len(fresh) && goOn(); i++ {
		p := fresh[i]
		if entered := t.enter(p); entered != nil {
			entered.onGPU = gpuPIDs[p.pid]
			looks = append(looks, entered)
		}
	}
	t.removeUnseen()
	t.rehome()
	examined := 0
	for ; examined < len(looks) && goOn(); examined++ {
		t.look(looks[examined], examine)
	}
	t.complete = !late
	return Scan{Processes: len(processes), Examined: examined, Partial: !t.complete}, nil
}

// due returns those of the processes that are not entered, and the entries to look at.
func (t *table) due(processes []listed, gpuPIDs map[int]bool) (fresh []listed, looks []*entry) {
	var old []*entry
	for _, p := range processes {
		known := t.entries[p.pid]
		if known != nil {
			known.seen = t.tick
		}
		if known == nil || known.inode != p.inode {
			fresh = append(fresh, p)
			continue
		}
		switch news := gpuPIDs[p.pid] && !known.onGPU; {
		case known.due == 0 || news:
			looks = append(looks, known)
		case !t.complete || known.due > t.tick:
		case known.pause == 1:
			looks = append(looks, known)
		default:
			old = append(old, known)
		}
		known.onGPU = gpuPIDs[p.pid]
	}
	if len(old) > maxLooks {
		slices.SortFunc(old, func(a, b *entry) int {
			return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(b.id.start, a.id.start))
		})
		old = old[:maxLooks]
	}
	return fresh, append(looks, old...)
}

// networks returns a process of each network namespace in which some are known to be.
func (t *table) networks() map[namespaceID]int {
	members := make(map[namespaceID]int)
	for pid, known := range t.entries {
		if known.network != (namespaceID{}) {
			members[known.network] = pid
		}
	}
	return members
}

// lookAgain makes the processes of a network namespace due that are no server.
func (t *table) lookAgain(network namespaceID) {
	for _, known := range t.entries {
		if known.match == nil && known.network == network {
			known.due, known.pause = t.tick, 1
		}
	}
}

// enter reads who a process is. It returns nil if that cannot be told, as when it
// has ended meanwhile.
func (t *table) enter(p listed) *entry {
	known := t.entries[p.pid]
	stat, err := t.stats.read(p.pid)
	if err == nil && stat.isGone() || err != nil && isNoProcess(err) {
		t.forget(p.pid)
		return nil
	}
	if err != nil {
		if known == nil && errors.Is(err, fs.ErrPermission) {
			known = t.add(processID{pid: p.pid}, noParent)
			known.hidden, known.due = true, t.tick+known.pause
		}
		if known != nil && known.hidden {
			known.inode = p.inode
		}
		return nil
	}
	id := processID{p.pid, stat.start}
	if known == nil || known.id != id || known.hidden {
		t.forget(p.pid)
		known = t.add(id, stat.ppid)
		known.pause = min(max(1, int(t.age(id)/usualTick)), maxPause)
	}
	known.inode = p.inode
	return known
}

func (t *table) add(id processID, ppid int) *entry {
	added := &entry{id: id, pause: 1, seen: t.tick}
	t.entries[id.pid] = added
	t.link(added, ppid)
	return added
}

// removeUnseen drops the processes that have ended.
func (t *table) removeUnseen() {
	for pid, known := range t.entries {
		if known.seen != t.tick {
			t.forget(pid)
		}
	}
}

// rehome asks who took over the children of processes that have ended. Until that
// can be told a child has no parent: the id of the old one may be handed out again.
func (t *table) rehome() {
	var unanswered []int
	for _, pid := range t.orphans {
		known := t.entries[pid]
		if known == nil {
			continue
		}
		parent := noParent
		switch stat, err := t.stats.read(pid); {
		case err == nil && stat.start == known.id.start:
			parent = stat.ppid
		case err != nil && !isNoProcess(err):
			unanswered = append(unanswered, pid)
		}
		t.unlink(known)
		t.link(known, parent)
	}
	t.orphans = unanswered
}

func (t *table) link(known *entry, ppid int) {
	known.ppid = ppid
	if t.children[ppid] == nil {
		t.children[ppid] = make(map[int]bool)
	}
	t.children[ppid][known.id.pid] = true
}

func (t *table) unlink(known *entry) {
	delete(t.children[known.ppid], known.id.pid)
	if len(t.children[known.ppid]) == 0 {
		delete(t.children, known.ppid)
	}
}

// forget makes the next scan look at a process afresh.
func (t *table) forget(pid int) {
	if known := t.entries[pid]; known != nil {
		t.unlink(known)
		delete(t.entries, pid)
		t.orphans = slices.AppendSeq(t.orphans, maps.Keys(t.children[pid]))
	}
}
