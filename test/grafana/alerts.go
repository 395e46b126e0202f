package grafana

import (
	"fmt"
	"os"
	"time"

	"go.yaml.in/yaml/v3"
)

// Rule is an alert rule: a query, of each of whose series the last value is held against a limit.
type Rule struct {
	UID, Title string
	Query      string
	Span       time.Duration
	Limit      float64 // it fires above
}

// ReadRules reads a file of alert rules of that form; any other is an error.
func ReadRules(path string) ([]Rule, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading alert rules: %w", err)
	}
	var f struct {
		Groups []struct {
			Rules []struct {
				UID, Title, Condition string
				Data                  []struct {
					RefID             string                 `yaml:"refId"`
					RelativeTimeRange struct{ From, To int } `yaml:"relativeTimeRange"`
					Model             struct {
						Query, Expression, Reducer, Type string
						Conditions                       []struct {
							Evaluator struct {
								Params []float64
								Type   string
							}
						}
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("reading the alert rules %s: %w", path, err)
	}
	var rules []Rule
	for _, g := range f.Groups {
		for _, r := range g.Rules {
			if len(r.Data) != 3 {
				return nil, fmt.Errorf("the rule %s of %s has not a query, its reduction and a limit", r.UID, path)
			}
			a, b, c := r.Data[0], r.Data[1].Model, r.Data[2].Model
			if b.Type != "reduce" || b.Reducer != "last" || b.Expression != a.RefID || c.Type != "threshold" || c.Expression != r.Data[1].RefID ||
				r.Condition != r.Data[2].RefID || len(c.Conditions) != 1 || c.Conditions[0].Evaluator.Type != "gt" || a.RelativeTimeRange.To != 0 {
				return nil, fmt.Errorf("the rule %s of %s is of another form", r.UID, path)
			}
			rules = append(rules, Rule{r.UID, r.Title, a.Model.Query, time.Duration(a.RelativeTimeRange.From) * time.Second, c.Conditions[0].Evaluator.Params[0]})
		}
	}
	return rules, nil
}

// Judge tells of each series whether it fires. Only numbers over time are judged by Grafana: all else
// has to be in the group key.
func (r *Rule) Judge(frames []*Frame) (map[string]bool, error) {
	firing := map[string]bool{}
	for _, f := range frames {
		if !f.Simple || f.Fields[1].Type != "number" {
			return nil, fmt.Errorf("input data must be a wide series, but has the fields %v", f.Fields)
		}
		last, err := Reduce("last", f.Fields[1].Values)
		if err != nil {
			return nil, err
		}
		v, _ := Number(last)
		series := fmt.Sprint(f.Labels)
		if _, twice := firing[series]; twice {
			return nil, fmt.Errorf("two series have the labels %s", series)
		}
		firing[series] = v > r.Limit
	}
	return firing, nil
}
