package report

import (
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/history"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/overview"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

var pages = flag.String("pages", "", "a folder in which the pages are kept, to look at them")

func (l *lab) read(host string, since time.Duration) *Report {
	l.t.Helper()
	r, err := l.source.Read(l.t.Context(), host, l.now.Add(-since), l.now, func(int, int, words.Text) {})
	require.NoError(l.t, err)
	return r
}

// write is the page of a report, and the text in it.
func (l *lab) write(t *testing.T, r *Report, language words.Language) (page, text string) {
	t.Helper()
	html, err := r.HTML(language, "1.2.3", time.FixedZone("CST", 8*3600))
	require.NoError(t, err)
	if *pages != "" {
		require.NoError(t, os.WriteFile(filepath.Join(*pages, fmt.Sprintf("%s-%.0fh-%s.html", r.Host, r.To.Sub(r.From).Hours(), language)), html, 0o600))
	}
	require.Less(t, len(html), 200<<10)
	return string(html), wellFormed(t, string(html))
}

// wellFormed reads a page as XML, which it is too, and returns its text. It may refer to nothing outside.
func wellFormed(t *testing.T, page string) string {
	t.Helper()
	var text strings.Builder
	decoder := xml.NewDecoder(strings.NewReader(page))
	inside := ""
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return text.String()
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			inside = token.Name.Local
			assert.NotContains(t, []string{"script", "img", "link", "iframe", "object", "image", "use", "a"}, inside)
			for _, a := range token.Attr {
				assert.Contains(t, []string{"lang", "charset", "name", "content", "class", "style", "viewBox", "id", "role", "aria-label", "aria-hidden", "data-label", "d", "x", "y", "text-anchor"}, a.Name.Local)
			}
		case xml.CharData:
			if inside == "style" {
				assert.NotRegexp(t, `url\(|@import`, string(token))
			} else {
				text.Write(token)
			}
		case xml.EndElement:
			inside = ""
			text.WriteByte(' ')
		}
	}
}

