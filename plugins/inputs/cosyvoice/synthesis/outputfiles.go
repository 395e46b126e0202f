package synthesis

import (
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/logfile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/synthesis/outputs"
)

// silentFor is how long a log must have told of no synthesis for it to be one that never
// does.
const silentFor = 10 * time.Minute

// outputFiles are the audio files of one server, which count where nothing else tells of
// its syntheses.
type outputFiles struct {
	watcher *outputs.Watcher
	began   time.Time      // when the server was first looked at
	told    logfile.Server // the last that told of a synthesis in another way
	found   []outputs.File
	said    bool
}

// lookForOutputs looks for new audio files. It comes after what logs and servers told.
func (o *Observer) lookForOutputs() {
	now := o.options.Now()
	folders := map[*watched]outputs.Folder{}
	users := map[outputs.FolderID]int{}
	for _, w := range o.watched {
		if w.server.PID == 0 {
			continue
		}
		if w.tellsSyntheses() {
			w.outputs.watcher.Skip(now)
			continue
		}
		if folder, ok := outputs.Find(o.options.ProcRoot, w.server.PID); ok {
			folders[w] = folder
			users[folder.ID()]++
		}
	}
	for w, folder := range folders {
		// Of a folder that two servers have, nobody knows whose files are there.
		if users[folder.ID()] == 1 && w.isSilent(now) {
			w.takeOutputs(folder, now)
		}
	}
}

func (w *watched) takeOutputs(folder outputs.Folder, now time.Time) {
	files := w.outputs.watcher.Poll(folder, now)
	if len(files) > 0 && !w.outputs.said {
		w.outputs.said = true
		w.log.Infof("The syntheses of the server with pid %d are counted by its audio files in %s, since its log does not tell of them", w.server.PID, folder)
	}
	w.outputs.found = append(w.outputs.found, files...)
}

// tellsSyntheses tells whether this server has ever told of a synthesis, in its log or by
// its own report.
func (w *watched) tellsSyntheses() bool {
	inLog := len(w.sources) > 0 && (w.tracker.Memory.Texts || w.tracker.Memory.Slowest > 0)
	reports := !w.reported.since.IsZero() || !w.reported.past.Since.IsZero()
	if inLog || reports {
		w.outputs.told = w.server
	}
	return w.outputs.told == w.server
}

// isSilent tells whether enough was heard of the log to say that it tells nothing.
func (w *watched) isSilent(now time.Time) bool {
	if w.follower.Waits() {
		return false // what it does is told of the server that it shares its log with
	}
	return w.follower.Reason() != "" || now.Sub(w.outputs.began) >= silentFor
}

// takeFound returns the files that were found since the last time.
func (f *outputFiles) takeFound() []outputs.File {
	found := f.found
	f.found = nil
	return found
}
