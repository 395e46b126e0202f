package process

import "strings"

// sign is one weak hint that a process is a CosyVoice server.
type sign struct {
	reason  string
	weight  int
	mention mention
	present func(*evidence) bool
}

// mention tells whether a sign speaks of CosyVoice, and if so, of what.
type mention int

const (
	noMention    mention = iota // as any server may look
	placeMention                // where and by what it runs
	modelMention                // what it serves
)

// A process is a server if it runs an entry point, at least one sign mentions
// CosyVoice (of a program that serves any model: as the model), and the weights
// of all signs add up to the threshold. So a common
// script name in a folder that is called CosyVoice is enough, and so is an
// official start line of which nothing but the arguments can be read; the
// environment alone, which every child inherits, is not.
const serverThreshold = 5

var signs = []sign{
	{"runs a known server script", 2, noMention, func(e *evidence) bool { return true }},
	{"the script's own name says CosyVoice", 3, placeMention, func(e *evidence) bool { return namesCosyVoice(e.entry.program) }},
	{"the script's folder says CosyVoice", 4, placeMention, func(e *evidence) bool {
		return namesCosyVoice(strings.TrimSuffix(e.command.program, e.entry.program))
	}},
	{"the model says CosyVoice", 4, modelMention, func(e *evidence) bool { return namesCosyVoice(e.model) }},
	{"the model directory holds a CosyVoice configuration", 4, modelMention, func(e *evidence) bool { return e.modelConfig }},
	{"a model of Triton says CosyVoice", 4, modelMention, func(e *evidence) bool { return e.stubs }},
	{"it runs inside a CosyVoice checkout", 3, placeMention, func(e *evidence) bool { return e.checkout }},
	{"the working directory says CosyVoice", 3, placeMention, func(e *evidence) bool { return namesCosyVoice(e.cwd) }},
	{"the systemd unit or cgroup says CosyVoice", 3, placeMention, func(e *evidence) bool { return namesCosyVoice(strings.Join(e.cgroups, " ")) }},
	{"the Python environment says CosyVoice", 2, placeMention, func(e *evidence) bool {
		return namesCosyVoice(e.command.interpreter) || namesCosyVoice(e.exe)
	}},
	{"the shell that started it says CosyVoice", 2, placeMention, func(e *evidence) bool { return namesCosyVoice(e.starter) }},
	{"conda's environment variable says CosyVoice", 1, placeMention, func(e *evidence) bool { return namesCosyVoice(e.condaEnv) }},
	{"a model is given", 1, noMention, func(e *evidence) bool { return e.model != "" }},
	{"a port is given", 1, noMention, func(e *evidence) bool { return givenPort(e.command) != 0 }},
	{"it listens on a TCP port", 1, noMention, func(e *evidence) bool { return e.listens }},
	{"it holds GPU memory", 1, noMention, func(e *evidence) bool { return e.onGPU }},
}

// judge weighs the signs and returns the reasons that counted.
func judge(e *evidence) (reasons []string, isServer bool) {
	score, most := 0, noMention
	for _, s := range signs {
		if s.present(e) {
			score += s.weight
			most = max(most, s.mention)
			reasons = append(reasons, s.reason)
		}
	}
	needed := placeMention
	if e.entry.anyModel {
		needed = modelMention
	}
	return reasons, most >= needed && score >= serverThreshold
}
