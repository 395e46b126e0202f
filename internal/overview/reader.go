package overview

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	cosyvoicetelegraf "github.com/cosyvoice-telegraf/cosyvoice-telegraf"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Reader asks an InfluxDB about one host.
type Reader struct {
	Client *influx.Client
	Params rollup.Params // the buckets
	Host   string        // "" for all
}

// ask runs a file of the folder flux over a time, with values for other of its parameters, and
// returns its rows, of the host alone.
func (r Reader) ask(ctx context.Context, file string, from, to time.Time, params map[string]string) ([]*query.FluxRecord, error) {
	content, err := fs.ReadFile(cosyvoicetelegraf.Queries, "flux/"+file)
	if err != nil {
		return nil, fmt.Errorf("reading a query: %w", err)
	}
	script := string(content)
	set := func(name, value string) {
		script = regexp.MustCompile(`(?m)^`+name+` = .*$`).ReplaceAllLiteralString(script, name+" = "+value)
	}
	set("start", influx.Time(from))
	set("stop", influx.Time(to))
	set("events", influx.Literal(r.Params.Events))
	set("raw", tier(r.Params.Raw, "1s", r.Params.RawRetention, "6h"))
	set("minutes", tier(r.Params.Minutes, "1m", r.Params.MinutesRetention, "7d"))
	set("hours", tier(r.Params.Hours, "1h", 730*24*time.Hour, "730d"))
	for name, value := range params {
		set(name, value)
	}
	if r.Host != "" {
		set("only", "(r) => r.host == "+influx.Literal(r.Host))
	}
	records, err := r.Client.Query(ctx, script)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", file, err)
	}
	return records, nil
}

// tier is what the files say of a bucket: the windows in it, how long it keeps them, and how long a time
// is read from it.
func tier(name, unit string, kept time.Duration, upTo string) string {
	return fmt.Sprintf("{name: %s, unit: %s, kept: %s, upTo: %s}", influx.Literal(name), unit, rollup.Duration(kept), upTo)
}

// text is the value of a column, "" where it has none.
func text(r *query.FluxRecord, column string) string {
	s, _ := r.ValueByKey(column).(string)
	return s
}

// number is the value of a column; ok is false where it has none.
func number(r *query.FluxRecord, column string) (v float64, ok bool) {
	switch v := r.ValueByKey(column).(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	}
	return 0, false
}
