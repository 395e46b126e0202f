package logfile

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// scan brings the streams in line with what is there now.
func (f *Follower) scan() {
	sources, reason, ok := f.wanted()
	if !ok {
		return // the server is gone, as the owner will tell soon
	}
	sharedWith := ""
	for _, s := range f.streams {
		s.leaving = !f.isNamed()
		if f.isNamed() && s.isGone() {
			s.leaving = true // a glob finds the name again when it is used again
		}
	}
	for _, wanted := range sources {
		if s := f.streamOf(wanted); s != nil {
			s.leaving = false
			s.source = wanted
			continue
		}
		if f.isFollowed(wanted.identity) {
			continue // it was renamed
		}
		mine, other := f.contest(wanted)
		if !mine {
			if other != "" {
				sharedWith = sharedAdvice(wanted.path, other)
			}
			continue
		}
		f.takeOver(wanted)
		// What a glob finds later than at the first look is new.
		f.streams = append(f.streams, &stream{source: wanted, follower: f, missing: f.isNamed() && f.looked})
	}
	f.looked, f.waits = true, sharedWith != ""
	if len(f.streams) == 0 && reason == "" {
		reason = sharedWith
	}
	if reason != f.reason && reason != "" {
		f.options.Log.Warnf("%s", reason)
	}
	f.reason = reason
}

// isNamed tells that the user says what to follow.
func (f *Follower) isNamed() bool { return len(f.options.Patterns) > 0 }

func (s *stream) isGone() bool { return s.isLost() && len(s.queue) == 0 }

// wanted returns what is to be followed, and if that is nothing, why. It is false if that
// cannot be told now.
func (f *Follower) wanted() (sources []source, reason string, ok bool) {
	switch {
	case f.isNamed():
		if sources = f.named(); len(sources) == 0 {
			reason = fmt.Sprintf("No file matches %s at present; one that appears will be read", strings.Join(f.options.Patterns, " or "))
		}
	case f.server.PID != 0:
		var err error
		if sources, reason, err = f.find(); err != nil {
			return nil, "", false
		}
	}
	return sources, reason, true
}

// named returns the files that the patterns name. Rotated and compressed files are left
// out: they were read before they were moved.
func (f *Follower) named() []source {
	var names []string
	for _, pattern := range f.options.Patterns {
		if !strings.ContainsAny(pattern, `*?[`) {
			names = append(names, filepath.Clean(pattern))
			continue
		}
		matches, _ := filepath.Glob(pattern)
		names = append(names, matches...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var sources []source
	for _, name := range names {
		isOld := slices.ContainsFunc(names, func(base string) bool {
			suffix, ok := strings.CutPrefix(name, base)
			return ok && rotated.MatchString(suffix)
		})
		if isOld || slices.Contains(compressed, filepath.Ext(name)) {
			continue
		}
		sources = append(sources, source{
			path: name, name: name, folder: filepath.Dir(name), byName: true, started: f.server.Start,
			identity: identityAt(name),
		})
	}
	return sources
}

// streamOf returns the stream that reads a source already.
func (f *Follower) streamOf(wanted source) *stream {
	for _, s := range f.streams {
		if wanted.byName && s.byName && s.path == wanted.path {
			return s
		}
		if !wanted.byName && !s.byName && s.identity == wanted.identity {
			return s
		}
	}
	return nil
}

// isFollowed tells whether a file is being read.
func (f *Follower) isFollowed(id identity) bool {
	for _, s := range f.streams {
		if slices.ContainsFunc(s.queue, func(file *file) bool { return file.identity == id }) {
			return true
		}
	}
	return false
}

// identityAt returns what the kernel knows a file by, or nothing.
func identityAt(name string) identity {
	var st unix.Stat_t
	if unix.Stat(name, &st) != nil {
		return identity{}
	}
	return identityOf(&st)
}
