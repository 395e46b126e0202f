package diagnosis

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Limit is what a condition judges a reading by. It stands in the text of the condition, in one line.
type Limit struct {
	Name   string
	Value  string // as Flux writes it: a number or a duration
	Reason string // with the unit before it
}

// Setting is the value as it stands in the settings.
func (l Limit) Setting() string {
	if l.isTime() {
		return strconv.Quote(l.Value)
	}
	return l.Value
}

func (l Limit) isTime() bool { return !strings.Contains(l.Value, ".") }

// limitLine is name = value // unit, reason.
var limitLine = regexp.MustCompile(`(?m)^( *[a-z][a-z0-9_]* = )(\d+\.\d+|\d+[smh])( // .+)$`)

// limitsIn are those of a text.
func limitsIn(text string) (limits []Limit) {
	for _, line := range limitLine.FindAllStringSubmatch(text, -1) {
		name, _, _ := strings.Cut(strings.TrimSpace(line[1]), " ")
		limits = append(limits, Limit{name, line[2], strings.TrimPrefix(line[3], " // ")})
	}
	return limits
}

// LimitsOf are those of a cause by its code, and those that the causes of a group share, by its name.
func LimitsOf(name string) ([]Limit, error) {
	all, err := allLimits()
	return all[name], err
}

// GroupOf is the group that judges a cause.
func GroupOf(code string) (Group, error) {
	for _, g := range groups {
		codes, err := g.conditions()
		if err != nil {
			return "", err
		}
		if slices.Contains(codes, code) {
			return g.Group, nil
		}
	}
	return "", fmt.Errorf("no condition judges %q", code)
}

func allLimits() (map[string][]Limit, error) {
	all := map[string][]Limit{}
	for _, g := range groups {
		codes, err := g.conditions()
		if err != nil {
			return nil, err
		}
		for _, name := range append(codes, readings) {
			text, err := g.read(name)
			if err != nil {
				return nil, err
			}
			if name == readings {
				name = string(g.Group)
			}
			all[name] = limitsIn(text)
		}
	}
	return all, nil
}

// Limits are what a user sets in place of limits: by the code of a cause or the name of a group, and
// the name of the limit. The values are as Flux writes them.
type Limits map[string]map[string]string

// into writes them into a text that is of the cause or group of that name.
func (l Limits) into(name, text string) string {
	return limitLine.ReplaceAllStringFunc(text, func(line string) string {
		limit := limitsIn(line)[0]
		value, set := l[name][limit.Name]
		if !set {
			return line
		}
		parts := limitLine.FindStringSubmatch(line)
		return fmt.Sprintf("%s%s%s; set in the settings, %s without", parts[1], value, parts[3], limit.Value)
	})
}

// Find implements config.Table.
func (l Limits) Find(key toml.Key) (siblings []string, ok bool) {
	all, err := allLimits()
	if err != nil || len(key) == 0 {
		return nil, err == nil
	}
	limits, ok := all[key[0]]
	if !ok {
		return slices.Sorted(maps.Keys(all)), false
	}
	if len(key) == 1 {
		return nil, true
	}
	for _, limit := range limits {
		siblings = append(siblings, limit.Name)
	}
	return siblings, slices.Contains(siblings, key[1])
}

// UnmarshalTOML implements toml.Unmarshaler. The names were looked for before.
func (l *Limits) UnmarshalTOML(value any) error {
	tables, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("want tables such as [limits.gpu_memory_high], found %v", value)
	}
	set := Limits{}
	for name, table := range tables {
		values, ok := table.(map[string]any)
		if !ok {
			return fmt.Errorf("want a table [limits.%s], found %v", name, table)
		}
		limits, err := LimitsOf(name)
		if err != nil {
			return err
		}
		for _, limit := range limits {
			value, given := values[limit.Name]
			if !given {
				continue
			}
			written, err := limit.written(value)
			if err != nil {
				return err
			}
			if set[name] == nil {
				set[name] = map[string]string{}
			}
			set[name][limit.Name] = written
		}
	}
	if len(set) > 0 {
		*l = set
	}
	return nil
}

// most is the longest time that a limit can be: the conditions look at the events of an hour.
const most = time.Hour

// written is a value that a user gives to the limit, as Flux writes it.
func (l Limit) written(value any) (string, error) {
	if l.isTime() {
		text, _ := value.(string)
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Second || d > most || d%time.Second != 0 {
			return "", fmt.Errorf(`want whole seconds, minutes or hours up to %s, such as "%s", found %v`, most, l.Value, value)
		}
		return fmt.Sprintf("%ds", d/time.Second), nil
	}
	var number float64
	switch value := value.(type) {
	case float64:
		number = value
	case int64:
		number = float64(value)
	default:
		return "", fmt.Errorf("want a number such as %s, found %v", l.Value, value)
	}
	highest := math.MaxFloat64
	switch {
	case strings.HasPrefix(l.Reason, "of "): // a share
		highest = 1
	case strings.HasPrefix(l.Reason, "percent ") && !strings.HasPrefix(l.Reason, "percent of one core"):
		highest = 100
	}
	if !(number >= 0 && number <= highest) { // nor is it NaN
		return "", fmt.Errorf("%v is not between 0 and %g: it is %s", value, highest, l.Reason)
	}
	text := strconv.FormatFloat(number, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text, nil
}
