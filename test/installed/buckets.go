// Package installed makes the InfluxDB of a test hold what `cosyvoicectl apply` would have it hold.
package installed

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/reconcile"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// Buckets makes those with the default settings, or gives those that are there their retentions.
func Buckets(t *testing.T, s *influxd.Server) {
	t.Helper()
	settings := toolkit.Default()
	settings.Org = influxd.Org
	desired, err := settings.Desired()
	require.NoError(t, err)
	desired.Tasks, desired.Tokens = nil, nil
	server := reconcile.Server{URL: s.URL, Org: influxd.Org, Token: influxd.Token, Secrets: reconcile.Secrets(t.TempDir())}
	plan, err := server.Plan(t.Context(), desired, reconcile.Options{Adopt: true, AllowDataLoss: true})
	require.NoError(t, err)
	require.NoError(t, server.Apply(t.Context(), plan, func(reconcile.Change) {}))
}
