package process

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/prometheus/procfs"
)

// Owner is the server whose process holds GPU memory.
type Owner struct {
	Instance string
	Role     RoleName
	// PID is one of the server's PIDs. It differs from NVML's where that counts
	// in another process id namespace.
	PID int
	// Presumed tells that NVML's process cannot be seen from here, but that no
	// other than this server uses the GPU here. PID is that of its main process.
	Presumed bool
}

// Owner returns the server of a process that NVML lists, or false if that
// belongs to none, as far as can be told.
func (r *Report) Owner(nvmlPID int) (Owner, bool) {
	if owner, ok := r.owners[nvmlPID]; ok {
		return owner, true
	}
	if r.presumed != nil {
		return *r.presumed, true
	}
	return Owner{}, false
}

// Judged tells whether Owner can speak of a process that NVML lists. In a container it
// cannot of one that was not yet listed when the report was made.
func (r *Report) Judged(nvmlPID int) bool { return r.judged == nil || r.judged[nvmlPID] }

// initialNamespace is the first process id namespace, in which the driver
// counts (PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h).
const initialNamespace = "pid:[4026531836]"

// In another namespace a process id of the driver's can be that of another
// process here; then only those that use CUDA count, which opens this device.
// Monitors open others of the driver's.
const cudaDevice = "/dev/nvidia-uvm"

// ownership finds out whose the processes are that NVML lists.
type ownership struct {
	fs      procfs.FS
	root    string
	listed  map[int]bool // by NVML when the users of CUDA were looked for
	holders []holder
	// unreadable tells that a process keeps to itself whether it uses CUDA.
	unreadable bool
	said       bool
}

// holder is a process that uses CUDA.
type holder struct {
	pid int
	// inside are its ids in the namespaces below this one.
	inside []uint64
}

// own fills in the owners. The process ids are those that NVML listed last.
func (o *Observer) own(report *Report, gpuPIDs map[int]bool) {
	report.owners = make(map[int]Owner)
	for _, service := range report.Services {
		for _, role := range service.Roles {
			for _, pid := range role.PIDs {
				report.owners[pid] = Owner{Instance: service.Instance, Role: role.Name, PID: pid}
			}
		}
	}
	if o.ownership.isInitial() {
		return
	}
	report.judged = map[int]bool{}
	maps.Copy(report.judged, gpuPIDs)
	// Who uses CUDA changes only with the list: what comes to use it is listed.
	if !maps.Equal(gpuPIDs, o.ownership.listed) {
		o.ownership.listed, o.ownership.holders = maps.Clone(gpuPIDs), o.ownership.find(&o.table)
	}
	owners, foreign := make(map[int]Owner), false
	for pid := range gpuPIDs {
		visible, ok := o.ownership.visible(pid)
		if owner, known := report.owners[visible]; ok && known {
			owners[pid] = owner
		}
		foreign = foreign || !ok
	}
	if foreign {
		report.presumed = o.onlyUser(report)
		report.OwnersUnknown = report.presumed == nil
		o.sayForeign(report.presumed)
	}
	report.owners = owners
}

// visible returns the id under which a process that NVML lists is seen here, by
// its id here or in a namespace below; false if it cannot be told.
func (o *ownership) visible(nvmlPID int) (pid int, ok bool) {
	for _, h := range o.holders {
		if h.pid == nvmlPID {
			return h.pid, true
		}
	}
	for _, h := range o.holders {
		if slices.Contains(h.inside, uint64(nvmlPID)) {
			if ok {
				return 0, false
			}
			pid, ok = h.pid, true
		}
	}
	return pid, ok
}

func (o *ownership) isInitial() bool {
	link, err := pidNamespace(o.root)
	return err != nil || link == initialNamespace
}

// pidNamespace is the process id namespace in which this program runs.
func pidNamespace(root string) (string, error) {
	return os.Readlink(filepath.Join(root, "self", "ns", "pid"))
}

// find returns the processes that use CUDA, this program's own left out.
func (o *ownership) find(t *table) []holder {
	var found []holder
	o.unreadable = false
	for pid, known := range t.entries {
		if pid == t.self || known.ppid == t.self {
			continue
		}
		proc, err := o.fs.Proc(pid)
		if err != nil {
			continue
		}
		files, err := proc.FileDescriptorTargets()
		o.unreadable = o.unreadable || err != nil && !isNoProcess(err)
		if err != nil || !slices.Contains(files, cudaDevice) {
			continue
		}
		h := holder{pid: pid}
		if status, err := proc.NewStatus(); err == nil && len(status.NSpids) > 1 {
			h.inside = status.NSpids[1:]
		}
		found = append(found, h)
	}
	return found
}

// onlyUser is the server to which all the processes belong that use CUDA.
func (o *Observer) onlyUser(report *Report) *Owner {
	if o.ownership.unreadable {
		return nil
	}
	instance := ""
	for _, h := range o.ownership.holders {
		owner, known := report.owners[h.pid]
		if !known || instance != "" && owner.Instance != instance {
			return nil
		}
		instance = owner.Instance
	}
	for _, service := range report.Services {
		if service.Up && service.Instance == instance {
			return &Owner{Instance: instance, Role: RoleMain, PID: service.PID, Presumed: true}
		}
	}
	return nil
}

func (o *Observer) sayForeign(presumed *Owner) {
	if o.ownership.said {
		return
	}
	o.ownership.said = true
	const what = "The driver lists processes by ids that cannot be seen in this container"
	const do = "to be sure, run this program on the host, or its container with --pid=host"
	if presumed != nil {
		o.options.Log.Warnf("%s; server %q is presumed to hold their GPU memory, for nothing else here uses the GPU; %s", what, presumed.Instance, do)
	} else {
		o.options.Log.Warnf("%s; their GPU memory counts as that of others; %s", what, do)
	}
}