func TestReport(t *testing.T) {
	l := newLab(t)
	l.store(trouble("tts-box"), hours(24), hours(3), hours(3.5), hours(8.2), hours(8.5), hours(18), hours(19), hours(19.5), hours(20), hours(20.04))
	l.store(day("calm-box", nothing), hours(8), 0, 0)
	l.storeAgent("bare-box")

	hosts, err := l.source.Hosts(t.Context(), l.now.Add(-24*time.Hour), l.now)
	require.NoError(t, err)
	require.Equal(t, []string{"bare-box", "calm-box", "tts-box"}, hosts)

	reports := map[string]*Report{"calm-box": l.read("calm-box", 8*time.Hour)}
	for _, host := range []string{"tts-box", "bare-box"} {
		reports[host] = l.read(host, 24*time.Hour)
	}
	t.Run("a day of trouble", func(t *testing.T) {
		r := reports["tts-box"]
		html, text := l.write(t, r, words.English)
		p := &asked{t, text}
		p.says("Well", "All is well.", "Fault", "Problems found: 4.", "Of 30 min of that time nothing is known.")
		for code, from := range map[string]time.Duration{"host_cpu_contention": hours(8.2), "gpu_memory_leak": hours(18), "gpu_out_of_memory": hours(20.04)} {
			period := r.period(code)
			require.NotNil(t, period, code)
			assert.WithinDuration(t, l.now.Add(from-24*time.Hour), period.From, 20*time.Minute, code)
			p.says(code, causes.Find(code).En.Answer, causes.Find(code).En.Now, causes.Find(code).En.Lasting)
		}
		assert.InDelta(t, 24*(1<<30), r.period("gpu_memory_leak").Evidence["memory_total_bytes"], 1)
		p.says("memory in all 24 GiB")
		// What has something else behind it is done with that.
		p.says("What to do The GPU's memory is nearly full for good", "GPU memory leak for good "+causes.Find("gpu_memory_leak").En.Lasting)

		require.Len(t, r.Failed, 1)
		assert.Equal(t, "out_of_memory", r.Failed[0].Synthesis.Error)
		assert.Equal(t, "gpu_memory_leak", r.Failed[0].Cause.Code)
		p.says("GPU memory leak · likely: the figures fit this cause and no other")
		require.Len(t, r.Slowest, mostExplained)
		told := 0 // what ended in its first minutes is not told yet
		for _, slow := range r.Slowest {
			if slow.Cause != nil && slow.Cause.Code == "host_cpu_contention" {
				told++
			}
		}
		assert.GreaterOrEqual(t, told, 3)

		assert.NotContains(t, html, "<script")
		assert.NotContains(t, html, "<img")
		p.says(hostile)
		p.says("the server ended 1", "NVIDIA driver 570.86")

		gaps := r.silences()
		require.Len(t, gaps, 1)
		assert.Equal(t, history.Lost, gaps[0].Kind)
		assert.WithinDuration(t, l.now.Add(hours(3-24)), gaps[0].From, 2*time.Minute)
	})
	t.Run("the figures are those of the points", func(t *testing.T) {
		r := reports["tts-box"]
		_, text := l.write(t, r, words.English)
		p := &asked{t, text}
		truth := l.truth("tts-box", l.now.Add(-24*time.Hour))
		assert.Positive(t, truth.failed)
		p.says(strconv.Itoa(truth.all)+" syntheses", strconv.Itoa(truth.failed)+" failed (", "Syntheses that failed: "+strconv.Itoa(truth.failed)+" of "+strconv.Itoa(truth.all)+".")
		p.says(words.Length(truth.audio).In(words.English) + " of audio made")
		truth = l.truth("tts-box", r.Span.Start) // the first window counts whole
		for _, q := range []float64{0.5, 0.95} {
			assert.InEpsilon(t, truth.quantile(q), r.RTF.All.Quantile(q), 0.05)
		}
		assert.InDelta(t, float64(len(truth.rtf)), r.RTF.All.Number(), 0)
		assert.InDelta(t, truth.memory, r.Cards[0].Highest(), 1)
		assert.InDelta(t, truth.atOnce, r.mostAtOnce(), 0)
		p.says("At most " + strconv.Itoa(int(truth.atOnce)) + " were at work at once in a server.")
	})
	t.Run("a calm day", func(t *testing.T) {
		r := reports["calm-box"]
		_, text := l.write(t, r, words.English)
		p := &asked{t, text}
		truth := l.truth("calm-box", l.now.Add(-8*time.Hour))
		p.says("Nothing was found wrong, and all "+strconv.Itoa(truth.all)+" syntheses went well.", "Nothing has to be done.", "Nothing was found that is wrong.", "None failed that is known of.", "No gap since")
		assert.NotContains(t, text, "Fault")
		assert.NotContains(t, text, "nothing is known of")
	})
	t.Run("what is not known is no zero", func(t *testing.T) {
		r := reports["bare-box"]
		html, text := l.write(t, r, words.English)
		p := &asked{t, text}
		assert.NotContains(t, html, "<svg")
		assert.Equal(t, 8, strings.Count(text, "Not known in this time. "))
		p.says("– syntheses", "– failed", "– of audio made", "– RTF, p50", "– of the known time in service", "No server was seen in this time.", "No CosyVoice server is seen. Start it", "Not known: the log told of no synthesis.",
			"How much GPU memory is free is not known.", "How fast it is is not known", "Nothing is known of the time before", "Of 21 h of that time nothing is known.", "Not known in this time: GPU memory")
		assert.NotContains(t, text, "All is well")
		assert.NotContains(t, text, "Nothing has to be done")
	})
	t.Run("in Chinese", func(t *testing.T) {
		for _, r := range reports {
			_, text := l.write(t, r, words.Chinese)
			for name, of := range words.ReportTexts {
				// What has an English word in it is not told from a Chinese text by it.
				if !strings.Contains(of.En, "%") && len(of.En) > 8 && !strings.Contains(of.Zh, of.En) {
					assert.NotContains(t, text, of.En, name)
				}
			}
			if len(r.Servers) > 0 {
				assert.Contains(t, text, "一切正常")
			}
		}
	})
	t.Run("an hour, and three months", func(t *testing.T) {
		for _, since := range []time.Duration{time.Hour, 90 * 24 * time.Hour} {
			_, text := l.write(t, l.read("tts-box", since), words.English)
			assert.Contains(t, text, words.Length(since.Seconds()).In(words.English))
		}
	})
}

// asked is a page that is asked for what it says.
type asked struct {
	t    *testing.T
	text string
}

var blanks = regexp.MustCompile(`\s+`)

func (p *asked) says(all ...string) {
	p.t.Helper()
	text := blanks.ReplaceAllString(p.text, " ")
	for _, one := range all {
		assert.Contains(p.t, text, one)
	}
}

