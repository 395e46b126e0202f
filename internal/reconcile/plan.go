package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Action is what is to become of a resource.
type Action string

// The actions.
const (
	Create Action = "create"
	Update Action = "update"
	Remove Action = "remove"
	Keep   Action = "keep"
	// Edited is what somebody changed by hand since the last apply; it is left alone unless
	// forced.
	Edited Action = "edited"
	// Foreign is what has the name of ours and is not managed here: a bucket is used as it is,
	// a task stands in the way of ours.
	Foreign Action = "foreign"
	// Blocked is what would lose data.
	Blocked Action = "blocked"
)

// Kind is a kind of resource.
type Kind string

// The kinds.
const (
	LabelKind  Kind = "label"
	BucketKind Kind = "bucket"
	UserKind   Kind = "user"
	TokenKind  Kind = "token"
	TaskKind   Kind = "task"
)

// Change is what is planned for one resource.
type Change struct {
	Action Action `json:"action"`
	Kind   Kind   `json:"kind"`
	Name   string `json:"name"`
	// Old and New are what differs: a retention, the state of a token, or a task's Flux.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`

	id       string // of what is there
	labelled bool
	bucket   Bucket
	task     Task
	token    Token
}

// Plan is what has to be done, in the order in which it is done.
type Plan struct {
	Changes []Change
	state   *state
	owner   Token // with which tasks are created
}

// Pending are the changes that apply would make.
func (p *Plan) Pending() (changes []Change) {
	for _, c := range p.Changes {
		if c.Action == Create || c.Action == Update || c.Action == Remove {
			changes = append(changes, c)
		}
	}
	return changes
}

// Options are what a user allows.
type Options struct {
	Force         bool // overwrite what was edited by hand
	AllowDataLoss bool // shorten a retention
	// Adopt takes over what has the name of ours.
	Adopt bool
}

// plan compares.
func plan(desired Desired, s *state, secrets Secrets, options Options) *Plan {
	p := &Plan{state: s}
	add := func(c Change) { p.Changes = append(p.Changes, c) }
	if s.label == nil {
		add(Change{Action: Create, Kind: LabelKind, Name: s.freeLabel()})
	} else {
		add(Change{Action: Keep, Kind: LabelKind, Name: s.label.Name})
	}
	for _, b := range desired.Buckets {
		add(s.planBucket(b, options))
	}
	if len(desired.Tasks) > 0 {
		c := Change{Action: Keep, Kind: UserKind, Name: taskUser}
		switch {
		case s.user == nil:
			c.Action = Create
		case !s.rights:
			c.Action = Update
		}
		add(c)
	}
	p.Changes = append(p.Changes, s.planTokens(desired, secrets)...)
	for _, t := range desired.Tokens {
		if t.OwnsTasks {
			p.owner = t
		}
	}
	for _, t := range desired.Tasks {
		add(s.planTask(t, options))
	}
	p.Changes = append(p.Changes, s.leftover(desired, options)...)
	return p
}

// planDestroy removes all that is managed here; of the buckets, which hold data, those named.
func planDestroy(desired Desired, s *state, prune []string) (*Plan, error) {
	p := &Plan{state: s}
	add := func(c Change) { p.Changes = append(p.Changes, c) }
	for _, t := range s.tasks {
		if s.owned(t.Labels, t.Description) {
			add(Change{Action: Remove, Kind: TaskKind, Name: t.Name, id: t.ID})
		}
	}
	for _, t := range s.tokens {
		c := Change{Action: Remove, Kind: TokenKind, Name: strings.TrimPrefix(t.Description, owner+": "), id: t.ID}
		for _, known := range desired.Tokens {
			if known.description() == t.Description {
				c.token = known
			}
		}
		add(c)
	}
	if s.user != nil {
		add(Change{Action: Remove, Kind: UserKind, Name: taskUser, id: s.user.ID})
	}
	for _, b := range s.buckets {
		if !s.owned(b.Labels, b.Description) {
			continue
		}
		c := Change{Action: Keep, Kind: BucketKind, Name: b.Name, id: b.ID}
		if slices.Contains(prune, b.Name) {
			c.Action = Remove
		}
		add(c)
	}
	for _, name := range prune {
		if b := s.bucket(name); b == nil || !s.owned(b.Labels, b.Description) {
			return nil, words.NoBucketOfOurs.With(name)
		}
	}
	if s.label != nil {
		add(Change{Action: Remove, Kind: LabelKind, Name: s.label.Name, id: s.label.ID})
	}
	return p, nil
}

