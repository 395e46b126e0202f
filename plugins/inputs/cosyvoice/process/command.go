package process

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// command is a program as its command line tells it: one in Python, or one of
// the few others that serve speech.
type command struct {
	interpreter string
	// program is the script as written, or the path that a module's name
	// stands for: "-m a.b" and "uvicorn a.b:app" both give "a/b.py".
	program string
	// module tells that the program was named as a module.
	module bool
	// launcher is the application server that runs the program, such as
	// uvicorn, or empty.
	launcher  string
	arguments []string
}

var (
	pythonName    = regexp.MustCompile(`^(python|pypy)[0-9.]*t?$`)
	launcherNames = []string{"uvicorn", "gunicorn", "hypercorn"}
	application   = regexp.MustCompile(`^([A-Za-z_][\w.]*):[A-Za-z_][\w.]*(\(\))?$`)
)

// Of the interpreter's options, these are followed by a value of their own.
var pythonOptionsWithValue = []string{"-W", "-X", "--check-hash-based-pycs"}

// parseCommand reads a command line. It returns false if no script or module is
// named, as for an interactive interpreter or -c.
func parseCommand(argv []string) (command, bool) {
	if len(argv) == 0 {
		return command{}, false
	}
	if isNative(argv[0]) {
		return command{program: argv[0], arguments: argv[1:]}, true
	}
	if model, ok := xinferenceModel(argv); ok {
		return command{program: model}, true
	}
	if isLauncher(argv[0]) {
		return command{interpreter: argv[0]}.launched(path.Base(argv[0]), argv[1:])
	}
	c := command{interpreter: argv[0]}
	rest := argv[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		option := rest[0]
		rest = rest[1:]
		switch {
		case option == "-m" && len(rest) > 0:
			return c.named(rest[0], rest[1:])
		case option == "-m" || option == "-" || strings.HasPrefix(option, "-c"):
			return command{}, false
		case strings.HasPrefix(option, "-m"):
			return c.named(option[2:], rest)
		case slices.Contains(pythonOptionsWithValue, option) && len(rest) > 0:
			rest = rest[1:]
		}
	}
	if len(rest) == 0 || rest[0] == "" {
		return command{}, false
	}
	if isLauncher(rest[0]) {
		return c.launched(path.Base(rest[0]), rest[1:])
	}
	c.program, c.arguments = rest[0], rest[1:]
	return c, true
}

func (c command) named(module string, arguments []string) (command, bool) {
	if isLauncher(module) {
		return c.launched(module, arguments)
	}
	c.program, c.module, c.arguments = modulePath(module), true, arguments
	return c, true
}

func (c command) launched(launcher string, arguments []string) (command, bool) {
	for _, argument := range arguments {
		if match := application.FindStringSubmatch(argument); match != nil {
			c.program, c.module = modulePath(match[1]), true
			c.launcher, c.arguments = launcher, arguments
			return c, true
		}
	}
	return command{}, false
}

// option returns the value of the first of the named options that is given, as
// "--name value" or "--name=value".
func (c command) option(names ...string) (string, bool) {
	for i, argument := range c.arguments {
		name, value, joined := strings.Cut(argument, "=")
		if !slices.Contains(names, name) {
			continue
		}
		if joined {
			return value, true
		}
		if i+1 < len(c.arguments) {
			return c.arguments[i+1], true
		}
	}
	return "", false
}

func isPython(name string) bool { return pythonName.MatchString(path.Base(name)) }

func isLauncher(name string) bool { return slices.Contains(launcherNames, path.Base(name)) }

// isNative tells a server that is no Python program.
func isNative(name string) bool { return path.Base(name) == tritonServer }

// xinferenceModel returns the name of the model that a process of Xinference
// serves; the title that it writes over its command line is all there is to see.
func xinferenceModel(argv []string) (name string, ok bool) {
	name, ok = strings.CutPrefix(strings.Join(argv, " "), "Model: ")
	return name, ok && !strings.ContainsAny(name, " /")
}

// isTitle tells that the command line was only a title, that of a model.
func (c command) isTitle() bool { return c.interpreter == "" && !isNative(c.program) }

func modulePath(module string) string { return strings.ReplaceAll(module, ".", "/") + ".py" }
