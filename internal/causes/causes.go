// Package causes is the catalogue of what can be wrong with a speech server, and of what to do
// about it, in English and Chinese.
package causes

import (
	"embed"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

//go:embed *.toml
var files embed.FS

// The groups of causes, a file each.
const (
	Memory     = "memory"
	Slow       = "slow"
	Broken     = "broken"
	Monitoring = "monitoring"
)

// Groups are all of them, in the order in which they are shown.
var Groups = []string{Memory, Slow, Broken, Monitoring}

// Unjudged is how old the newest window and the last good run of the task that judges it may be: some runs
// may fail, or come late. After that, that no cause is found says nothing.
const Unjudged = 20 * time.Minute

// Cause is one thing that can be wrong.
type Cause struct {
	Code     string
	Group    string   `toml:"-"`
	Severity string   // info, warning or error
	Events   []string // kinds of cosyvoice_event that are this cause by themselves
	Errors   []string // classes of the error of a synthesis that say the same
	Behind   []string // codes of what may be behind it, the most telling first
	Evidence []string // names of the figures that prove it
	En, Zh   Texts
}

// Texts are what is said of a cause in one language, whole sentences but the title.
type Texts struct {
	Title     string
	Answer    string // to "why?", in one sentence
	Condition string // when it is taken to be the cause
	Not       string // what it must not be mistaken for
	Look      string // what to look at
	Now       string // what to do now
	Lasting   string // what to do for good
}

// In are the texts in a language.
func (c *Cause) In(language words.Language) *Texts {
	if language == words.Chinese {
		return &c.Zh
	}
	return &c.En
}

// Figure is what a piece of evidence is.
type Figure struct {
	Unit string // bytes, percent, seconds, hz, celsius, watts, number or text
	words.Text
}

type catalogue struct {
	causes  []Cause
	figures map[string]Figure
}

// read decodes the files that are part of the program; what is wrong with them its tests tell.
var read = sync.OnceValue(func() catalogue {
	var c catalogue
	for _, group := range Groups {
		var file struct{ Cause []Cause }
		decode(group, &file)
		for _, cause := range file.Cause {
			cause.Group = group
			c.causes = append(c.causes, cause)
		}
	}
	decode("evidence", &c.figures)
	return c
})

func decode(name string, into any) {
	meta, err := toml.DecodeFS(files, name+".toml", into)
	if err == nil && len(meta.Undecoded()) > 0 {
		err = fmt.Errorf("unknown keys %v", meta.Undecoded())
	}
	if err != nil {
		panic(fmt.Sprintf("%s.toml: %v", name, err))
	}
}

// All are the causes, group by group.
func All() []Cause { return read().causes }

// Find returns the cause of that code, nil if there is none.
func Find(code string) *Cause {
	all := All()
	for i := range all {
		if all[i].Code == code {
			return &all[i]
		}
	}
	return nil
}

// OfError is the cause that the class of a synthesis's error tells, nil if it tells none.
func OfError(class string) *Cause {
	all := All()
	for i := range all {
		if slices.Contains(all[i].Errors, class) {
			return &all[i]
		}
	}
	return nil
}

// OfEvent is the cause that an event of this kind is, nil if it is none.
func OfEvent(kind string) *Cause {
	all := All()
	for i := range all {
		if slices.Contains(all[i].Events, kind) {
			return &all[i]
		}
	}
	return nil
}

// reasons are why a server ended, where that is a cause by itself.
var reasons = map[string]string{
	"oom_killed": "host_out_of_memory", "oom": "gpu_out_of_memory", "cuda_error": "sticky_cuda_error", "stuck": "stuck_dead_thread",
}

// OfReason is the cause that the reason of an exit tells, nil if it tells none.
func OfReason(reason string) *Cause { return Find(reasons[reason]) }

// FigureOf tells what a piece of evidence is; ok is false for an unknown name.
func FigureOf(name string) (f Figure, ok bool) {
	f, ok = read().figures[name]
	return f, ok
}
