package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// scenario is what goes wrong with a server, and when. The zero value of each
// parameter is "never".
type scenario struct {
	Name    string
	Summary string
	// LeakBytes of GPU memory stay allocated after each synthesis.
	LeakBytes uint64
	// CrashAfterSyntheses is how many syntheses succeed; the process dies in
	// the next one.
	CrashAfterSyntheses int64
	// CrashAfter is how long the process lives once it is ready.
	CrashAfter time.Duration
	// ExecAfter is how long a server works before it starts itself anew, with
	// the process id that it has.
	ExecAfter time.Duration
	// Accidents befall the requests of these numbers, counted from 1. With a Period
	// they befall the next so many requests anew.
	Accidents map[int64]accident
	Period    int64
}

var scenarios = []scenario{
	{Name: "steady", Summary: "serves for ever"},
	{Name: "leak", Summary: "keeps 192 MiB of GPU memory a synthesis, until CUDA is out of memory", LeakBytes: 192 * mebibyte},
	{Name: "crash", Summary: "dies of SIGKILL in its 21st synthesis", CrashAfterSyntheses: 20},
	{Name: "exec", Summary: "starts itself anew every 20 s, with its process id", ExecAfter: 20 * time.Second},
	{Name: "accidents", Summary: "of 12 requests one runs out of GPU memory, one loses its llm thread, one its client",
		Accidents: map[int64]accident{4: memoryRunsOut, 7: threadDies, 10: clientLeaves}, Period: 12},
	{Name: "hang", Summary: "its 4th request loses its llm thread while it streams, and never ends",
		Accidents: map[int64]accident{4: threadHangs}},
	{Name: "ramble", Summary: "its 4th request speaks on and on, three times as long as its text takes",
		Accidents: map[int64]accident{4: speaksOn}},
	{Name: "poison", Summary: "after an illegal memory access in its 4th request every request fails",
		Accidents: map[int64]accident{4: contextIsLost}},
}

func findScenario(name string) (scenario, error) {
	for _, s := range scenarios {
		if s.Name == name {
			return s, nil
		}
	}
	return scenario{}, fmt.Errorf("there is no scenario %q; choose one of\n%s", name, scenarioHelp())
}

func scenarioHelp() string {
	var lines []string
	for _, s := range scenarios {
		lines = append(lines, fmt.Sprintf("  %-9s %s", s.Name, s.Summary))
	}
	return strings.Join(lines, "\n")
}

// crashes reports whether a server that has finished so many syntheses dies.
func (s scenario) crashes(finished int64) bool {
	return s.CrashAfterSyntheses > 0 && finished >= s.CrashAfterSyntheses
}

// accident is what befalls a request by its number.
func (s scenario) accident(number int64) accident {
	if s.Period > 0 {
		number = (number-1)%s.Period + 1
	}
	return s.Accidents[number]
}

// startAnew replaces the program of this process by itself.
func startAnew(ctx context.Context, after time.Duration) error {
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(after):
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return fmt.Errorf("start anew: %w", syscall.Exec(self, os.Args, os.Environ()))
}

// die ends this process as the kernel's OOM killer does: no handler runs, and
// the log just stops.
func die() {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {}
}
