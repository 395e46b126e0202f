package reconcile

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Server is the InfluxDB that is managed, and the folder with the tokens made for it.
type Server struct {
	URL, Org, Token string
	Secrets         Secrets
}

// Plan compares a server with what is desired. It changes nothing.
func (s Server) Plan(ctx context.Context, desired Desired, options Options) (*Plan, error) {
	client := influx.New(s.URL, s.Org, s.Token)
	defer client.Close()
	if err := checkVersion(ctx, client, s.URL); err != nil {
		return nil, err
	}
	found, err := read(ctx, client, s.Org)
	if err != nil {
		return nil, refusal(err, s.URL)
	}
	return plan(desired, found, s.Secrets, options), nil
}

// PlanDestroy finds what there is to remove; of the buckets, which hold data, only those named.
func (s Server) PlanDestroy(ctx context.Context, desired Desired, prune []string) (*Plan, error) {
	client := influx.New(s.URL, s.Org, s.Token)
	defer client.Close()
	found, err := read(ctx, client, s.Org)
	if err != nil {
		return nil, refusal(err, s.URL)
	}
	return planDestroy(desired, found, prune)
}

// Apply makes the changes of a plan one after the other, and tells of each that is made. An
// error leaves those before it made: the next plan has the rest.
func (s Server) Apply(ctx context.Context, p *Plan, made func(Change)) error {
	client := influx.New(s.URL, s.Org, s.Token)
	defer client.Close()
	a := &applier{client: client, server: s, state: p.state, secrets: s.Secrets, owner: p.owner}
	for _, c := range p.Pending() {
		if err := a.apply(ctx, c); err != nil {
			return refusal(err, s.URL)
		}
		made(c)
	}
	return nil
}

// RotateToken puts a new token in the place of one, and then revokes that. Telegraf reads the
// file again at its next write; what is refused in between stays in its buffer.
func (s Server) RotateToken(ctx context.Context, desired Desired, name string) error {
	var names []string
	for _, t := range desired.Tokens {
		if t.Name != name {
			names = append(names, t.Name)
			continue
		}
		client := influx.New(s.URL, s.Org, s.Token)
		defer client.Close()
		found, err := read(ctx, client, s.Org)
		if err != nil {
			return refusal(err, s.URL)
		}
		if len(found.permissions(t)) == 0 || t.OwnsTasks && found.user == nil {
			return words.ApplyFirst.With(name)
		}
		a := &applier{client: client, server: s, state: found, secrets: s.Secrets}
		return refusal(a.replaceToken(ctx, t), s.URL)
	}
	return words.NoSuchToken.With(name, names)
}

type applier struct {
	client  *influx.Client
	server  Server
	state   *state
	secrets Secrets
	owner   Token
}

func (a *applier) apply(ctx context.Context, c Change) error {
	if c.Action == Remove {
		return a.remove(ctx, c)
	}
	switch c.Kind {
	case LabelKind:
		return a.createLabel(ctx, c)
	case BucketKind:
		return a.applyBucket(ctx, c)
	case UserKind:
		return a.createUser(ctx, c)
	case TokenKind:
		return a.replaceToken(ctx, c.token)
	}
	return a.applyTask(ctx, c)
}

// routes are where the kinds are found.
var routes = map[Kind]string{LabelKind: "labels", BucketKind: "buckets", UserKind: "users", TokenKind: "authorizations", TaskKind: "tasks"}

// remove removes a resource. One that somebody else removed meanwhile is no error.
func (a *applier) remove(ctx context.Context, c Change) error {
	err := a.client.Call(ctx, "DELETE", routes[c.Kind]+"/"+c.id, nil, nil, nil)
	if err != nil && status(err) != http.StatusNotFound {
		return fmt.Errorf("removing the %s %q: %w", c.Kind, c.Name, err)
	}
	if c.token.Name != "" {
		return a.secrets.forget(c.token)
	}
	return nil
}

func (a *applier) createLabel(ctx context.Context, c Change) error {
	wanted := label{OrgID: a.state.orgID, Name: c.Name, Properties: map[string]string{
		"managed-by": owner, "color": "#13A7C0", "description": "What cosyvoicectl manages",
	}}
	var created struct{ Label label }
	if err := a.client.Call(ctx, "POST", "labels", nil, wanted, &created); err != nil {
		return fmt.Errorf("creating the label %q: %w", c.Name, err)
	}
	a.state.label = &created.Label
	return nil
}

