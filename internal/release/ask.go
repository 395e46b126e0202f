package release

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// version is that of what is said, see README.md of deploy/python.
const version = 1

// Outcome is what came of asking.
type Outcome string

// The outcomes. The first ones are the server's own.
const (
	Released      Outcome = "released"
	Busy          Outcome = "busy"           // something was in flight all the time
	NoGPU         Outcome = "no_gpu"         // PyTorch uses none there
	Failed        Outcome = "failed"         // PyTorch raised an error
	NotUnderstood Outcome = "not_understood" // its Python file is that of another release

	NoFile   Outcome = "no_file"   // it cannot be asked: no Python file, or no synthesis yet
	Denied   Outcome = "denied"    // this user may not ask
	NoAnswer Outcome = "no_answer" // it does not answer
)

// Answer is a server's own. What does not go with the outcome is zero.
type Answer struct {
	Outcome Outcome `json:"outcome"`
	// WaitedSeconds until nothing was in flight, and Seconds that it took then.
	WaitedSeconds float64 `json:"waited_seconds"`
	Seconds       float64 `json:"seconds,omitempty"`
	// InFlight syntheses, of which the oldest began OldestSeconds ago.
	InFlight      int     `json:"in_flight,omitempty"`
	OldestSeconds float64 `json:"oldest_seconds,omitempty"`
	// LeftBehind syntheses were not waited for: their consumers have gone and never closed them.
	LeftBehind int      `json:"left_behind,omitempty"`
	Devices    []Device `json:"devices,omitempty"`
	// Exception is the Python class of the error.
	Exception string `json:"exception,omitempty"`
}

// Device is a GPU by its number in that process.
type Device struct {
	Index  int   `json:"index"`
	Before State `json:"before"`
	After  State `json:"after"`
}

// State is how the memory of a GPU is used: by tensors, and those with what PyTorch keeps, in this
// process; and the card's, by whomever.
type State struct {
	AllocatedBytes int64 `json:"allocated_bytes"`
	ReservedBytes  int64 `json:"reserved_bytes"`
	CardUsedBytes  int64 `json:"card_used_bytes"`
	CardTotalBytes int64 `json:"card_total_bytes"`
}

// FreedBytes is what PyTorch gave back.
func (a *Answer) FreedBytes() int64 {
	var sum int64
	for _, d := range a.Devices {
		sum += d.Before.ReservedBytes - d.After.ReservedBytes
	}
	return max(0, sum)
}

// Between bind and listen a socket is there, and refuses: a server is in between for a moment only.
const (
	listening = time.Second
	lookAgain = 10 * time.Millisecond
)

func connect(ctx context.Context, path string) (net.Conn, error) {
	var dialer net.Dialer
	for begun := time.Now(); ; {
		conn, err := dialer.DialContext(ctx, "unix", path)
		if !errors.Is(err, syscall.ECONNREFUSED) || time.Since(begun) > listening {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(lookAgain):
		}
	}
}

// Ask asks at a path that Find has returned, and has the server wait so long for a moment in
// which nothing is in flight; the answer has to be there patience after that. If ctx ends before,
// the server stops waiting and releases nothing.
func Ask(ctx context.Context, path string, wait, patience time.Duration) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, wait+patience)
	defer cancel()
	conn, err := connect(ctx, path)
	if err != nil {
		return Answer{}, fmt.Errorf("connect to the server: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now()) })
	defer stop()
	question := struct {
		Version int     `json:"v"`
		Ask     string  `json:"ask"`
		Wait    float64 `json:"wait_seconds"`
	}{version, "release", wait.Seconds()}
	if err := json.NewEncoder(conn).Encode(question); err != nil {
		return Answer{}, fmt.Errorf("ask the server: %w", err)
	}
	line, err := bufio.NewReader(conn).ReadBytes('\n')
	if err != nil {
		return Answer{}, fmt.Errorf("hear the server's answer: %w", err)
	}
	var answer Answer
	if err := json.Unmarshal(line, &answer); err != nil {
		return Answer{}, fmt.Errorf("read the server's answer: %w", err)
	}
	return answer, nil
}
