package diagnosis

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Question is what is asked for: a time, a request, or with neither the last thing that went wrong.
type Question struct {
	At      time.Time
	Request string
	Host    string // "" for any
}

// Sureness is how sure an answer is.
type Sureness string

// From a fact that was told, over figures that fit one cause, to several that do, to nothing.
const (
	Certain  Sureness = "certain"
	Likely   Sureness = "likely"
	Possible Sureness = "possible"
	Unknown  Sureness = "unknown"
)

// Answer is what can be said.
type Answer struct {
	At        time.Time  `json:"at"`
	Asked     bool       `json:"asked"` // the time was given
	Host      string     `json:"host,omitempty"`
	Instance  string     `json:"instance,omitempty"`
	Synthesis *Synthesis `json:"synthesis,omitempty"` // that is explained
	Event     *Event     `json:"event,omitempty"`     // likewise

	// Cause is what it comes from, nil if nothing is found. Direct is what was told, or seen first,
	// where the cause lies behind that.
	Cause  *Finding `json:"cause,omitempty"`
	Direct *Finding `json:"direct,omitempty"`
	Sure   Sureness `json:"sure"`

	Findings []Finding `json:"findings"`  // all, the worst first
	RuledOut []string  `json:"ruled_out"` // codes of what was looked for and is not there
	Missing  []Gap     `json:"missing"`   // what would be needed to say more

	Events   []Event  `json:"events"`   // around the time
	Timeline []Moment `json:"timeline"` // minute by minute
	Flight   []Second `json:"flight"`   // the black box, second by second
}

// lookBack is how far back something that went wrong is looked for.
const lookBack = 24 * time.Hour

// Why answers.
func (f Finder) Why(ctx context.Context, q Question, now time.Time) (*Answer, error) {
	a := answer(now)
	a.Host = q.Host
	if err := f.find(ctx, q, now, a); err != nil {
		return nil, err
	}
	return f.answer(ctx, a, now)
}

// Explain answers why a synthesis went as it did.
func (f Finder) Explain(ctx context.Context, s Synthesis, now time.Time) (*Answer, error) {
	a := answer(s.At)
	a.Host, a.Instance, a.Synthesis = s.Host, s.Instance, &s
	return f.answer(ctx, a, now)
}

// answer is an empty one: lists of nothing are empty in JSON.
func answer(at time.Time) *Answer {
	return &Answer{At: at, Findings: []Finding{}, RuledOut: []string{}, Missing: []Gap{}, Events: []Event{}, Timeline: []Moment{}, Flight: []Second{}}
}

// answer looks around what is to be explained, and concludes.
func (f Finder) answer(ctx context.Context, a *Answer, now time.Time) (*Answer, error) {
	if err := f.look(ctx, a, now); err != nil {
		return nil, err
	}
	a.conclude()
	return a, nil
}

// find settles what is to be explained.
func (f Finder) find(ctx context.Context, q Question, now time.Time, a *Answer) error {
	var err error
	switch {
	case q.Request != "":
		a.Synthesis, err = f.requested(ctx, q.Request, q.Host, now)
		if err == nil && a.Synthesis == nil {
			return words.NoSuchRequest.With(q.Request)
		}
	case !q.At.IsZero():
		a.At, a.Asked = q.At, true
		around, problem := f.syntheses(ctx, q.At.Add(-time.Minute), q.At.Add(10*time.Minute), hostIs(q.Host))
		if problem != nil {
			return problem
		}
		if s := nearest(around, q.At); s != nil && s.At.Add(-time.Duration(s.Figures["duration_seconds"]*float64(time.Second))).Before(q.At.Add(time.Minute)) {
			a.Synthesis = s
		}
	default:
		a.Synthesis, a.Event, err = f.lastTrouble(ctx, q.Host, now)
	}
	if err != nil {
		return err
	}
	switch {
	case a.Synthesis != nil:
		a.Host, a.Instance = a.Synthesis.Host, a.Synthesis.Instance
		if q.At.IsZero() {
			a.At = a.Synthesis.At
		}
	case a.Event != nil:
		a.At, a.Host, a.Instance = a.Event.At, a.Event.Host, a.Event.Instance
	}
	if a.Host == "" {
		a.Host, err = f.onlyHost(ctx, a.At)
	}
	return err
}

// onlyHost is the host that was heard at a time, "" where there were several, or none.
func (f Finder) onlyHost(ctx context.Context, at time.Time) (string, error) {
	records, err := f.Client.Query(ctx, fmt.Sprintf(`from(bucket: %q)
    |> range(start: %s, stop: %s)
    |> filter(fn: (r) => r._measurement == "system_metrics" and r._field == "points_count")
    |> group(columns: ["host"])
    |> last()`, f.Params.Minutes, influx.Time(at.Add(-10*time.Minute)), influx.Time(at)))
	if err != nil {
		return "", fmt.Errorf("looking for the host: %w", err)
	}
	if len(records) != 1 {
		return "", nil
	}
	host, _ := records[0].ValueByKey("host").(string)
	return host, nil
}

