package process

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Tick looks for servers, reads all that are known and returns what was found
// since the last tick. It never waits for a server or a slow file. The process
// ids are those that hold GPU memory, a sign by which servers are found; nil if
// not known.
func (o *Observer) Tick(gpuPIDs map[int]bool) Report {
	report := Report{Host: o.host.read()}
	now := o.options.Now()
	for _, round := range o.recorder.take(now) {
		o.sample(round, round.at)
	}
	o.sample(o.stats, now)
	report.Scan = o.discover(gpuPIDs)
	pss := o.pss.take()
	targets := make(map[processID]target)
	var measured []processID
	for _, s := range o.servers {
		if s.dead {
			report.Services = append(report.Services, s.obituary())
			continue
		}
		service := o.read(s, pss)
		if target, ok := o.check(s, &service); ok {
			targets[s.id] = target
		}
		service.Metrics = o.metricsAddress(s)
		o.conclude(s, &service)
		report.Services = append(report.Services, service)
		for id := range s.members {
			measured = append(measured, id)
		}
	}
	o.recorder.watch(measured)
	o.prober.watch(targets)
	o.pss.watch(measured)
	slices.SortFunc(report.Services, func(a, b Service) int { return cmp.Compare(a.Instance, b.Instance) })
	if !report.Scan.Partial {
		o.own(&report, gpuPIDs)
	}
	report.Events, o.events = o.events, nil
	return report
}

// FinishLook looks at all processes to which a tick with a partial scan did not come. It
// takes as long as it takes. The process ids are those of the tick.
func (o *Observer) FinishLook(gpuPIDs map[int]bool) {
	o.table.patience = math.MaxInt64
	o.discover(gpuPIDs)
}

// obituary is all that is known of a dead server; how it was in the end is told once.
func (s *server) obituary() Service {
	samples := s.interval.samples
	s.interval.samples = nil
	return Service{Instance: s.instance, Version: s.version, Ready: new(false), State: StateDead, Samples: samples}
}

// read reads a living server and begins its next interval.
func (o *Observer) read(s *server, pss map[processID]uint64) Service {
	now := o.options.Now()
	s.account(now)
	in := &s.interval
	var elapsed time.Duration
	if !in.began.IsZero() {
		elapsed = now.Sub(in.began)
	}
	service := Service{
		Instance: s.instance, Version: s.version, Up: true,
		PID: s.id.pid, StartTime: s.startTime,
		UptimeSeconds: new(max(0, now.Sub(s.startTime).Seconds())),
		CPUMaxPercent: in.cpu.max, CPUMinPercent: in.cpu.min,
		RSSMaxBytes: in.rss.max, RSSMinBytes: in.rss.min,
		Samples: in.samples,
		Roles:   o.roles(s, elapsed, pss),
	}
	s.cpuPercent = nil
	if elapsed > 0 {
		var ticks uint64
		for _, used := range in.cpuTicks {
			ticks += used
		}
		s.cpuPercent = new(percent(ticks, elapsed))
	}
	service.CPUPercent = s.cpuPercent
	var rss uint64
	for id, m := range s.members {
		rss += m.stat.rssBytes
		service.PIDs = append(service.PIDs, id.pid)
	}
	service.RSSBytes = &rss
	slices.Sort(service.PIDs)
	if main := s.members[s.id]; main != nil {
		o.readCgroups(s, &service, main.proc)
	}
	in.next(now)
	return service
}

// conclude settles the state once all readings are in.
func (o *Observer) conclude(s *server, service *Service) {
	service.Ready, service.State = s.health.ready, s.state()
	if service.State == StateStarting {
		s.sawStart = true
	}
	if s.sawStart && s.health.ready != nil && *s.health.ready {
		o.noteReady(s)
		s.sawStart = false
	}
	s.lastState = service.State
}