// freeLabel is a name for the label that nothing has: one of another's making is left alone.
func (s *state) freeLabel() string {
	for _, l := range s.labels {
		if l.Name == owner {
			return owner + " (managed)"
		}
	}
	return owner
}

func (s *state) planBucket(b Bucket, options Options) Change {
	c := Change{Action: Create, Kind: BucketKind, Name: b.Name, New: Days(b.Retention), bucket: b}
	found := s.bucket(b.Name)
	if found == nil {
		return c
	}
	retention, shardGroup := found.keeps()
	c.id, c.labelled, c.Old = found.ID, s.labelled(found.Labels), Days(retention)
	if !s.owned(found.Labels, found.Description) && !options.Adopt {
		c.Action = Foreign
		return c
	}
	if shardGroup != b.shardGroup() {
		c.Old += fmt.Sprintf(" (shards %s)", Days(shardGroup))
		c.New += fmt.Sprintf(" (shards %s)", Days(b.shardGroup()))
	}
	applied, marked := markOf(found.Description)
	byHand := marked && applied != hash(content(retention, shardGroup))
	if retention == b.Retention {
		// Who gave it this retention by hand, and then here too, has not chosen the shard groups.
		byHand = byHand && (applied == hash(content(retention, b.shardGroup())) || applied == hash(content(retention, usualShardGroup(retention))))
	}
	switch {
	case retention == b.Retention && shardGroup == b.shardGroup():
		c.Action = Keep
		if !c.labelled || !marked {
			c.Action = Update
		}
	case byHand && !options.Force:
		c.Action = Edited
	case shorter(b.Retention, retention) && !options.AllowDataLoss:
		c.Action = Blocked
	default:
		c.Action = Update
	}
	return c
}

// shorter tells whether points would be deleted by a new retention; zero keeps all.
func shorter(new, old time.Duration) bool { return new != 0 && (old == 0 || new < old) }

func (s *state) planTask(t Task, options Options) Change {
	c := Change{Action: Create, Kind: TaskKind, Name: t.Name, New: t.Flux, task: t}
	found, ours := s.task(t.Name)
	if found == nil {
		return c
	}
	c.id, c.labelled, c.Old = found.ID, s.labelled(found.Labels), found.Flux
	applied, marked := markOf(found.Description)
	byHand := marked && applied != hash(found.Flux) || found.Status != active
	switch {
	case !ours && !options.Adopt:
		c.Action = Foreign
	case found.Flux == t.Flux && found.Status == active && c.labelled && applied == hash(t.Flux):
		c.Action = Keep
	case found.Flux != t.Flux && byHand && !options.Force, found.Status != active && !options.Force:
		c.Action = Edited
	default:
		c.Action = Update
	}
	return c
}

// active is the status of a task that runs.
const active = "active"

// task finds the task of that name that is managed here, else any.
func (s *state) task(name string) (found *task, ours bool) {
	for i := range s.tasks {
		t := &s.tasks[i]
		if t.Name != name {
			continue
		}
		if s.owned(t.Labels, t.Description) {
			return t, true
		}
		found = t
	}
	return found, false
}

// leftover is what is managed here and no longer desired. Buckets stay: they hold data.
func (s *state) leftover(desired Desired, options Options) (changes []Change) {
	wanted := map[string]bool{}
	for _, t := range desired.Tasks {
		wanted[t.Name] = true
	}
	seen := map[string]bool{}
	for _, found := range s.tasks {
		if !s.owned(found.Labels, found.Description) {
			continue
		}
		if wanted[found.Name] && !seen[found.Name] { // a second one of the same name is too many
			seen[found.Name] = true
			continue
		}
		c := Change{Action: Remove, Kind: TaskKind, Name: found.Name, Old: found.Flux, id: found.ID}
		if applied, marked := markOf(found.Description); marked && applied != hash(found.Flux) && !options.Force {
			c.Action = Edited
		}
		changes = append(changes, c)
	}
	return changes
}

// Days writes a retention for people.
func Days(d time.Duration) string {
	switch {
	case d == 0:
		return "∞"
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	}
	return d.String()
}
