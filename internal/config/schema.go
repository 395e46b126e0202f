package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Table is a table whose keys are no fields of a struct. Find reports whether it has a key, and lists
// the names beside the one that it has not.
type Table interface {
	Find(key toml.Key) (siblings []string, ok bool)
}

// find reports whether the struct type t has a field for key, which may lead
// through further structs, and lists the names beside the one it does not find.
// It matches names exactly, unlike the toml package, which ignores case and would
// let one of two spellings win by chance. What is under a value of another kind
// is left to the decoder.
func find(t reflect.Type, key toml.Key) (siblings []string, ok bool) {
	for i, name := range key {
		t = element(t)
		if table, ok := reflect.Zero(t).Interface().(Table); ok {
			return table.Find(key[i:])
		}
		if t.Kind() != reflect.Struct {
			return nil, true
		}
		fields := fieldsOf(t)
		field, ok := fields[name]
		if !ok {
			return slices.Sorted(maps.Keys(fields)), false
		}
		t = field
	}
	return nil, true
}

// element is what a pointer or a list of t is made of.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	return t
}

// fieldsOf returns the types of a struct's fields by their TOML names.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if name == "" {
			name = f.Name
		}
		if f.IsExported() && !f.Anonymous && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}
