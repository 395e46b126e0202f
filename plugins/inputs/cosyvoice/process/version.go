package process

import (
	"path"
	"regexp"
	"strings"
)

// Upstream picks the class of a model by which of these files lies in the
// model's folder (cosyvoice/cli/cosyvoice.py, AutoModel).
var generations = []struct{ file, name string }{
	{"cosyvoice3.yaml", "CosyVoice3"},
	{"cosyvoice2.yaml", "CosyVoice2"},
	{"cosyvoice.yaml", "CosyVoice"},
}

var (
	generationInName = regexp.MustCompile(`(?i)cosyvoice([23]?)`)
	commitHash       = regexp.MustCompile(`^[0-9a-f]{40,64}$`)
)

const shortHash = 7

// versionOf finds out a server's version: its checkout's commit, else its
// model's generation by the model's files, else by the model's name.
func (f files) versionOf(e *evidence) string {
	if e == nil {
		return ""
	}
	if commit := f.headCommit(f.findUp(e.cwd, ".git/HEAD")); commit != "" {
		return commit
	}
	if generation := f.modelGeneration(absolute(e.cwd, e.modelDir)); generation != "" {
		return generation
	}
	if match := generationInName.FindStringSubmatch(path.Base(e.modelDir)); match != nil {
		return "CosyVoice" + match[1]
	}
	return ""
}

func (f files) modelGeneration(dir string) string {
	if dir == "" {
		return ""
	}
	for _, generation := range generations {
		if f.exists(path.Join(dir, generation.file)) {
			return generation.name
		}
	}
	return ""
}

// headCommit returns the short hash of the commit that is checked out, or "".
func (f files) headCommit(checkout string) string {
	if checkout == "" {
		return ""
	}
	git := path.Join(checkout, ".git")
	head, err := f.read(path.Join(git, "HEAD"))
	if err != nil {
		return ""
	}
	commit := strings.TrimSpace(head)
	if ref, ok := strings.CutPrefix(commit, "ref: "); ok {
		commit = f.resolveRef(git, ref)
	}
	if !commitHash.MatchString(commit) {
		return ""
	}
	return commit[:shortHash]
}

// resolveRef reads a loose ref, which outranks a packed one.
func (f files) resolveRef(git, ref string) string {
	if loose, err := f.read(path.Join(git, ref)); err == nil {
		return strings.TrimSpace(loose)
	}
	packed, err := f.read(path.Join(git, "packed-refs"))
	if err != nil {
		return ""
	}
	return packedRef(packed, ref)
}

func packedRef(packed, ref string) string {
	for line := range strings.Lines(packed) {
		if commit, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return commit
		}
	}
	return ""
}
