package gpu

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// message is one line from the child to the parent. At most one field is set.
type message struct {
	Hello   *hello   `json:"hello,omitempty"`
	Sampled *sampled `json:"sampled,omitempty"` // to a request, before the answer
	Answer  *answer  `json:"answer,omitempty"`  // to a request
	XIDs    []xid    `json:"xids,omitempty"`
	Problem *problem `json:"problem,omitempty"`
	Reopen  *change  `json:"reopen,omitempty"` // why a new child must take over
	Stuck   *stuck   `json:"stuck,omitempty"`  // of a child that is told to end
}

type answer struct {
	Readings []Reading `json:"readings"`
}

// sampled is what the sampler has seen since the request before.
type sampled struct {
	Series []series      `json:"series"`
	Waits  time.Duration `json:"waits"` // for how long the driver has not answered the sampler
}

// series are the samples of one device, oldest first. A reading with all bits set is not
// known, as NVML says it.
type series struct {
	UUID        string   `json:"uuid"`
	At          []int64  `json:"at"`   // Unix time in milliseconds
	MemoryUsed  []uint64 `json:"mem"`  // bytes
	Utilization []uint32 `json:"util"` // percent
	ClockSM     []uint32 `json:"sm"`   // MHz
}

// samples are nil if the series is not whole.
func (s series) samples() []Sample {
	n := len(s.At)
	if len(s.MemoryUsed) != n || len(s.Utilization) != n || len(s.ClockSM) != n {
		return nil
	}
	samples := make([]Sample, n)
	for i, at := range s.At {
		samples[i] = Sample{
			UUID: s.UUID, At: time.UnixMilli(at), MemoryUsedBytes: number(s.MemoryUsed[i]),
			UtilizationPercent: number(s.Utilization[i]), ClockSMHz: megahertz(s.ClockSM[i]),
		}
	}
	return samples
}

// hello is the child's first word after NVML was initialised.
type hello struct {
	Driver string   `json:"driver"`
	Closed []closed `json:"closed,omitempty"`
}

// closed is a GPU that the driver lists and that is not read.
type closed struct {
	Index  int    `json:"index"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	Barred bool   `json:"barred,omitempty"` // for want of permission: it may belong to others
}

// stuck is the card in which the driver hangs.
type stuck struct {
	Card int `json:"card"` // index
}

// change is what became different under an open library.
type change struct {
	Reason string `json:"reason"`
	Driver bool   `json:"driver"` // the driver itself, not only the number of GPUs
}

// xid is one fault that the driver reported.
type xid struct {
	UUID string `json:"uuid"`
	Code int64  `json:"code"`
}

// problem is why there are no readings; of a child it is the last word. As an error
// it says what to do, too.
type problem struct {
	State  State  `json:"state"`
	Tried  string `json:"tried,omitempty"`
	Reason string `json:"reason"` // with the same state and reason it is the same problem
}

func (p *problem) Error() string {
	if p.Tried == "" {
		return p.Reason
	}
	return p.Tried + ": " + p.Reason
}

// request is one line from the parent to the child: the names of the parts that the
// answer is to have besides those of every tick.
type request struct {
	health, pcie, nvlink bool
}

const (
	askHealth = "health"
	askPCIe   = "pcie"
	askNVLink = "nvlink"
)

func (r request) String() string {
	var words []string
	for _, part := range []struct {
		name  string
		asked bool
	}{{askHealth, r.health}, {askPCIe, r.pcie}, {askNVLink, r.nvlink}} {
		if part.asked {
			words = append(words, part.name)
		}
	}
	return strings.Join(words, " ")
}

func parseRequest(line string) request {
	words := strings.Fields(line)
	return request{
		health: slices.Contains(words, askHealth),
		pcie:   slices.Contains(words, askPCIe),
		nvlink: slices.Contains(words, askNVLink),
	}
}

// sender writes messages, for several goroutines.
type sender struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *sender) send(m message) error {
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode for the parent: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write to the parent: %w", err)
	}
	return nil
}