// lastTrouble is the newest synthesis that failed, or event that is an error, of the last day.
func (f Finder) lastTrouble(ctx context.Context, host string, now time.Time) (*Synthesis, *Event, error) {
	failed, err := f.failed(ctx, now.Add(-lookBack), now, hostIs(host))
	if err != nil {
		return nil, nil, err
	}
	events, err := f.events(ctx, now.Add(-lookBack), now, hostIs(host)+` and r.severity == "error"`)
	if err != nil || len(events) == 0 {
		return failed, nil, err
	}
	newest := events[len(events)-1]
	// A failure and the event of it are told within the same moment.
	if failed != nil && failed.At.After(newest.At.Add(-time.Minute)) {
		return failed, nil, nil
	}
	return nil, &newest, nil
}

// look reads what was around the time, all at once.
func (f Finder) look(ctx context.Context, a *Answer, now time.Time) error {
	// The minute of the failure has to be over to be judged.
	judged := a.At.Add(time.Minute)
	if judged.After(now) {
		judged = now
	}
	problems := make([]error, 5)
	var asking sync.WaitGroup
	asking.Go(func() { a.Findings, problems[0] = f.At(ctx, judged, a.Host) })
	asking.Go(func() {
		a.Events, problems[1] = f.events(ctx, a.At.Add(-30*time.Minute), a.At.Add(5*time.Minute), hostIs(a.Host))
	})
	asking.Go(func() { a.Timeline, problems[2] = f.timeline(ctx, a) })
	asking.Go(func() { a.Flight, problems[3] = f.flight(ctx, a) })
	asking.Go(func() { a.Missing, problems[4] = f.gaps(ctx, a.Host, judged) })
	asking.Wait()
	for _, problem := range problems {
		if problem != nil {
			return problem
		}
	}
	if a.Instance != "" {
		// What another server of the host suffers from explains nothing here.
		a.Findings = slices.DeleteFunc(a.Findings, func(f Finding) bool { return f.Instance != "" && f.Instance != a.Instance })
	}
	return nil
}

// conclude settles on a cause.
func (a *Answer) conclude() {
	a.Direct = a.direct()
	a.Sure = Unknown
	switch {
	case a.Direct != nil:
		a.Cause, a.Sure = a.Direct, Certain
	case len(a.Findings) > 0:
		a.Cause, a.Sure = &a.Findings[0], Likely
		if also := a.Findings[1:]; len(also) > 0 && also[0].Severity == a.Cause.Severity && causes.Find(also[0].Code).Group == causes.Find(a.Cause.Code).Group {
			a.Sure = Possible
		}
		if len(causes.Find(a.Cause.Code).Events) > 0 {
			a.Sure = Certain
		}
	}
	a.Direct = nil
	if a.Cause != nil {
		for _, code := range causes.Find(a.Cause.Code).Behind {
			if behind := a.finding(code); behind != nil {
				a.Cause, a.Direct, a.Sure = behind, a.Cause, Likely
				break
			}
		}
	}
	a.RuledOut = a.ruledOut()
}

func (a *Answer) finding(code string) *Finding {
	i := slices.IndexFunc(a.Findings, func(f Finding) bool { return f.Code == code })
	if i < 0 {
		return nil
	}
	return &a.Findings[i]
}

// direct is what the synthesis's own error, its outcome or the event says, nil if that says nothing.
func (a *Answer) direct() *Finding {
	var cause *causes.Cause
	figures := map[string]float64{}
	switch {
	case a.Synthesis != nil && a.Synthesis.Error != "":
		cause, figures = causes.OfError(a.Synthesis.Error), a.Synthesis.Figures
	case a.Synthesis != nil && a.Synthesis.Outcome == "stuck":
		// Whether something still works on it the conditions tell.
		for _, code := range []string{"runaway_generation", "stuck_dead_thread"} {
			if a.finding(code) != nil {
				return a.finding(code)
			}
		}
		cause = causes.OfError("stuck")
	case a.Event != nil && a.Event.Reason != "":
		cause = causes.OfReason(a.Event.Reason)
	case a.Event != nil:
		cause = causes.OfEvent(a.Event.Kind)
	}
	if cause == nil {
		return nil
	}
	if found := a.finding(cause.Code); found != nil {
		return found
	}
	told := Finding{Code: cause.Code, Severity: cause.Severity, Host: a.Host, Instance: a.Instance, Since: a.At, At: a.At, Evidence: map[string]float64{}}
	for _, name := range cause.Evidence {
		if value, ok := figures[name]; ok {
			told.Evidence[name] = value
		}
	}
	a.Findings = append([]Finding{told}, a.Findings...)
	return &a.Findings[0]
}

// ruledOut are the neighbours of the cause: what could be behind the same thing, and was looked for
// with readings that are there.
func (a *Answer) ruledOut() []string {
	if a.Cause == nil {
		return []string{}
	}
	candidates := causes.Find(a.Cause.Code).Behind
	if a.Direct != nil {
		candidates = causes.Find(a.Direct.Code).Behind
	}
	if len(candidates) == 0 {
		for _, c := range causes.All() {
			if c.Group == causes.Find(a.Cause.Code).Group && c.Severity != "info" {
				candidates = append(candidates, c.Code)
			}
		}
	}
	ruledOut := []string{}
	for _, code := range candidates {
		blind := slices.ContainsFunc(a.Missing, func(g Gap) bool { return g.hides(causes.Find(code)) })
		if a.finding(code) == nil && code != a.Cause.Code && !blind {
			ruledOut = append(ruledOut, code)
		}
	}
	return ruledOut
}
