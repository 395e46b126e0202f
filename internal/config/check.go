package config

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/BurntSushi/toml"
)

// telegrafKeys are the settings that Telegraf itself reads for any input
// (docs/CONFIGURATION.md, "Input Plugins" and "Metric Filtering").
var telegrafKeys = []string{
	"alias", "collection_jitter", "collection_offset", "fieldexclude", "fieldinclude", "interval",
	"log_level", "metricpass", "name_override", "name_prefix", "name_suffix", "namedrop", "namepass",
	"precision", "startup_error_behavior", "tagdrop", "tagexclude", "taginclude", "tagpass", "tags",
	"time_source",
}

// depth is how many parts of a key, inputs and the plugin's name, come before the
// plugin's own.
func (d Decoder) depth() int {
	if d.Plugin == "" {
		return 0
	}
	return 2
}

// checkTables finds what is not the one table of the plugin.
func (d Decoder) checkTables(md toml.MetaData, statements []statement) []error {
	root := toml.Key{"inputs", d.Plugin}
	head := "[[" + root.String() + "]]"
	var problems []error
	var strangers []string
	tables := 0
	for _, s := range statements {
		switch key := s.keys[0]; {
		case key[0] != root[0], len(key) > 1 && key[1] != root[1]:
			name := key[:1].String()
			if key[0] == root[0] {
				name = key[:2].String()
			}
			if !slices.Contains(strangers, name) {
				strangers = append(strangers, name)
				problems = append(problems, d.problem(s, "%q does not belong here: the file holds one %s table and nothing else", name, head))
			}
		case slices.Equal(key, root):
			tables++
			if tables > 1 {
				problems = append(problems, d.problem(s, "a second %s table: the file holds one", head))
			}
		}
	}
	switch {
	case problems != nil:
		return problems
	case md.Type(root...) == "ArrayHash" && tables == 1 && md.Type("inputs") != "ArrayHash":
		return nil
	case md.IsDefined(root...), tables > 0, md.IsDefined("inputs"):
		return []error{d.problem(statements[0], "the table of the plugin must begin with the line %s", head)}
	default:
		return []error{fmt.Errorf("%s: no %s table: begin the file with that line", d.File, head)}
	}
}

// checkKeys finds keys that t does not have, and values that do not fit.
func (d Decoder) checkKeys(statements []statement, t reflect.Type) []error {
	var problems []error
	var unknown []toml.Key
	for _, s := range statements {
		if len(s.keys[0]) < d.depth() {
			continue // a head [inputs], which is allowed and says nothing
		}
		before := len(unknown)
		for _, key := range s.keys {
			key = key[d.depth():]
			// One problem is enough for a table that is unknown with all it holds.
			if slices.ContainsFunc(unknown, func(parent toml.Key) bool { return isBelow(key, parent) }) {
				continue
			}
			if siblings, ok := find(t, key); !ok {
				unknown = append(unknown, key)
				problems = append(problems, d.problem(s, "%s", d.unknownKey(key, siblings)))
			}
		}
		if len(unknown) > before {
			continue
		}
		if err := d.decodeTable(s.context+s.text, reflect.New(t).Interface()); err != nil {
			problems = append(problems, d.problem(s, "key %q: %s", s.keys[0][d.depth():], reason(err)))
		}
	}
	return problems
}

func (d Decoder) unknownKey(key toml.Key, siblings []string) string {
	name := key[len(key)-1]
	if d.Plugin != "" && len(key) == 1 && slices.Contains(telegrafKeys, name) {
		return fmt.Sprintf("%q is a setting of Telegraf: put it under [[inputs.execd]] in telegraf.conf", name)
	}
	text := fmt.Sprintf("unknown key %q", key)
	if near := nearest(name, siblings); near != "" {
		text += fmt.Sprintf(" (did you mean %q?)", near)
	}
	return text
}

func isBelow(key, parent toml.Key) bool {
	return len(key) > len(parent) && slices.Equal(key[:len(parent)], parent)
}
