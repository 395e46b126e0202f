package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// queries are all that Grafana sends for a dashboard, by what they are for.
func (d drawn) queries() map[string]string {
	out := map[string]string{}
	for _, v := range d.all["templating"].(map[string]any)["list"].([]any) {
		if variable := v.(map[string]any); variable["type"] == "query" {
			out[fmt.Sprintf("%s: variable %v", d.name, variable["name"])] = variable["query"].(string)
		}
	}
	for _, a := range d.all["annotations"].(map[string]any)["list"].([]any) {
		annotation := a.(map[string]any)
		out[fmt.Sprintf("%s: annotation %v", d.name, annotation["name"])] = annotation["target"].(map[string]any)["query"].(string)
	}
	for _, p := range d.panels {
		for _, target := range p["targets"].([]any) {
			out[fmt.Sprintf("%s %v", d.what(p), target.(map[string]any)["refId"])] = target.(map[string]any)["query"].(string)
		}
	}
	return out
}

// reference is how Grafana finds what it puts a value in place of.
var reference = regexp.MustCompile(`\$(\w+)|\[\[(\w+?)(?::\w+)?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::[^}]+)?\}`)

func TestReferencesAreThere(t *testing.T) {
	uids := map[string]bool{}
	for _, d := range dashboards(t) {
		uids[d.all["uid"].(string)] = true
	}
	for _, d := range dashboards(t) {
		known := []string{"__url_time_range", "__data", "__field", "__series"}
		for _, v := range d.all["templating"].(map[string]any)["list"].([]any) {
			known = append(known, v.(map[string]any)["name"].(string))
		}
		walk(d.all, func(object map[string]any) {
			for key, value := range object {
				text, ok := value.(string)
				if !ok || key == "regex" {
					continue
				}
				for _, m := range reference.FindAllStringSubmatch(text, -1) {
					assert.Contains(t, known, m[1]+m[2]+m[3], "%s of %s", m[0], d.name)
				}
				for _, m := range regexp.MustCompile(`/d/([a-z-]+)`).FindAllStringSubmatch(text, -1) {
					assert.True(t, uids[m[1]], "%s of %s leads nowhere", m[0], d.name)
					assert.Equal(t, strings.HasSuffix(d.all["uid"].(string), "-en"), strings.HasSuffix(m[1], "-en"), "%s leads to another language", d.name)
				}
			}
		})
		for _, p := range d.panels {
			refs := map[any]bool{}
			var text string
			for _, target := range p["targets"].([]any) {
				query := target.(map[string]any)
				assert.False(t, refs[query["refId"]], d.what(p))
				refs[query["refId"]] = true
				text += query["query"].(string)
			}
			require.NotEmpty(t, text, d.what(p))
			// What is different for a field, and what links take of one, is in what is asked.
			walk(p["fieldConfig"], func(object map[string]any) {
				if object["id"] == "byName" && !strings.Contains(text, "_field: r.outcome") { // those are outcomes
					assert.Contains(t, text, object["options"], "field of %s", d.what(p))
				}
				url, _ := object["url"].(string)
				if strings.HasPrefix(url, "/d/") {
					for _, kept := range []string{"datasource", "bucket", "service"} {
						assert.Contains(t, url, "&${"+kept+":queryparam}", "link of %s", d.what(p))
					}
				}
				for _, m := range regexp.MustCompile(`__data\.fields\.(\w+)`).FindAllStringSubmatch(url, -1) {
					assert.Regexp(t, `\b`+m[1]+`\b`, text, "link of %s", d.what(p))
				}
			})
		}
	}
}

// Grafana before 12 puts its own values in place of such names, whatever they are of.
func TestQueriesAreSafeFromMacros(t *testing.T) {
	macro := regexp.MustCompile(`([a-zA-Z]+)\.(timeRangeStart|timeRangeStop|windowPeriod|defaultBucket|bucket|organization)\b`)
	for _, d := range dashboards(t) {
		for what, query := range d.queries() {
			for _, m := range macro.FindAllStringSubmatch(query, -1) {
				assert.Equal(t, "v", m[1], "%s of %s", m[0], what)
				assert.Contains(t, []string{"timeRangeStart", "timeRangeStop", "windowPeriod"}, m[2], what)
			}
			assert.NotContains(t, query, "$__", what)
			// A value with several choices stands as one expression in a pattern only.
			for _, name := range []string{"host", "service", "instance", "gpu", "event"} {
				assert.Equal(t, strings.Count(query, "${"+name), len(regexp.MustCompile(`[=!]~ /\^\$\{`+name+`:regex\}\$/`).FindAllString(query, -1)), "%s of %s", name, what)
			}
			assert.NotRegexp(t, `"performance_monitor`, query, "%s has a bucket whose name cannot be chosen", what)
		}
	}
}

// The storage adds up by itself what is asked of it in this order, and with conditions that compare with
// what is known before: a name or a text, not what is yet to be put together.
func TestQueriesLetTheStorageWork(t *testing.T) {
	windows := 0
	for _, d := range dashboards(t) {
		for what, query := range d.queries() {
			lines := strings.Split(query, "\n")
			for i, line := range lines {
				if !strings.Contains(line, "|> aggregateWindow(every: every") || !strings.Contains(line, "isRaw") {
					continue
				}
				windows++
				before := lines[i-1]
				if strings.Contains(before, "|> together()") {
					before = lines[i-2]
				}
				assert.Regexp(t, `^\s+\|> filter\(`, before, "%s: the storage does not see the windows", what)
			}
			for _, m := range regexp.MustCompile(`filter\(fn: \(r\) => (.*r\._field [=!]=[^\n]*)\)`).FindAllStringSubmatch(query, -1) {
				assert.NotContains(t, m[1], " + ", "%s: the storage does not know this name", what)
			}
			if strings.Contains(query, "window = v.windowPeriod") {
				assert.Contains(t, query, "chosen.unit", "%s: windows shorter than what is read", what)
			}
		}
	}
	assert.Positive(t, windows)
	reads := regexp.MustCompile(`\btables\s+((?:\|> filter\(.*?\)\s+)+)\|> (\w+)`).FindAllStringSubmatch(ours, -1)
	assert.NotEmpty(t, reads)
	for _, m := range reads {
		if !strings.Contains(m[1], `r.outcome == "ok"`) { // of raw points, whose bins have to become a column first
			assert.Contains(t, []string{"aggregateWindow", "together", "group"}, m[2], "after %s", m[1])
		}
	}
}