// putLabel marks a resource as managed here. That it is already is no error.
func (a *applier) putLabel(ctx context.Context, kind, id string) error {
	in := map[string]string{"labelID": a.state.label.ID}
	if err := a.client.Call(ctx, "POST", kind+"/"+id+"/labels", nil, in, nil); err != nil {
		return fmt.Errorf("putting the label on %s %s: %w", kind, id, err)
	}
	return nil
}

// createUser makes the user that owns the tasks. It becomes an owner of the organisation: a
// task has the rights that its owner has in the organisation, and only an owner may write
// (seen with 2.9.1: a member's task fails with "user not authorized to write").
func (a *applier) createUser(ctx context.Context, c Change) error {
	if c.Action == Create {
		a.state.user = &user{}
		if err := a.client.Call(ctx, "POST", "users", nil, user{Name: taskUser}, a.state.user); err != nil {
			return fmt.Errorf("creating the user %q: %w", taskUser, err)
		}
	}
	in := map[string]string{"id": a.state.user.ID}
	if err := a.client.Call(ctx, "POST", "orgs/"+a.state.orgID+"/owners", nil, in, nil); err != nil {
		return fmt.Errorf("making the user %q an owner of the organisation: %w", taskUser, err)
	}
	return nil
}

func (a *applier) applyBucket(ctx context.Context, c Change) error {
	wanted := bucket{
		Description: mark(c.bucket.Description, content(c.bucket.Retention, c.bucket.shardGroup())),
		// Leaving the shard group out has made InfluxDB change the retention (influxdb #24765).
		Retention: []retentionRule{{
			Type: "expire", Every: int64(c.bucket.Retention / time.Second), ShardSeconds: int64(c.bucket.shardGroup() / time.Second),
		}},
	}
	method, path := "PATCH", "buckets/"+c.id
	if c.Action == Create {
		method, path = "POST", "buckets"
		wanted.Name, wanted.OrgID = c.bucket.Name, a.state.orgID
	}
	var is bucket
	if err := a.client.Call(ctx, method, path, nil, wanted, &is); err != nil {
		return fmt.Errorf("%s of the bucket %q: %w", c.Action, c.Name, err)
	}
	if c.Action == Create {
		a.state.buckets = append(a.state.buckets, is)
	}
	if c.labelled {
		return nil
	}
	return a.putLabel(ctx, "buckets", is.ID)
}

func (a *applier) applyTask(ctx context.Context, c Change) error {
	wanted := task{Flux: c.task.Flux, Status: active, Description: mark(c.task.Description, c.task.Flux)}
	client, method, path := a.client, "PATCH", "tasks/"+c.id
	if c.Action == Create {
		// Whoever creates a task owns it.
		token, err := a.secrets.text(a.owner)
		if err != nil {
			return err
		}
		client = influx.New(a.server.URL, a.server.Org, token)
		defer client.Close()
		method, path, wanted.OrgID = "POST", "tasks", a.state.orgID
	}
	var is task
	if err := client.Call(ctx, method, path, nil, wanted, &is); err != nil {
		return fmt.Errorf("%s of the task %q: %w", c.Action, c.Name, err)
	}
	if c.labelled {
		return nil
	}
	return a.putLabel(ctx, "tasks", is.ID)
}

// oldest is the oldest InfluxDB on which the tasks are known to run.
const oldest = "2.7"

func checkVersion(ctx context.Context, client *influx.Client, url string) error {
	version, err := client.Version(ctx)
	if err != nil {
		return words.InfluxUnreachable.With(url, err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(strings.TrimPrefix(version, "v"), "%d.%d", &major, &minor); err != nil || major != 2 || minor < 7 {
		return words.InfluxVersion.With(url, version, oldest)
	}
	return nil
}

// refusal words what the server refused.
func refusal(err error, url string) error {
	switch status(err) {
	case http.StatusUnauthorized:
		return words.TokenRefused.With(url, err)
	case http.StatusForbidden:
		return words.TokenMayNot.With(url, err)
	}
	return err
}
