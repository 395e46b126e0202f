package fakenvml

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxDevices, MaxInstances and MaxProcesses are how many devices, instances of MIG
// and processes on one device the C library has room for.
const (
	MaxDevices   = 16
	MaxInstances = 7
	MaxProcesses = 1024
)

// parse reads lines of key=value; empty lines and lines that start with # do
// not count.
func parse(r io.Reader) (State, error) {
	var s State
	scanner := bufio.NewScanner(r)
	for number := 1; scanner.Scan(); number++ {
		line := scanner.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, found := strings.Cut(line, "=")
		if !found {
			return State{}, fmt.Errorf("line %d: %q is not key=value", number, line)
		}
		if err := s.Set(key, value); err != nil {
			return State{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
	return s, scanner.Err()
}

// String is the state as it stands in the state file.
func (s State) String() string {
	var b bytes.Buffer
	line := func(value string, key ...string) {
		if value != "" {
			fmt.Fprintf(&b, "%s=%s\n", strings.Join(key, "."), value)
		}
	}
	line(s.DriverVersion, "driver_version")
	line(s.NVMLVersion, "nvml_version")
	line(formatNumber(&s.CUDAVersion), "cuda_version")
	for i := range s.Devices {
		s.Devices[i].lines(line, "device."+strconv.Itoa(i))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Calls)) {
		call := s.Calls[name]
		if call.Hang != 0 {
			line(formatFloat(call.Hang.Seconds()), "call", name, "hang_s")
		}
		if call.Error != 0 {
			line(strconv.Itoa(call.Error), "call", name, "error")
		}
		if call.Latency != nil {
			line(formatFloat(float64(*call.Latency)/float64(time.Microsecond)), "call", name, "latency_us")
		}
	}
	return b.String()
}

// Set changes what one key of the state file names. An empty value takes the
// reading, the process or the fault away.
func (s *State) Set(key, value string) error {
	if strings.ContainsAny(key+value, "\r\n") {
		return fmt.Errorf("%q: a line break cannot stand in the state file", key)
	}
	if err := s.set(strings.Split(key, "."), value); err != nil {
		return fmt.Errorf("%s=%s: %w", key, value, err)
	}
	return nil
}

var errUnknownKey = errors.New("unknown key; the README of the fake NVML library lists them")

func (s *State) set(path []string, value string) error {
	switch {
	case len(path) == 1 && path[0] == "driver_version":
		s.DriverVersion = value
	case len(path) == 1 && path[0] == "nvml_version":
		s.NVMLVersion = value
	case len(path) == 1 && path[0] == "cuda_version":
		number, err := strconv.ParseUint(value, 10, 31)
		s.CUDAVersion = number
		return err
	case len(path) >= 3 && path[0] == "device":
		d, err := at(&s.Devices, "device", path[1], MaxDevices)
		if err != nil {
			return err
		}
		return d.set(path[2:], value)
	case len(path) == 3 && path[0] == "call":
		return s.setCall(path[1], path[2], value)
	default:
		return errUnknownKey
	}
	return nil
}

func (s *State) setCall(name, fault, value string) error {
	if name != "*" && !hasFunction(name) {
		return fmt.Errorf("the fake NVML library has no function %q", name)
	}
	call := s.Calls[name]
	number := 0.0
	if value != "" {
		var err error
		if number, err = strconv.ParseFloat(value, 64); err != nil || number < 0 {
			return fmt.Errorf("%q is not a number of 0 or more", value)
		}
	}
	switch fault {
	case "hang_s":
		call.Hang = time.Duration(number * float64(time.Second))
	case "error":
		call.Error = int(number)
	case "latency_us":
		call.Latency = nil
		if value != "" {
			call.Latency = new(time.Duration(number * float64(time.Microsecond)))
		}
	default:
		return errUnknownKey
	}
	if call == (Call{}) {
		delete(s.Calls, name)
		return nil
	}
	if s.Calls == nil {
		s.Calls = map[string]Call{}
	}
	s.Calls[name] = call
	return nil
}
