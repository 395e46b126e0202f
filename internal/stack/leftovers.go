package stack

import (
	"context"
	"slices"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// endLeftovers ends the parts of an earlier `up` that was killed and could not
// stop them. The caller holds the lock, so no other `up` owns them.
func endLeftovers(ctx context.Context, folder Folder, say *words.Printer) error {
	last, err := folder.readRecord()
	if err != nil || last == nil {
		return err
	}
	for _, part := range slices.Backward(last.Parts) {
		if !part.alive() {
			continue
		}
		say.Say(words.EndingLeftover, part.Name, part.PID)
		if err := part.end(ctx, 20*time.Second); err != nil {
			return err
		}
	}
	return nil
}
