package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// spoken are the keys of what people read.
var spoken = map[string]bool{"title": true, "description": true, "noValue": true, "text": true, "label": true, "name": true, "displayName": true}

// both are names that are the same in both languages.
var both = regexp.MustCompile(`^(RTF p95|CPU|PCIe|GPU|CosyVoice|CosyVoice：GPU|RTF|\W*|.*\$\{.*|ok)$`)

// The languages differ in what people read, and in the addresses and tags of the language.
func TestBothLanguagesShowTheSame(t *testing.T) {
	all := map[string]any{}
	for _, d := range dashboards(t) {
		all[d.name] = d.all
	}
	for name, english := range all {
		if !strings.Contains(name, "/en/") {
			continue
		}
		compare(t, name, english, all[strings.Replace(name, "/en/", "/zh/", 1)], "")
	}
}

func compare(t *testing.T, where string, en, zh any, key string) {
	t.Helper()
	switch e := en.(type) {
	case map[string]any:
		z, ok := zh.(map[string]any)
		require.True(t, ok, where)
		assert.Len(t, z, len(e), where)
		for k, v := range e {
			inner := k
			if k == "value" && e["id"] == "displayName" {
				inner = "displayName"
			}
			compare(t, where+"."+k, v, z[k], inner)
		}
	case []any:
		z, ok := zh.([]any)
		require.True(t, ok, where)
		require.Len(t, z, len(e), where)
		for i := range e {
			compare(t, where, e[i], z[i], key)
		}
	case string:
		z, ok := zh.(string)
		require.True(t, ok, where)
		if e == z {
			assert.False(t, spoken[key] && !both.MatchString(e) && regexp.MustCompile(`[A-Za-z]{3}`).MatchString(e) && strings.Contains(e, " "), "%s is not told in Chinese: %s", where, e)
			return
		}
		if key == "tags" || key == "uid" || key == "url" || key == "All" {
			assert.Equal(t, regexp.MustCompile(`-en\b`).ReplaceAllString(e, "-zh"), z, where)
			return
		}
		assert.True(t, spoken[key], "%s differs", where)
		assert.True(t, both.MatchString(z) || strings.ContainsFunc(z, func(r rune) bool { return unicode.Is(unicode.Han, r) }), "%s: %s", where, z)
		assert.False(t, strings.ContainsFunc(e, func(r rune) bool { return unicode.Is(unicode.Han, r) }), "%s: %s", where, e)
	default:
		assert.Equal(t, en, zh, where)
	}
}

// width is about how many pixels a text of Grafana's size takes.
func width(text string) (pixels int) {
	for _, r := range text {
		if r > 0x2e80 {
			pixels += 14
		} else {
			pixels += 7
		}
	}
	return pixels
}

// On a screen of 1440 pixels a column of the grid has 58 of them. A title stands in one line; so do the
// heads and the mapped values of a table's columns.
func TestTextsFit(t *testing.T) {
	for _, d := range dashboards(t) {
		for _, p := range d.panels {
			w := int(p["gridPos"].(map[string]any)["w"].(float64)) * 58
			title := strings.ReplaceAll(p["title"].(string), "${gpu:text}", "gpu-box-01 GPU 0 NVIDIA L20")
			assert.LessOrEqual(t, width(title), w-60, "title of %s", d.what(p)) // a border, and the sign of the description
			if p["type"] == "stat" {
				none := p["fieldConfig"].(map[string]any)["defaults"].(map[string]any)["noValue"].(string)
				assert.LessOrEqual(t, width(none), w-20, "of %s: %s", d.what(p), none)
			}
			if p["type"] != "table" {
				continue
			}
			taken := 0
			for _, o := range p["fieldConfig"].(map[string]any)["overrides"].([]any) {
				var room float64
				var texts []string
				for _, property := range o.(map[string]any)["properties"].([]any) {
					property := property.(map[string]any)
					switch property["id"] {
					case "custom.width":
						room = property["value"].(float64)
					case "displayName":
						texts = append(texts, property["value"].(string))
					case "mappings":
						text, err := json.Marshal(property["value"])
						require.NoError(t, err)
						for _, m := range regexp.MustCompile(`"text":"([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
							texts = append(texts, m[1])
						}
					}
				}
				taken += int(room)
				for _, text := range texts {
					if room > 0 {
						assert.LessOrEqual(t, width(text), int(room)-16, "of %s: %s", d.what(p), text)
					}
				}
			}
			assert.LessOrEqual(t, taken, w-60, "the columns of %s", d.what(p))
		}
	}
}
