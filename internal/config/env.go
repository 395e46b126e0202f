package config

import (
	"cmp"
	"fmt"
	"regexp"
)

var (
	reference = regexp.MustCompile(`\$\{[^}]*\}?`)
	variable  = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)
)

// expand replaces variables in all strings of a TOML tree, in place, and returns
// the tree. It fails at a variable that is not set, and at "${" without a name.
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
	expanded := reference.ReplaceAllStringFunc(s, func(found string) string {
		value, problem := d.lookup(found)
		err = cmp.Or(err, problem)
		return value
	})
	return expanded, err
}

func (d Decoder) lookup(reference string) (string, error) {
	match := variable.FindStringSubmatch(reference)
	if match == nil {
		return "", fmt.Errorf("%q is no variable; write ${NAME}, without a default", reference)
	}
	value, set := d.LookupEnv(match[1])
	if !set {
		return "", fmt.Errorf("environment variable %s is not set", match[1])
	}
	return value, nil
}
