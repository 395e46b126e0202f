package main

import (
	"fmt"

	"github.com/aymanbagabas/go-udiff"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// planView writes a plan for people: a line a change.
type planView struct {
	*tool
	diff bool
}

// texts are what is said of each action.
var texts = map[reconcile.Action]words.Text{
	reconcile.Create: words.ChangeCreate, reconcile.Update: words.ChangeUpdate, reconcile.Remove: words.ChangeRemove,
	reconcile.Edited: words.ChangeEdited, reconcile.Foreign: words.ChangeForeign, reconcile.Blocked: words.ChangeBlocked,
}

var kinds = map[reconcile.Kind]words.Text{
	reconcile.LabelKind: words.KindLabel, reconcile.BucketKind: words.KindBucket, reconcile.UserKind: words.KindUser,
	reconcile.TokenKind: words.KindToken, reconcile.TaskKind: words.KindTask,
}

// all writes the whole plan, and how much of it there is to do.
func (v planView) all(plan *reconcile.Plan) {
	counts := map[reconcile.Action]int{}
	for _, c := range plan.Changes {
		counts[c.Action]++
		if c.Action != reconcile.Keep {
			v.change(c)
		}
	}
	v.say(words.PlanSummary, counts[reconcile.Create], counts[reconcile.Update], counts[reconcile.Remove], counts[reconcile.Keep],
		counts[reconcile.Edited]+counts[reconcile.Foreign]+counts[reconcile.Blocked])
}

func (v planView) change(c reconcile.Change) {
	text := texts[c.Action]
	if c.Action == reconcile.Foreign && c.Kind == reconcile.BucketKind {
		text = words.ChangeForeignBucket
	}
	line := text.With(kinds[c.Kind], c.Name).In(v.language)
	if c.Kind == reconcile.BucketKind && c.Old != c.New && c.New != "" {
		line += " " + words.RetentionChange.With(c.Old, c.New).In(v.language)
	}
	fmt.Fprintln(v.stdout, line)
	if v.diff && c.Kind == reconcile.TaskKind && c.Old != c.New && c.Action != reconcile.Remove && c.Old != "" {
		fmt.Fprint(v.stdout, udiff.Unified("InfluxDB", "cosyvoicectl", c.Old, c.New))
	}
}

// made tells of a change that apply made.
func (v planView) made(c reconcile.Change) { v.change(c) }

// left tells of what apply leaves alone, and counts what it should have done and does not.
func (v planView) left(plan *reconcile.Plan) (failed int) {
	for _, c := range plan.Changes {
		switch c.Action {
		case reconcile.Edited, reconcile.Foreign, reconcile.Blocked:
			v.change(c)
			if c.Action == reconcile.Blocked || c.Action == reconcile.Foreign && c.Kind == reconcile.TaskKind {
				failed++
			}
		}
	}
	return failed
}

// applied says where the tokens lie, if any was made.
func (v planView) applied(plan *reconcile.Plan, server reconcile.Server) {
	pending := plan.Pending()
	if len(pending) == 0 {
		v.say(words.NothingToDo)
		return
	}
	v.say(words.Applied, len(pending))
	for _, c := range pending {
		if c.Kind == reconcile.TokenKind && c.Action != reconcile.Remove {
			v.say(words.TokenIsIn, c.Name, c.New)
		}
	}
}
