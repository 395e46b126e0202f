package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// ours are the functions that panels share.
//
//go:embed windows.flux
var ours string

// Which series a panel shows, by what is chosen above the dashboard.
const (
	ofHosts   = "r.host =~ /^${host:regex}$/"
	ofServers = ofHosts + " and r.service =~ /^${service:regex}$/ and r.instance =~ /^${instance:regex}$/"
	ofCards   = ofHosts + " and r.uuid =~ /^${gpu:regex}$/"
	// What was found is of a server, of a card, or of the host, which has neither tag.
	ofAny = ofHosts + ` and (r.instance =~ /^${instance:regex}$/ or r.instance !~ /./) and (r.uuid =~ /^${gpu:regex}$/ or r.uuid !~ /./)`
)

var chosenBy = regexp.MustCompile(`r\.\w+ =~ (/\^\$\{\w+:regex\}\$/)`)

// chosen is the function for a condition, which begins with the host and what else is chosen above the
// dashboard. InfluxDB holds each of these patterns against each field of each series, which takes longer
// than to read them. So where all is chosen, which a pattern tells by fitting what has no name, there is
// no condition.
func chosen(condition string) string {
	patterns := chosenBy.FindAllStringSubmatchIndex(condition, -1)
	rest := condition[patterns[len(patterns)-1][1]:]
	var names []string
	for _, p := range patterns {
		names = append(names, `" " !~ `+condition[p[2]:p[3]])
	}
	host, none := condition[:patterns[0][1]], cmp.Or(strings.TrimPrefix(rest, " and "), "true")
	text := fmt.Sprintf("if %s then (r) => %s else (r) => %s", names[0], host+rest, none)
	if len(names) > 1 {
		text = fmt.Sprintf("if %s then (r) => %s else %s", strings.Join(names[1:], " or "), condition, text)
	}
	return text
}

// wholeCards are all cards without their parts, or what is chosen of both: of a card that is divided (MIG)
// there are points of its parts, too, in which what they hold is told again.
var wholeCards = strings.Replace(chosen(ofCards+whole), ofCards+whole, ofCards, 1)

const whole = " and r.gpu_uuid !~ /./"

// scripts makes the queries of panels from the queries of the folder flux.
type scripts struct {
	folder    string
	tiers     string // what chooses the buckets
	functions []function
}

// function is a definition at the top of a script, with the comment above it.
type function struct{ name, text string }

func newScripts(folder string) (*scripts, error) {
	s := &scripts{folder: folder}
	text, err := s.read("over_time.flux")
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut(text, "// The buckets:")
	tiers, _, ended := strings.Cut(rest, "\nknown = ")
	if !found || !ended {
		return nil, fmt.Errorf("over_time.flux does not choose its buckets as it did")
	}
	s.tiers = "// The buckets:" + tiers
	for _, text := range strings.Split(ours, "\n\n") {
		// A blank line within a function is followed by its rest.
		if name := definition.FindStringSubmatch(text); name != nil {
			s.functions = append(s.functions, function{name[1], text})
		} else if n := len(s.functions); n > 0 {
			s.functions[n-1].text += "\n\n" + text
		}
	}
	return s, nil
}

var definition = regexp.MustCompile(`(?m)^([a-zA-Z]+) = `)

func (s *scripts) read(file string) (string, error) {
	text, err := os.ReadFile(filepath.Join(s.folder, file))
	if err != nil {
		return "", fmt.Errorf("reading a query: %w", err)
	}
	return string(text), nil
}

// windows is a script that reads from the bucket that suits, in windows as wide as a point of the
// panel or wider. The series are those for which the condition holds.
func (s *scripts) windows(only, body string) string { return s.choosing(chosen(only), body) }

// choosing is the same for series of which a function says which they are.
func (s *scripts) choosing(only, body string) string {
	head := fmt.Sprintf(`only = %s
start = v.timeRangeStart
stop = v.timeRangeStop
window = v.windowPeriod
events = "performance_monitor_events"
gap = 90s // between two points: of a longer time nothing is known

`, only)
	return s.finish(head + strings.TrimSpace(s.tiers) + "\n\n" + s.used(body) + strings.TrimSpace(body))
}

// whole is the same for one figure of the whole range, which has no windows: only as much beyond the
// range is read as a point of the bucket is long.
func (s *scripts) whole(only, body string) string {
	return strings.Replace(s.windows(only, body), "window = v.windowPeriod", "window = 1s", 1)
}

// counted is the same for what is slow to count point by point: the windows of a minute are the
// finest that are read, where there are any.
func (s *scripts) counted(only, body string) string {
	return strings.Replace(s.windows(only, body), "upTo: 6h}", "upTo: 0s}", 1)
}

// plain is a script that reads from the bucket that it names.
func (s *scripts) plain(body string) string {
	return s.finish(`since = date.time(t: v.timeRangeStart)
until = date.time(t: v.timeRangeStop)
raw = {name: "performance_monitor"}
minutes = {name: "performance_monitor_1m"}
hours = {name: "performance_monitor_1h"}
events = "performance_monitor_events"

` + body)
}

// file is a query of the folder with other parameters, and with more after it.
func (s *scripts) file(name string, parameters map[string]string, more string) (string, error) {
	text, err := s.read(name)
	if err != nil {
		return "", err
	}
	for !strings.HasPrefix(text, "import") { // what it answers, for its reader
		_, text, _ = strings.Cut(text, "\n")
	}
	for name, value := range parameters {
		line := regexp.MustCompile(`(?m)^` + name + ` = .*$`)
		if n := len(line.FindAllString(text, -1)); n != 1 {
			return "", fmt.Errorf("%d lines set %s", n, name)
		}
		text = line.ReplaceAllLiteralString(text, name+" = "+value)
	}
	_, text, _ = strings.Cut(text, "\n\n") // its imports are found anew
	return s.finish(strings.TrimRight(text, "\n") + more + "\n"), nil
}

// used are the functions that a script calls, and those that these call, in their order.
func (s *scripts) used(body string) string {
	wanted := map[string]bool{}
	for text := body; text != ""; {
		var next string
		for _, f := range s.functions {
			if !wanted[f.name] && regexp.MustCompile(`\b`+f.name+`\(`).MatchString(text) {
				wanted[f.name] = true
				next += f.text
			}
		}
		text = next
	}
	var texts strings.Builder
	for _, f := range s.functions {
		if wanted[f.name] {
			texts.WriteString(strings.Trim(f.text, "\n") + "\n\n")
		}
	}
	return texts.String()
}

// packages are those of Flux that scripts may use, by the name that stands before the dot.
var packages = []string{"array", "date", "dict", "experimental", "influxdata/influxdb", "influxdata/influxdb/schema", "math", "regexp", "strings"}

var prefix = regexp.MustCompile(`"performance_monitor(_\w+)?"`)

// finish puts the imports before a script, and the chosen prefix of the buckets into it.
func (s *scripts) finish(text string) string {
	var imports string
	for _, path := range packages {
		if regexp.MustCompile(`\b` + filepath.Base(path) + `\.[a-z]\w*\(`).MatchString(text) {
			imports += fmt.Sprintf("import %q\n", path)
		}
	}
	text = prefix.ReplaceAllString(text, `"$${bucket}$1"`)
	if imports != "" {
		text = imports + "\n" + text
	}
	return strings.TrimSpace(text) + "\n"
}

// list writes words as an array of Flux.
func list(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// pattern writes a regular expression for any of the words.
func pattern(words []string) string {
	words = slices.Sorted(slices.Values(words))
	return "/^(" + strings.Join(words, "|") + ")$/"
}
