package process

import (
	"path"
	"regexp"
	"strings"
)

var commitHash = regexp.MustCompile(`^[0-9a-f]{40,64}$`)

const shortHash = 7

// headCommit returns the short hash of the commit that is checked out, or "".
func (f files) headCommit(checkout string) string {
	if checkout == "" {
		return ""
	}
	git, common := f.gitDirs(path.Join(checkout, ".git"))
	head, err := f.read(path.Join(git, "HEAD"))
	if err != nil {
		return ""
	}
	commit := strings.TrimSpace(head)
	if ref, ok := strings.CutPrefix(commit, "ref: "); ok {
		commit = f.resolveRef(common, ref)
	}
	if !commitHash.MatchString(commit) {
		return ""
	}
	return commit[:shortHash]
}

// gitDirs returns the folder that holds HEAD and the one that holds the refs.
// They differ in a linked worktree, whose .git is a file (gitrepository-layout(5)).
func (f files) gitDirs(git string) (own, common string) {
	own = git
	if link, err := f.read(git); err == nil {
		own = linked(path.Dir(git), strings.TrimPrefix(link, "gitdir: "))
	}
	if link, err := f.read(path.Join(own, "commondir")); err == nil {
		return own, linked(own, link)
	}
	return own, own
}

func linked(dir, link string) string {
	link = strings.TrimSpace(link)
	if path.IsAbs(link) {
		return link
	}
	return path.Join(dir, link)
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
