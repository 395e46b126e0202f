package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// permissions are what a token may do, by the server's ids of the buckets. A bucket that is
// not there yet gives none.
func (s *state) permissions(t Token) []permission {
	var all []permission
	for _, name := range t.Buckets {
		if b := s.bucket(name); b != nil {
			all = append(all, permission{string(t.Access), resource{Type: "buckets", ID: b.ID, OrgID: s.orgID}})
		}
	}
	if t.OwnsTasks {
		// InfluxDB lets nobody create a task whose token could not read and write itself
		// what the task does.
		for _, kind := range []string{"tasks", "buckets"} {
			for _, access := range []Access{Read, Write} {
				all = append(all, permission{string(access), resource{Type: kind, OrgID: s.orgID}})
			}
		}
	}
	return all
}

// sameAs compares two sets of permissions.
func sameAs(a, b []permission) bool {
	order := func(a, b permission) int {
		return cmp.Or(cmp.Compare(a.Resource.Type, b.Resource.Type), cmp.Compare(a.Resource.ID, b.Resource.ID), cmp.Compare(a.Action, b.Action))
	}
	return slices.Equal(slices.SortedFunc(slices.Values(a), order), slices.SortedFunc(slices.Values(b), order))
}

// planTokens finds for each token whether its text is kept and it may do what it has to. One
// that is not as it should be is replaced, since InfluxDB can neither change the permissions
// of a token nor show it again; what lies about of earlier ones is removed.
func (s *state) planTokens(desired Desired, secrets Secrets) (changes []Change) {
	kept := map[string]bool{}
	for _, t := range desired.Tokens {
		c := Change{Action: Create, Kind: TokenKind, Name: t.Name, New: secrets.Path(t), token: t}
		id := secrets.id(t)
		for _, found := range s.tokens {
			if found.Description != t.description() {
				continue
			}
			c.Action, c.Old = Update, secrets.Path(t)
			if found.ID == id && found.Status == active && len(s.permissions(t)) > 0 && sameAs(found.Permissions, s.permissions(t)) {
				c.Action, c.id = Keep, id
				kept[id] = true
				break
			}
		}
		changes = append(changes, c)
	}
	for _, found := range s.tokens {
		// What is replaced is removed after its successor is kept.
		replaced := slices.ContainsFunc(changes, func(c Change) bool {
			return c.Kind == TokenKind && c.Action == Update && c.token.description() == found.Description
		})
		if !kept[found.ID] && !replaced {
			changes = append(changes, Change{Action: Remove, Kind: TokenKind, Name: found.Description[len(owner)+2:], id: found.ID})
		}
	}
	return changes
}

// replaceToken creates a token, keeps its text, and then removes those that it replaces.
func (a *applier) replaceToken(ctx context.Context, t Token) error {
	wanted := authorization{OrgID: a.state.orgID, Description: t.description(), Permissions: a.state.permissions(t)}
	if t.OwnsTasks {
		wanted.UserID = a.state.user.ID
	}
	var created authorization
	if err := a.client.Call(ctx, "POST", "authorizations", nil, wanted, &created); err != nil {
		return fmt.Errorf("creating the token %q: %w", t.Name, err)
	}
	if err := a.secrets.keep(t, created.ID, created.Token); err != nil {
		return err
	}
	for _, old := range a.state.tokens {
		if old.Description == t.description() {
			if err := a.client.Call(ctx, "DELETE", "authorizations/"+old.ID, nil, nil, nil); err != nil {
				return fmt.Errorf("removing an older token %q: %w", t.Name, err)
			}
		}
	}
	return nil
}
