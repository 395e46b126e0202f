package grafana

import (
	"fmt"
	"regexp"
	"strings"
)

// Reduce makes one value of a field's, as a stat panel does before it shows it; nil where there is
// none.
func Reduce(calc string, values []any) (any, error) {
	var known []any
	for _, v := range values {
		if v != nil {
			known = append(known, v)
		}
	}
	switch calc {
	case "last":
		if len(values) == 0 {
			return nil, nil
		}
		return values[len(values)-1], nil
	case "lastNotNull":
		if len(known) == 0 {
			return nil, nil
		}
		return known[len(known)-1], nil
	}
	var count, sum, highest, lowest float64
	for _, v := range known {
		n, ok := Number(v)
		if !ok {
			return nil, fmt.Errorf("%s of %v", calc, v)
		}
		if count == 0 {
			highest, lowest = n, n
		}
		count, sum, highest, lowest = count+1, sum+n, max(highest, n), min(lowest, n)
	}
	if count == 0 {
		return nil, nil
	}
	switch calc {
	case "mean":
		return sum / count, nil
	case "sum":
		return sum, nil
	case "max":
		return highest, nil
	case "min":
		return lowest, nil
	}
	return nil, fmt.Errorf("no calculation %q", calc)
}

// Number is a value as a panel draws it; false for what is none.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}

// Options are what may be chosen of a variable by the answer to its query: the values of the first
// field that is a text, else of the first that is no time.
func (v VariableModel) Options(frames []*Frame) ([]string, error) {
	pattern, err := regexp.Compile(strings.Trim(v.Regex, "/"))
	if err != nil {
		return nil, fmt.Errorf("the regular expression of the variable %s: %w", v.Name, err)
	}
	var options []string
	for _, f := range frames {
		for _, value := range f.chosen() {
			m := pattern.FindStringSubmatch(text(value))
			switch at := pattern.SubexpIndex("value"); {
			case v.Regex == "":
				options = append(options, text(value))
			case m == nil:
			case at > 0:
				options = append(options, m[at])
			case len(m) > 1:
				options = append(options, m[1])
			default:
				options = append(options, m[0])
			}
		}
	}
	return options, nil
}

// chosen are the values of the field that a variable takes.
func (f *Frame) chosen() []any {
	for _, kind := range []string{"string", "number", "boolean"} {
		for i := range f.Fields {
			if f.Fields[i].Type == kind {
				return f.Fields[i].Values
			}
		}
	}
	return nil
}
