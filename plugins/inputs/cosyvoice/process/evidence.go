package process

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// evidence is what can be seen of a process that runs an entry point. What is
// not readable, as with another user's process, stays empty.
type evidence struct {
	command     command
	entry       entryPoint
	exe         string
	cwd         string
	cgroups     []string
	model       string // folder or name, as given
	modelConfig bool   // the model's folder holds cosyvoice*.yaml, or is Triton's with such a model
	checkout    bool   // the working directory or a parent holds CosyVoice's source
	stubs       bool   // it is Triton, and a stub of it serves CosyVoice
	starter     string // command lines above it
	condaEnv    string
	listens     bool
	onGPU       bool
}

// Programs whose work is to start another.
var starterNames = []string{
	"sh", "bash", "dash", "zsh", "ash", "ksh", "fish",
	"sudo", "su", "timeout", "nohup", "tini", "dumb-init", "docker-init", "mpirun", "orterun",
}

// evidenceOf returns nil if the process runs no entry point, which for all but
// a few processes its command line alone tells.
func (o *Observer) evidenceOf(pid int, argv []string, onGPU bool) *evidence {
	c, ok := parseCommand(argv)
	if !ok || c.interpreter != "" && !mayRunPython(argv) {
		return nil
	}
	proc, err := o.fs.Proc(pid)
	if err != nil || c.interpreter != "" && !runsPython(proc, argv) {
		return nil
	}
	e := &evidence{command: c, onGPU: onGPU}
	e.cwd, _ = proc.Cwd()
	if e.entry, ok = entryOf(c, e.cwd); !ok {
		return nil
	}
	e.exe, _ = proc.Executable()
	e.model = givenModel(c, e.entry)
	e.cgroups = cgroupPaths(proc)
	if environment, err := proc.Environ(); err == nil {
		e.condaEnv = variable(environment, "CONDA_DEFAULT_ENV")
	}
	e.stubs = o.hasStubs(proc.PID)
	e.starter = o.starterOf(proc.PID)
	files := o.filesOf(proc.PID)
	e.checkout = files.findUp(e.cwd, "cosyvoice/cli/cosyvoice.py") != ""
	e.modelConfig = files.modelGeneration(absolute(e.cwd, e.model)) != ""
	e.listens = len(o.sockets.listening(proc)) > 0
	return e
}

// mayRunPython tells whether a command line speaks of Python at all.
func mayRunPython(argv []string) bool {
	return isPython(argv[0]) || isLauncher(argv[0]) ||
		slices.ContainsFunc(argv, func(a string) bool { return strings.HasSuffix(a, ".py") })
}

// runsPython believes a command line that may run Python, and looks further only where a
// program goes by another name but runs a script.
func runsPython(proc procfs.Proc, argv []string) bool {
	if isPython(argv[0]) || isLauncher(argv[0]) {
		return true
	}
	if name, err := proc.Comm(); err == nil && isPython(name) {
		return true
	}
	exe, err := proc.Executable()
	return err == nil && isPython(exe)
}

// hasStubs tells whether Triton's Python backend runs a CosyVoice model below a
// process. A stub's first argument is the path of the model's code.
func (o *Observer) hasStubs(pid int) bool {
	for child := range o.table.children[pid] {
		argv := o.table.commandLine(child)
		if len(argv) > 1 && path.Base(argv[0]) == tritonStub && namesCosyVoice(argv[1]) {
			return true
		}
	}
	return false
}

// starterOf returns the command lines of the shells and Python programs above a
// process. Terminals and multiplexers are left out: what runs in them need not
// have to do with their names.
func (o *Observer) starterOf(pid int) string {
	var lines []string
	for above := range o.table.ancestors(pid) {
		argv := o.table.commandLine(above.id.pid)
		if len(argv) > 0 && (isStarter(argv[0]) || isPython(argv[0])) {
			lines = append(lines, strings.Join(argv, " "))
		}
	}
	return strings.Join(lines, "\n")
}

// A login shell's name begins with a dash.
func isStarter(name string) bool {
	return slices.Contains(starterNames, path.Base(strings.TrimPrefix(name, "-")))
}

func variable(environment []string, name string) string {
	for _, setting := range environment {
		if value, ok := strings.CutPrefix(setting, name+"="); ok {
			return value
		}
	}
	return ""
}

// absolute returns "" unless the result is an absolute path.
func absolute(cwd, name string) string {
	switch {
	case name == "":
		return ""
	case path.IsAbs(name):
		return path.Clean(name)
	case cwd == "":
		return ""
	default:
		return path.Join(cwd, name)
	}
}

// filesOf returns the file system as the process sees it, which in a container
// is not the host's.
func (o *Observer) filesOf(pid int) files {
	root := filepath.Join(o.options.ProcRoot, strconv.Itoa(pid), "root")
	if _, err := os.Stat(root); err != nil {
		return files{root: "/"}
	}
	return files{root: root}
}
