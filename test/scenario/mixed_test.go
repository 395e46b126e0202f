//go:build e2e

package scenario

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
)

// TestMixtures asks for two things that are wrong at once, and for the answer to "why?".
func TestMixtures(t *testing.T) {
	for _, machine := range machines() {
		t.Run(machine.Name, func(t *testing.T) {
			l := newLab(t)
			onset := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
			mixtures := Mixtures()
			for _, m := range mixtures {
				l.store(Case{Box: m.Box}.On(machine).Write(onset, 8*time.Hour, 10*time.Minute, 41*time.Minute))
			}
			found := seen{}
			for after := 35 * time.Minute; after <= 40*time.Minute; after += time.Minute {
				l.ask(found, diagnosis.Minutes, onset, after)
				l.ask(found, diagnosis.Trends, onset, after)
			}
			t.Log("| what is the matter | found | the answer |\n|---|---|---|")
			for _, m := range mixtures {
				host := m.Name + "-" + machine.Name
				answer, err := l.finder.Why(t.Context(), diagnosis.Question{At: onset.Add(39 * time.Minute), Host: host}, onset.Add(40*time.Minute))
				require.NoError(t, err)
				codes := found.of(host)
				named := "nothing"
				if answer.Cause != nil {
					named = answer.Cause.Code
				}
				t.Logf("| %s | %s | %s |", strings.TrimPrefix(m.Name, "mixed-"), strings.Join(codes, ", "), named)
				assert.ElementsMatch(t, m.Causes, codes, m.Name)
				if m.First != "" {
					assert.Equal(t, m.First, named, m.Name)
				}
			}
		})
	}
}
