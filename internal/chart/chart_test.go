package chart

import (
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var none = math.NaN()

func picture() *Chart {
	return &Chart{Title: `a <b> & "c"`, Start: time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), Window: time.Hour, Number: 4, Unit: "GiB", Zone: time.UTC}
}

// paths are the d of the paths of a class, and whether the picture is XML at all.
func paths(t *testing.T, svg, class string) (found []string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return found
		}
		require.NoError(t, err, svg)
		element, ok := token.(xml.StartElement)
		if !ok || element.Name.Local != "path" {
			continue
		}
		attributes := map[string]string{}
		for _, a := range element.Attr {
			attributes[a.Name.Local] = a.Value
		}
		if attributes["class"] == class {
			found = append(found, attributes["d"])
		}
	}
}

// The view box is 420 by 190, of which the windows have 38 to 412 across, and the values 170 to 18.
func TestGapsStayEmpty(t *testing.T) {
	c := picture()
	c.Lines = []Series{{"mean", []float64{10, none, 5, 10}}}
	c.Areas = []Series{{"service", []float64{10, none, 5, 10}}}
	svg := c.SVG()
	assert.Equal(t, []string{"M38.0 18.0H131.5M271.8 94.0L365.2 18.0"}, paths(t, svg, "line mean"))
	assert.Equal(t, []string{"M38.0 170.0V18.0H131.5V170.0H38.0ZM225.0 170.0V94.0H318.5V18.0H412.0V170.0H318.5V170.0H225.0Z"}, paths(t, svg, "area service"))
	assert.Contains(t, svg, `aria-label="a &lt;b&gt; &amp; &#34;c&#34;"`)
}

func TestStacksAndLimits(t *testing.T) {
	c := picture()
	c.Bars = []Series{{"well", []float64{2, none, 0, 1}}, {"failed", []float64{2, 4, none, 0}}}
	c.Limit = 10
	svg := c.SVG()
	// Four of ten, from the top of the two below; the next stands on nothing.
	assert.Equal(t, []string{"M47.4 139.6V109.2H122.2V139.6ZM140.9 170.0V109.2H215.7V170.0Z"}, paths(t, svg, "area failed"))
	assert.Equal(t, []string{"M47.4 170.0V139.6H122.2V170.0ZM327.9 170.0V154.8H402.6V170.0Z"}, paths(t, svg, "area well"))
	assert.Equal(t, []string{"M38.0 18.0L412.0 18.0"}, paths(t, svg, "limit"))
	assert.Less(t, strings.Index(svg, "area failed"), strings.Index(svg, "area well"))
}

func TestKnown(t *testing.T) {
	c := picture()
	c.Lines = []Series{{"mean", []float64{none, none}}}
	assert.False(t, c.Known())
	c.Bars = []Series{{"well", []float64{none, 0}}}
	assert.True(t, c.Known(), "a zero is known")
	paths(t, (&Chart{Number: 1, Window: time.Hour, Zone: time.UTC}).SVG(), "") // of nothing at all
}

func TestTicks(t *testing.T) {
	for highest, want := range map[float64]string{
		0: "0.0 0.2 0.4 0.6 0.8 1.0", 0.03: "0.00 0.01 0.02 0.03", 1: "0.0 0.2 0.4 0.6 0.8 1.0", 1.1: "0.00 0.25 0.50 0.75 1.00 1.25",
		7.2: "0 2 4 6 8", 10: "0 2 4 6 8 10", 24: "0 5 10 15 20 25", 24.1: "0 5 10 15 20 25", 100: "0 20 40 60 80 100", 260: "0 100 200 300",
	} {
		var labels []string
		values := ticks(highest)
		for _, v := range values {
			labels = append(labels, number(v, values[1]))
		}
		assert.Equal(t, want, strings.Join(labels, " "), "%g", highest)
	}
}

func TestTimes(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for _, c := range []struct {
		from string
		long time.Duration
		zone *time.Location
		want string
	}{
		{"2026-11-30T02:00:00Z", 3 * time.Hour, newYork, "21:00 21:30 22:00 22:30 23:00 23:30 11-30"},
		{"2026-11-30T07:58:00Z", time.Hour, shanghai, "16:00 16:10 16:20 16:30 16:40 16:50"},
		{"2026-11-30T08:00:00Z", 24 * time.Hour, shanghai, "18:00 12-01 06:00 12:00"},
		{"2026-11-30T08:00:00Z", 72 * time.Hour, time.UTC, "12:00 12-01 12:00 12-02 12:00 12-03"},
		{"2026-11-30T08:00:00Z", 7 * 24 * time.Hour, time.UTC, "12-01 12-02 12-03 12-04 12-05 12-06 12-07"},
		// The clocks go back at three; the times stay round.
		{"2026-10-24T20:00:00Z", 24 * time.Hour, berlin, "10-25 06:00 12:00 18:00"},
		{"2026-01-01T00:00:00Z", 90 * 24 * time.Hour, time.UTC, "01-01 01-16 01-31 02-15 03-02 03-17 04-01"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		require.NoError(t, err)
		var labels []string
		for _, tick := range times(from, from.Add(c.long), c.zone) {
			labels = append(labels, tick.label)
			assert.False(t, tick.at.Before(from) || tick.at.After(from.Add(c.long)))
		}
		assert.Equal(t, c.want, strings.Join(labels, " "), "%s in %s", c.long, c.zone)
	}
	assert.LessOrEqual(t, len(times(time.Unix(0, 0), time.Unix(0, 0).AddDate(2, 0, 0), time.UTC)), 8)
}
