package process

import (
	"maps"
	"slices"
)

const maxAncestors = 16

// ancestors yields the processes above one, the nearest first.
func (t *table) ancestors(pid int) func(yield func(*entry) bool) {
	return func(yield func(*entry) bool) {
		known := t.entries[pid]
		for range maxAncestors {
			if known == nil {
				return
			}
			if known = t.entries[known.ppid]; known == nil || !yield(known) {
				return
			}
		}
	}
}

// tree returns the given process and all its descendants.
func (t *table) tree(root int) []int {
	tree := []int{root}
	for i := 0; i < len(tree) && len(tree) <= len(t.entries); i++ {
		tree = slices.AppendSeq(tree, maps.Keys(t.children[tree[i]]))
	}
	return tree
}

// isBelow tells whether a process descends from another.
func (t *table) isBelow(pid, top int) bool {
	for above := range t.ancestors(pid) {
		if above.id.pid == top {
			return true
		}
	}
	return false
}

// tops returns the servers among the processes, and of those in one tree the
// topmost. What is followed already counts as a server, whatever it looks like
// now. Known only below another server, a pin is passed on to that.
func (t *table) tops(followed map[int]bool) (tops []*entry, pinBelow map[int]*Pin) {
	pinBelow = make(map[int]*Pin)
	for pid, known := range t.entries {
		if known.match == nil {
			continue
		}
		top := known
		for above := range t.ancestors(pid) {
			if above.match != nil || followed[above.id.pid] {
				top = above
			}
		}
		switch {
		case top != known && known.match.pin != nil:
			pinBelow[top.id.pid] = known.match.pin
		case top == known && !followed[pid]:
			tops = append(tops, known)
		}
	}
	return tops, pinBelow
}
