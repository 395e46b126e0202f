package diagnosis

import (
	"testing"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/scenario"
)

func lab(t *testing.T) *influxd.Server {
	s := influxd.Start(t)
	s.SetUp(rollup.Defaults.Raw, rollup.Defaults.Events, rollup.Defaults.Minutes, rollup.Defaults.Hours)
	return s
}

func store(s *influxd.Server, histories ...scenario.History) {
	for _, h := range histories {
		s.Write(rollup.Defaults.Events, h.Events)
		s.Write(rollup.Defaults.Minutes, h.Minutes)
		s.Write(rollup.Defaults.Hours, h.Hours)
	}
}
