package fakenvml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (d *Device) setProcess(pid, value string) error {
	number, err := strconv.ParseUint(pid, 10, 31)
	if err != nil {
		return fmt.Errorf("process id %q is not a number", pid)
	}
	i := slices.IndexFunc(d.Processes, func(p Process) bool { return p.PID == int(number) })
	if value == "" {
		if i >= 0 {
			d.Processes = slices.Delete(d.Processes, i, i+1)
		}
		return nil
	}
	p, err := parseProcess(int(number), value)
	switch {
	case err != nil:
		return err
	case i >= 0:
		d.Processes[i] = p
	case len(d.Processes) == MaxProcesses:
		return fmt.Errorf("a device holds at most %d processes", MaxProcesses)
	default:
		d.Processes = append(d.Processes, p)
	}
	return nil
}

const (
	notAvailable = "n/a"
	freedOnExit  = "freed_on_exit"
	smPercent    = "sm"
	sampledAs    = "sampled_as"
)

func (p Process) format() string {
	memory := notAvailable
	if p.MemoryBytes != nil {
		memory = formatNumber(p.MemoryBytes)
	}
	value := string(p.Type) + " " + memory
	if p.FreedOnExit {
		value += " " + freedOnExit
	}
	if p.SMPercent != nil {
		value += " " + smPercent + "=" + formatNumber(p.SMPercent)
	}
	if p.SampledAs != 0 {
		value += fmt.Sprintf(" %s=%d", sampledAs, p.SampledAs)
	}
	return value
}

func parseProcess(pid int, value string) (Process, error) {
	p := Process{PID: pid}
	words := strings.Split(value, " ")
	if len(words) < 2 {
		return Process{}, fmt.Errorf("want a type, the bytes or %s, and perhaps options", notAvailable)
	}
	p.Type = ProcessType(words[0])
	if !slices.Contains([]ProcessType{Compute, Graphics, MPS}, p.Type) {
		return Process{}, fmt.Errorf("process type %q is not %s, %s or %s", p.Type, Compute, Graphics, MPS)
	}
	if words[1] != notAvailable {
		bytes, err := parseNumber(words[1])
		if err != nil {
			return Process{}, err
		}
		p.MemoryBytes = bytes
	}
	for _, word := range words[2:] {
		if err := p.setOption(word); err != nil {
			return Process{}, err
		}
	}
	return p, nil
}

func (p *Process) setOption(word string) error {
	name, value, _ := strings.Cut(word, "=")
	switch {
	case word == freedOnExit:
		p.FreedOnExit = true
		return nil
	case name == smPercent && value != "":
		number, err := parseNumber(value)
		p.SMPercent = number
		return err
	case name == sampledAs:
		pid, err := strconv.ParseUint(value, 10, 31)
		p.SampledAs = int(pid)
		return err
	default:
		return fmt.Errorf("process option %q is not %s, %s=PERCENT or %s=PID", word, freedOnExit, smPercent, sampledAs)
	}
}
