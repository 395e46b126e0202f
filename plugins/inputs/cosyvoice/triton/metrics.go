package triton

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Model is what a server counted of a model since it began, over all its versions and
// devices. Nil is what it does not tell.
type Model struct {
	Name string

	// Failure counts all reasons, Rejected and Canceled among them.
	Success, Failure   *int64
	Rejected, Canceled *int64

	// RequestSeconds are those of the requests that succeeded from arrival to answer.
	// Queue and compute are parts of it; a batch counts once.
	RequestSeconds, QueueSeconds, ComputeSeconds *float64

	// Pending requests wait now.
	Pending *float64
}

const (
	metricPrefix = "nv_inference_"
	microseconds = 1e6 // in a second
)

// parse reads the metrics of a server. Names and labels are those of the "Metrics" page of
// Triton's user guide.
func parse(r io.Reader) ([]Model, error) {
	models := map[string]*Model{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), metricPrefix) {
			continue // a comment, or a metric of the server as a whole
		}
		s, err := parseSample(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("understand %.200q: %w", lines.Text(), err)
		}
		name := s.labels["model"]
		if name == "" {
			continue
		}
		if models[name] == nil {
			models[name] = &Model{Name: name}
		}
		models[name].add(&s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	all := make([]Model, 0, len(models))
	for _, m := range models {
		for _, sum := range []*float64{m.RequestSeconds, m.QueueSeconds, m.ComputeSeconds} {
			if sum != nil {
				*sum /= microseconds
			}
		}
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b Model) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// add adds a sample. The times are still in microseconds, whose sums are exact.
func (m *Model) add(s *sample) {
	switch strings.TrimPrefix(s.name, metricPrefix) {
	case "request_success":
		addTo(&m.Success, int64(s.value))
	case "request_failure":
		addTo(&m.Failure, int64(s.value))
		switch s.labels["reason"] {
		case "REJECTED":
			addTo(&m.Rejected, int64(s.value))
		case "CANCELED":
			addTo(&m.Canceled, int64(s.value))
		}
	case "request_duration_us":
		addTo(&m.RequestSeconds, s.value)
	case "queue_duration_us":
		addTo(&m.QueueSeconds, s.value)
	case "compute_input_duration_us", "compute_infer_duration_us", "compute_output_duration_us":
		addTo(&m.ComputeSeconds, s.value)
	case "pending_request_count":
		addTo(&m.Pending, s.value)
	}
}

func addTo[T int64 | float64](sum **T, value T) {
	if *sum == nil {
		*sum = new(T)
	}
	**sum += value
}