// truth is what the lines say that were written of a host.
type truth struct {
	all, failed    int
	audio          float64
	rtf            []float64 // of those that went well
	memory, atOnce float64
}

func (truth truth) quantile(q float64) float64 {
	slices.Sort(truth.rtf)
	return truth.rtf[int(math.Ceil(q*float64(len(truth.rtf))))-1]
}

var field = regexp.MustCompile(`[ ,]([a-z_0-9]+)=([-+.e0-9]+)`)

// truth adds up events for syntheses, and minutes for the rest.
func (l *lab) truth(host string, from time.Time) (truth truth) {
	for _, line := range l.written[host] {
		if stampOf(line).Before(from) {
			continue
		}
		measurement, _, _ := strings.Cut(line, ",")
		if !slices.Contains([]string{"cosyvoice_synthesis", "cosyvoice_gpu", "cosyvoice_service"}, measurement) {
			continue
		}
		values := map[string]float64{}
		for _, m := range field.FindAllStringSubmatch(line, -1) {
			values[m[1]], _ = strconv.ParseFloat(m[2], 64)
		}
		switch {
		case measurement == "cosyvoice_synthesis" && strings.Contains(line, "request_id"):
			truth.all++
			truth.audio += values["audio_seconds"]
			if strings.Contains(line, "outcome=ok") {
				truth.rtf = append(truth.rtf, values["rtf"])
			} else {
				truth.failed++
			}
		case measurement == "cosyvoice_gpu":
			truth.memory = max(truth.memory, values["memory_used_bytes_max"])
		case measurement == "cosyvoice_service":
			truth.atOnce = max(truth.atOnce, values["in_flight_max"])
		}
	}
	return truth
}

// That nothing was found says nothing of a time that was not judged, or in which no server was there.
func TestATimeOfWhichNothingIsKnown(t *testing.T) {
	to := time.Now()
	span := overview.Over(to.Add(-24*time.Hour), to)
	heard := &overview.Reading{Mean: make([]float64, span.Number)}
	for name, test := range map[string]struct {
		unjudged     time.Duration
		servers      []*overview.Server
		status, says string
	}{
		"judged":        {time.Hour, []*overview.Server{{}}, "ok", "For 1 h the tasks that find causes did not run."},
		"not judged":    {20 * time.Hour, []*overview.Server{{}}, "unknown", "For 20 h the tasks that find causes did not run."},
		"and no server": {0, nil, "unknown", "No synthesis was seen."},
	} {
		t.Run(name, func(t *testing.T) {
			p := &page{Report: &Report{From: to.Add(-24 * time.Hour), To: to, Span: span, Heard: heard, Summary: &diagnosis.Summary{}, Servers: test.servers, Unjudged: test.unjudged}, zone: time.UTC}
			assert.Equal(t, test.status, p.ThenStatus())
			assert.Contains(t, p.Sum(), test.says)
		})
	}
}

// Every text has its place, and every place its text.
func TestTexts(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var source strings.Builder
	for _, name := range append(sources, "page.html.tmpl") {
		if !strings.HasSuffix(name, "_test.go") {
			content, err := os.ReadFile(name)
			require.NoError(t, err)
			source.Write(content)
		}
	}
	used := map[string]bool{"ok": true, "warning": true, "error": true, "unknown": true, "info": true}
	for _, m := range regexp.MustCompile(`(?:\bt |say\(|plain\(|"(?:line|bar|area)", "[a-z0-9]+", )"([a-z0-9_]+)"`).FindAllStringSubmatch(source.String(), -1) {
		used[m[1]] = true
	}
	for _, owner := range []string{"service", "other", "unowned", "reserved"} {
		used["owner_"+owner] = true
	}
	delete(used, "owner_")
	for name := range used {
		assert.Contains(t, words.ReportTexts, name)
	}
	for name := range words.ReportTexts {
		assert.True(t, used[name], "nothing says %q", name)
	}
}

// The schema lists the kinds of events in a sentence; those of one word are left out.
func TestEventsHaveNames(t *testing.T) {
	kinds := regexp.MustCompile(`[a-z]+(_[a-z]+)+`).FindAllString(schema.Find("cosyvoice_event").Doc, -1)
	require.Greater(t, len(kinds), 15)
	for _, kind := range kinds {
		assert.Contains(t, words.EventKinds, kind)
	}
}
