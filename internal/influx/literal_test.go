package influx

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

// A text of anyone comes through Flux as it is, and is never executed.
func TestLiterals(t *testing.T) {
	s := influxd.Start(t)
	s.SetUp("bucket")
	for _, text := range []string{
		"box", "机器 1", `a "quoted" \ name`, "${1 + 1}", `\${x}`, "$", "a$", "$${", "a\nb\tc\x00\x7f", `"})` + "\n" + `buckets()`, "/./", "it's",
	} {
		rows, err := s.Query("import \"array\"\narray.from(rows: [{v: " + Literal(text) + "}])")
		require.NoError(t, err, "%q", text)
		require.Equal(t, text, rows[0].ValueByKey("v"), "%q", text)
		rows, err = s.Query("import \"array\"\nimport \"regexp\"\narray.from(rows: [{v: " + Literal(text) + ", w: \"other\"}]) |> filter(fn: (r) => r.v =~ " + Exactly(text) + ")")
		require.NoError(t, err, "%q", text)
		require.Len(t, rows, 1, "%q", text)
	}
}
