package top

import (
	"context"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Source is where readings come from.
type Source interface {
	// Name is what people read of it.
	Name(words.Language) string
	// Watch tells what becomes known until ctx ends. An error ends it: trying again is of no use.
	Watch(ctx context.Context, tell func(News)) error
}

// News is what has become known.
type News struct {
	Points []Point
	// Findings are those of the tasks in InfluxDB, nil where there is none to ask; Judged are the hosts
	// of which they can find something.
	Findings []diagnosis.Finding
	Judged   []string
	// Problem is why there is nothing newer for now.
	Problem error
}
