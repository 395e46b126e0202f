package reconcile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// The server's answers, as far as they are needed (InfluxDB 2 API, /api/v2/…).
type (
	label struct {
		ID         string            `json:"id,omitempty"`
		OrgID      string            `json:"orgID,omitempty"`
		Name       string            `json:"name"`
		Properties map[string]string `json:"properties,omitempty"`
	}
	retentionRule struct {
		Type         string `json:"type"`
		Every        int64  `json:"everySeconds"`
		ShardSeconds int64  `json:"shardGroupDurationSeconds,omitempty"`
	}
	bucket struct {
		ID          string          `json:"id,omitempty"`
		OrgID       string          `json:"orgID,omitempty"`
		Name        string          `json:"name,omitempty"`
		Description string          `json:"description"`
		Retention   []retentionRule `json:"retentionRules"`
		Labels      []label         `json:"labels,omitempty"`
	}
	task struct {
		ID          string  `json:"id,omitempty"`
		OrgID       string  `json:"orgID,omitempty"`
		Name        string  `json:"name,omitempty"`
		Description string  `json:"description"`
		Flux        string  `json:"flux"`
		Status      string  `json:"status"`
		Labels      []label `json:"labels,omitempty"`
	}
	permission struct {
		Action   string   `json:"action"`
		Resource resource `json:"resource"`
	}
	resource struct {
		Type  string `json:"type"`
		ID    string `json:"id,omitempty"`
		OrgID string `json:"orgID,omitempty"`
	}
	authorization struct {
		ID          string       `json:"id,omitempty"`
		OrgID       string       `json:"orgID,omitempty"`
		UserID      string       `json:"userID,omitempty"`
		Description string       `json:"description"`
		Permissions []permission `json:"permissions"`
		Token       string       `json:"token,omitempty"`
		Status      string       `json:"status,omitempty"`
	}
	user struct {
		ID   string `json:"id,omitempty"`
		Name string `json:"name"`
	}
)

// keeps is how long a bucket keeps its points, zero for ever, and how much of its time lies in one set
// of files.
func (b bucket) keeps() (retention, shardGroup time.Duration) {
	if len(b.Retention) == 0 {
		return 0, 0
	}
	rule := b.Retention[0]
	return time.Duration(rule.Every) * time.Second, time.Duration(rule.ShardSeconds) * time.Second
}

// state is what an organisation holds.
type state struct {
	orgID   string
	label   *label // the one that is managed here; nil before the first apply
	labels  []label
	buckets []bucket
	tasks   []task
	tokens  []authorization // that are managed here
	user    *user           // who owns the tasks
	rights  bool            // that user is an owner of the organisation
}

// mostAtOnce is how many of a kind the server lists in one answer at the most.
const mostAtOnce = 100

// read asks for all of it. Nothing is changed.
func read(ctx context.Context, client *influx.Client, org string) (*state, error) {
	s := &state{}
	var err error
	if s.orgID, err = findOrg(ctx, client, org); err != nil {
		return nil, err
	}
	byOrg := url.Values{"orgID": {s.orgID}}
	var labels struct{ Labels []label }
	if err := client.Call(ctx, "GET", "labels", byOrg, nil, &labels); err != nil {
		return nil, fmt.Errorf("listing labels: %w", err)
	}
	s.labels = labels.Labels
	for i := range s.labels {
		if s.labels[i].Properties["managed-by"] == owner {
			s.label = &s.labels[i]
		}
	}
	if err := s.readBuckets(ctx, client); err != nil {
		return nil, err
	}
	if err := s.readTasks(ctx, client); err != nil {
		return nil, err
	}
	var tokens struct{ Authorizations []authorization }
	if err := client.Call(ctx, "GET", "authorizations", byOrg, nil, &tokens); err != nil {
		return nil, fmt.Errorf("listing tokens: %w", err)
	}
	for _, t := range tokens.Authorizations {
		if strings.HasPrefix(t.Description, owner+": ") {
			s.tokens = append(s.tokens, t)
		}
	}
	return s, s.readUser(ctx, client)
}

