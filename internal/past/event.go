package past

import (
	"fmt"
	"strconv"
	"time"
)

// happening is what an event says.
type happening struct {
	kind, severity, message string
	failure, reason         string
	signal, state           string
	uuid                    bool // of the card, not of the server
	pid                     int64
	box                     string // id of the black box
	shortage                *shortage
}

// shortage are the numbers of PyTorch's out of memory message, in bytes.
type shortage struct{ tried, free, total, allocated, reserved, process float64 }

func (m shortage) fields(f *fields) {
	f.float("oom_tried_bytes", m.tried)
	f.float("oom_free_bytes", m.free)
	f.float("oom_total_bytes", m.total)
	f.float("oom_allocated_bytes", m.allocated)
	f.float("oom_reserved_bytes", m.reserved)
	f.float("oom_process_bytes", m.process)
}

// event tells a fact of the server, or of its card.
func (s *simulation) event(at time.Time, h happening) {
	box := s.plan.Box
	tags := tagged("host", box.Host, "service", service, "kind", h.kind, "severity", h.severity, "instance", box.Instance, "version", s.life.version)
	if h.uuid {
		tags = tagged("host", box.Host, "service", service, "kind", h.kind, "severity", h.severity, "uuid", box.GPU)
	}
	p := &point{measurement: "cosyvoice_event", tags: tags, at: at}
	f := &p.fields
	f.text("message", h.message)
	f.text("error", h.failure)
	f.text("reason", h.reason)
	f.text("signal", h.signal)
	f.text("last_state", h.state)
	f.text("event_id", h.box)
	if h.pid != 0 {
		f.integer("pid", h.pid)
	}
	if h.shortage != nil {
		h.shortage.fields(f)
	}
	s.tell(p)
}

// enter tells the ends and starts of the server up to a time.
func (s *simulation) enter(at time.Time) {
	for !s.life.end.IsZero() && !at.Before(s.life.end) {
		l := s.life
		s.event(l.end, happening{
			kind: "exit", severity: "warning", reason: "stopped", signal: l.signal, state: "ready", pid: l.pid, box: s.flight("exit", l.end),
			message: fmt.Sprintf("server process %d is gone after %.0f s, it was ready; it was told to stop (%s)", l.pid, l.end.Sub(l.start).Seconds(), l.signal),
		})
		s.life, s.lives = s.lives[0], s.lives[1:]
		s.served, s.process = 0, processCounters{}
		s.log.file, s.log.offset = s.random.Uint32(), 0
		s.started()
	}
}

// started tells what a start brings.
func (s *simulation) started() {
	l := s.life
	for _, e := range []struct {
		after time.Duration
		happening
	}{
		{0, happening{kind: "start", severity: "info", pid: l.pid, message: fmt.Sprintf("server started with pid %d", l.pid)}},
		{4 * time.Second, happening{kind: "model_loading", severity: "info", message: "the model is being loaded"}},
		{loading - time.Second, happening{kind: "listening", severity: "info", message: "the server takes requests"}},
		{loading, happening{kind: "ready", severity: "info", pid: l.pid, state: "ready", message: fmt.Sprintf("server ready %.0f s after its start", loading.Seconds())}},
	} {
		s.event(l.start.Add(e.after), e.happening)
	}
}

// outOfMemory tells that a synthesis could not have what it needs; the black box has room for one in
// five minutes.
func (s *simulation) outOfMemory(at time.Time, tried, free float64) {
	box := s.plan.Box
	m := shortage{tried: tried, free: max(mib, free), total: box.usable()}
	m.process = m.total - m.free - driverBytes
	m.reserved = m.process - 480*mib
	m.allocated = m.reserved - 620*mib
	s.shortage = m
	s.event(at, happening{
		kind: "oom", severity: "error", failure: "out_of_memory", box: s.flight("oom", at), shortage: &m,
		message: fmt.Sprintf("out of GPU memory, tried to allocate %.0f MiB, free %.0f MiB, total %.0f MiB, allocated %.0f MiB, reserved %.0f MiB",
			m.tried/mib, m.free/mib, m.total/mib, m.allocated/mib, m.reserved/mib),
	})
}

// patience is how long the driver does not answer before that is told.
const patience = 5 * time.Second

// hangs tells when the driver does not answer, and when it does again, between two ticks.
func (s *simulation) hangs(last, at time.Time) {
	for _, e := range s.story.episodes {
		if !e.hangs {
			continue
		}
		if told := e.begin.Add(patience); !told.Before(last) && told.Before(at) {
			s.event(told, happening{kind: "gpu_hung", severity: "error", uuid: true, message: "GPU 0: " + hungReason})
		}
		if !e.end.Before(last) && e.end.Before(at) {
			s.event(e.end, happening{kind: "gpu_recovered", severity: "info", uuid: true, message: "GPU 0: it answers again"})
		}
	}
}

var hungReason = fmt.Sprintf("the NVIDIA driver has not answered for %s", patience)

// boxID names an event to the seconds of the black box that belong to it.
func boxID(kind string, at time.Time) string {
	return kind + "-" + strconv.FormatInt(at.UnixNano(), 36)
}
