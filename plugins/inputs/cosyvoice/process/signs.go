package process

import "strings"

// sign is one weak hint that a process is a CosyVoice server.
type sign struct {
	reason string
	weight int
	// mention tells that the sign speaks of CosyVoice and not of any server.
	mention bool
	present func(*evidence) bool
}

// A process is a server if it runs an entry point, at least one sign mentions
// CosyVoice, and the weights of all signs add up to the threshold. So a common
// script name in a folder that is called CosyVoice is enough, and so is an
// official start line of which nothing but the arguments can be read; the
// environment alone, which every child inherits, is not.
const serverThreshold = 5

var signs = []sign{
	{"runs a known server script", 2, false, func(e *evidence) bool { return true }},
	{"the script's own name says CosyVoice", 3, true, func(e *evidence) bool { return namesCosyVoice(e.entry.program) }},
	{"the script's folder says CosyVoice", 4, true, func(e *evidence) bool {
		return namesCosyVoice(strings.TrimSuffix(e.command.program, e.entry.program))
	}},
	{"the model directory says CosyVoice", 4, true, func(e *evidence) bool { return namesCosyVoice(e.modelDir) }},
	{"the model directory holds a CosyVoice configuration", 4, true, func(e *evidence) bool { return e.modelConfig }},
	{"it runs inside a CosyVoice checkout", 3, true, func(e *evidence) bool { return e.checkout }},
	{"the working directory says CosyVoice", 3, true, func(e *evidence) bool { return namesCosyVoice(e.cwd) }},
	{"the systemd unit or cgroup says CosyVoice", 3, true, func(e *evidence) bool { return namesCosyVoice(e.cgroup) }},
	{"the Python environment says CosyVoice", 2, true, func(e *evidence) bool {
		return namesCosyVoice(e.command.interpreter) || namesCosyVoice(e.exe)
	}},
	{"the shell that started it says CosyVoice", 2, true, func(e *evidence) bool { return namesCosyVoice(e.starter) }},
	{"conda's environment variable says CosyVoice", 1, true, func(e *evidence) bool { return namesCosyVoice(e.condaEnv) }},
	{"a model directory is given", 1, false, func(e *evidence) bool { return e.modelDir != "" }},
	{"a port is given", 1, false, func(e *evidence) bool { return givenPort(e.command) != 0 }},
	{"it listens on a TCP port", 1, false, func(e *evidence) bool { return e.listens }},
	{"it holds GPU memory", 1, false, func(e *evidence) bool { return e.onGPU }},
}

// judge weighs the signs and returns the reasons that counted.
func judge(e *evidence) (reasons []string, isServer bool) {
	score, mentioned := 0, false
	for _, s := range signs {
		if s.present(e) {
			score += s.weight
			mentioned = mentioned || s.mention
			reasons = append(reasons, s.reason)
		}
	}
	return reasons, mentioned && score >= serverThreshold
}
