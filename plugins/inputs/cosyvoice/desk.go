package cosyvoice

import (
	"context"
	"time"
)

// desk is where a tick asks a goroutine that may hang, as one does that reads files. A
// question that waits is answered; more of them are not asked.
type desk[Question, Answer any] struct {
	questions chan asked[Question]
	answers   chan asked[Answer]
}

// asked is a question, or its answer, with the time of the question.
type asked[T any] struct {
	at   time.Time
	what T
}

func newDesk[Question, Answer any]() desk[Question, Answer] {
	return desk[Question, Answer]{make(chan asked[Question], 1), make(chan asked[Answer], 2)}
}

// serve hands questions to answer until ctx is done. It replies to each once, and may work
// on when nobody waits any more.
func (d desk[Question, Answer]) serve(ctx context.Context, answer func(question Question, reply func(Answer))) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-d.questions:
			answer(q.what, func(a Answer) {
				select {
				case d.answers <- asked[Answer]{q.at, a}:
				case <-ctx.Done(): // nobody will ask for it
				}
			})
		}
	}
}

// ask gives each answer that is there to take, those to earlier questions first, and
// tells whether the one to this question came before ctx ended.
func (d desk[Question, Answer]) ask(ctx context.Context, at time.Time, question Question, take func(*Answer)) bool {
	select {
	case d.questions <- asked[Question]{at, question}:
	default: // the one before still waits
	}
	for {
		var a asked[Answer]
		select {
		case a = <-d.answers: // first, even if ctx has ended
		default:
			select {
			case a = <-d.answers:
			case <-ctx.Done():
				return false
			}
		}
		take(&a.what)
		if a.at.Equal(at) {
			return true
		}
	}
}
