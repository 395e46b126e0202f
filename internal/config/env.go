package config

import (
	"fmt"
	"regexp"
)

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces variables in all strings of a TOML tree, in place, and returns
// the tree. It fails at a variable that is not set.
func (d Decoder) expand(tree any) (any, error) {
	var err error
	switch value := tree.(type) {
	case string:
		return d.expandString(value)
	case []any:
		for i := range value {
			if value[i], err = d.expand(value[i]); err != nil {
				return nil, err
			}
		}
	case []map[string]any:
		for i := range value {
			if _, err = d.expand(value[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range value {
			if value[key], err = d.expand(value[key]); err != nil {
				return nil, err
			}
		}
	}
	return tree, nil
}

func (d Decoder) expandString(s string) (string, error) {
	var err error
	expanded := variable.ReplaceAllStringFunc(s, func(reference string) string {
		name := variable.FindStringSubmatch(reference)[1]
		value, set := d.LookupEnv(name)
		if !set && err == nil {
			err = fmt.Errorf("environment variable %s is not set", name)
		}
		return value
	})
	return expanded, err
}
