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
	cgroup      string
	modelDir    string
	modelConfig bool   // the model directory holds cosyvoice*.yaml
	checkout    bool   // the working directory or a parent holds CosyVoice's source
	starter     string // command lines above it
	condaEnv    string
	listens     bool
	onGPU       bool
}

// Programs whose work is to start another.
var starterNames = []string{
	"sh", "bash", "dash", "zsh", "ash", "ksh", "fish",
	"sudo", "su", "timeout", "tini", "dumb-init", "docker-init",
}

const maxAncestors = 16

// evidenceOf returns nil if the process runs no entry point, which for all but
// a few processes its command line alone tells.
func (o *Observer) evidenceOf(proc procfs.Proc, stat procfs.ProcStat, argv []string, onGPU bool) *evidence {
	c, ok := parseCommand(argv)
	if !ok {
		return nil
	}
	e := &evidence{command: c, onGPU: onGPU}
	if !o.runsPython(proc, stat, argv) {
		return nil
	}
	e.cwd, _ = proc.Cwd()
	if e.entry, ok = entryOf(c, e.cwd); !ok {
		return nil
	}
	e.exe, _ = proc.Executable()
	e.modelDir, _ = c.option("--model_dir", "--model-dir")
	e.cgroup = strings.Join(cgroupPaths(proc), " ")
	if environment, err := proc.Environ(); err == nil {
		e.condaEnv = variable(environment, "CONDA_DEFAULT_ENV")
	}
	e.starter = o.starterOf(stat.PPID)
	files := o.filesOf(proc.PID)
	e.checkout = files.findUp(e.cwd, "cosyvoice/cli/cosyvoice.py") != ""
	e.modelConfig = files.modelGeneration(absolute(e.cwd, e.modelDir)) != ""
	e.listens = len(o.sockets.listening(proc)) > 0
	return e
}

// runsPython believes the command line, and looks further only where a program
// goes by another name but runs a script.
func (o *Observer) runsPython(proc procfs.Proc, stat procfs.ProcStat, argv []string) bool {
	if isPython(argv[0]) || isLauncher(argv[0]) || isPython(stat.Comm) {
		return true
	}
	if !slices.ContainsFunc(argv, func(a string) bool { return strings.HasSuffix(a, ".py") }) {
		return false
	}
	exe, err := proc.Executable()
	return err == nil && isPython(exe)
}

// starterOf returns the command lines of the shells and Python programs above a
// process. Terminals and multiplexers are left out: what runs in them need not
// have to do with their names.
func (o *Observer) starterOf(pid int) string {
	var lines []string
	for range maxAncestors {
		if pid <= 1 {
			break
		}
		proc, err := o.fs.Proc(pid)
		if err != nil {
			break
		}
		if argv, err := proc.CmdLine(); err == nil && len(argv) > 0 && (isStarter(argv[0]) || isPython(argv[0])) {
			lines = append(lines, strings.Join(argv, " "))
		}
		known, ok := o.table.entries[pid]
		if !ok {
			break
		}
		pid = known.ppid
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