// taskUser owns the tasks. Nobody can log in as it: it has no password.
const taskUser = owner + "-tasks"

func (s *state) readUser(ctx context.Context, client *influx.Client) error {
	var users struct{ Users []user }
	err := client.Call(ctx, "GET", "users", url.Values{"name": {taskUser}}, nil, &users)
	if status(err) == http.StatusNotFound || err == nil && len(users.Users) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("finding the user %q: %w", taskUser, err)
	}
	s.user = &users.Users[0]
	var owners struct{ Users []user }
	if err := client.Call(ctx, "GET", "orgs/"+s.orgID+"/owners", nil, nil, &owners); err != nil {
		return fmt.Errorf("listing the owners of the organisation: %w", err)
	}
	s.rights = slices.ContainsFunc(owners.Users, func(u user) bool { return u.ID == s.user.ID })
	return nil
}

// status is that of the server's answer, zero if there was none.
func status(err error) int {
	var answer *influxhttp.Error
	if errors.As(err, &answer) {
		return answer.StatusCode
	}
	return 0
}

func findOrg(ctx context.Context, client *influx.Client, name string) (id string, err error) {
	var found struct {
		Orgs []struct{ ID, Name string }
	}
	if err := client.Call(ctx, "GET", "orgs", url.Values{"limit": {fmt.Sprint(mostAtOnce)}}, nil, &found); err != nil {
		return "", fmt.Errorf("listing organisations: %w", err)
	}
	var names []string
	for _, o := range found.Orgs {
		if o.Name == name {
			return o.ID, nil
		}
		names = append(names, o.Name)
	}
	return "", words.NoSuchOrg.With(name, names)
}

func (s *state) readBuckets(ctx context.Context, client *influx.Client) error {
	after := ""
	for {
		var page struct{ Buckets []bucket }
		query := url.Values{"orgID": {s.orgID}, "limit": {fmt.Sprint(mostAtOnce)}}
		if after != "" {
			query.Set("after", after)
		}
		if err := client.Call(ctx, "GET", "buckets", query, nil, &page); err != nil {
			return fmt.Errorf("listing buckets: %w", err)
		}
		// Some versions add the system's buckets to each page.
		page.Buckets = slices.DeleteFunc(page.Buckets, func(b bucket) bool { return b.Name[0] == '_' })
		s.buckets = append(s.buckets, page.Buckets...)
		if len(page.Buckets) < mostAtOnce {
			return nil
		}
		after = page.Buckets[len(page.Buckets)-1].ID
	}
}

func (s *state) readTasks(ctx context.Context, client *influx.Client) error {
	after := ""
	for {
		var page struct{ Tasks []task }
		query := url.Values{"orgID": {s.orgID}, "limit": {fmt.Sprint(mostAtOnce)}}
		if after != "" {
			query.Set("after", after)
		}
		if err := client.Call(ctx, "GET", "tasks", query, nil, &page); err != nil {
			return fmt.Errorf("listing tasks: %w", err)
		}
		s.tasks = append(s.tasks, page.Tasks...)
		if len(page.Tasks) < mostAtOnce {
			return nil
		}
		after = page.Tasks[len(page.Tasks)-1].ID
	}
}

// owned tells whether something is managed here: by its label, or by the mark in its
// description where an apply was interrupted between the two, or the label was removed.
func (s *state) owned(labels []label, description string) bool {
	_, marked := markOf(description)
	return marked || s.labelled(labels)
}

func (s *state) labelled(labels []label) bool {
	return s.label != nil && slices.ContainsFunc(labels, func(l label) bool { return l.ID == s.label.ID })
}

func (s *state) bucket(name string) *bucket {
	for i := range s.buckets {
		if s.buckets[i].Name == name {
			return &s.buckets[i]
		}
	}
	return nil
}
