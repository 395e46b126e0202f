//go:build e2e

package proof

import (
"testing"
"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/grafana/known"
)

func TestX(t *testing.T) {
	points := known.Points()
	o := start(t, points)
	o.roll()
}
