package process

import (
	"path"
	"regexp"
)

// Upstream picks the class of a model by which of these files lies in the
// model's folder (cosyvoice/cli/cosyvoice.py, AutoModel). A model repository of
// Triton holds a folder for each of its models instead (runtime/triton_trtllm).
var generations = []struct{ file, triton, name string }{
	{"cosyvoice3.yaml", "cosyvoice3", "CosyVoice3"},
	{"cosyvoice2.yaml", "cosyvoice2", "CosyVoice2"},
	{"cosyvoice.yaml", "cosyvoice", "CosyVoice"},
}

var generationInName = regexp.MustCompile(`(?i)cosyvoice([23]?)`)

// versionOf finds out a server's version: its checkout's commit, else its
// model's generation by the model's files, else by the model's name.
func (f files) versionOf(e *evidence) string {
	if e == nil {
		return ""
	}
	// A program that serves any model need not run in CosyVoice's checkout.
	if commit := f.headCommit(f.findUp(e.cwd, ".git")); commit != "" && (e.checkout || !e.entry.anyModel) {
		return commit
	}
	if generation := f.modelGeneration(absolute(e.cwd, e.model)); generation != "" {
		return generation
	}
	if match := generationInName.FindStringSubmatch(path.Base(e.model)); match != nil {
		return "CosyVoice" + match[1]
	}
	return ""
}

func (f files) modelGeneration(dir string) string {
	if dir == "" {
		return ""
	}
	for _, generation := range generations {
		if f.exists(path.Join(dir, generation.file)) || f.exists(path.Join(dir, generation.triton, "config.pbtxt")) {
			return generation.name
		}
	}
	return ""
}
