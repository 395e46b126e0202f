package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func TestSpan(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return parsed
	}
	oldest, newest := at("2026-10-24T01:00:00Z"), at("2026-11-23T12:00:00Z")
	for name, test := range map[string]struct {
		from, to   string
		begin, end string
		err        error
	}{
		"whole hours":      {from: "2026-11-20T03:15:00Z", to: "2026-11-20T05:01:00Z", begin: "2026-11-20T03:00:00Z", end: "2026-11-20T06:00:00Z"},
		"an hour's end":    {from: "2026-11-20T03:00:00Z", to: "2026-11-20T05:00:00Z", begin: "2026-11-20T03:00:00Z", end: "2026-11-20T05:00:00Z"},
		"until now":        {from: "2026-11-20T11:00:00+08:00", begin: "2026-11-20T03:00:00Z", end: "2026-11-23T12:00:00Z"},
		"the future":       {from: "2026-11-23T10:00:00Z", to: "2027-01-01T00:00:00Z", begin: "2026-11-23T10:00:00Z", end: "2026-11-23T12:00:00Z"},
		"too old":          {from: "2026-10-23T00:00:00Z", err: words.BeforeRetention.With()},
		"the wrong way":    {from: "2026-11-20T03:00:00Z", to: "2026-11-20T01:00:00Z", err: words.EmptySpan.With()},
		"no time":          {from: "yesterday", err: words.NoTime.With()},
		"no time, the end": {from: "2026-11-20", to: "25:00", err: words.NoTime.With()},
	} {
		t.Run(name, func(t *testing.T) {
			begin, end, err := span(test.from, test.to, oldest, newest)
			if test.err != nil {
				require.ErrorIs(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.True(t, begin.Equal(at(test.begin)), begin)
			require.True(t, end.Equal(at(test.end)), end)
		})
	}
}
