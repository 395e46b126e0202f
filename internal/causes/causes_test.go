package causes

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/schema"
)

func isChinese(r rune) bool { return unicode.Is(unicode.Han, r) }

// codes are names of causes within a text: small letters with an underscore.
var codes = regexp.MustCompile(`\b[a-z]+(_[a-z]+)+\b`)

// notCodes are other names of that form in the texts.
var notCodes = []string{"gpu_memory_utilization", "trt_concurrent", "token_hop_len", "expandable_segments", "cuda_visible_devices", "pcie_aspm", "set_num_threads", "is_available"}

func TestCausesAreWhole(t *testing.T) {
	all := All()
	require.NotEmpty(t, all)
	seen := map[string]bool{}
	for i := range all {
		c := &all[i]
		t.Run(c.Code, func(t *testing.T) {
			assert.Regexp(t, `^[a-z]+(_[a-z]+)*$`, c.Code)
			assert.False(t, seen[c.Code], "told twice")
			seen[c.Code] = true
			assert.Contains(t, []string{"info", "warning", "error"}, c.Severity)
			assert.NotEmpty(t, c.Evidence)
			en, zh := reflect.ValueOf(c.En), reflect.ValueOf(c.Zh)
			for i := range en.NumField() {
				name, english, chinese := en.Type().Field(i).Name, en.Field(i).String(), zh.Field(i).String()
				assert.NotEmpty(t, english, name)
				assert.False(t, strings.ContainsFunc(english, isChinese), name)
				assert.True(t, strings.ContainsFunc(chinese, isChinese), name)
				assert.Equal(t, mentioned(english), mentioned(chinese), "causes in %s", name)
				for _, code := range mentioned(english) {
					assert.NotNil(t, Find(code), "%s names %s", name, code)
				}
				if name != "Title" {
					assert.Regexp(t, `[.?]$`, english, name)
					assert.Regexp(t, `[。？]$|>>cosyvoice.log 2>&1，并配置日志轮转。$`, chinese, name)
				}
			}
		})
	}
}

// mentioned are the codes in a text, each once, in the order of the alphabet.
func mentioned(text string) []string {
	found := slices.DeleteFunc(codes.FindAllString(text, -1), func(s string) bool { return slices.Contains(notCodes, s) })
	slices.Sort(found)
	return slices.Compact(found)
}

// Each figure is known, and each that is known is used.
func TestFiguresAreKnownAndUsed(t *testing.T) {
	used := map[string]bool{}
	all := All()
	for i := range all {
		for _, name := range all[i].Evidence {
			used[name] = true
			f, ok := FigureOf(name)
			if assert.True(t, ok, "%s of %s", name, all[i].Code) {
				assert.Contains(t, []string{"bytes", "percent", "seconds", "hz", "celsius", "watts", "number", "text"}, f.Unit, name)
				assert.NotEmpty(t, f.En, name)
				assert.NotEmpty(t, f.Zh, name)
			}
		}
	}
	for name := range read().figures {
		assert.True(t, used[name], "%s is nobody's evidence", name)
	}
}

// An event is one cause, and the plugin writes it.
func TestEventsAreThePlugins(t *testing.T) {
	doc := schema.Find("cosyvoice_event").Doc
	of := map[string]string{}
	all := All()
	for i := range all {
		for _, kind := range all[i].Events {
			assert.Regexp(t, `\b`+kind+`\b`, doc, all[i].Code)
			assert.Empty(t, of[kind], kind)
			of[kind] = all[i].Code
		}
	}
	require.NotEmpty(t, of)
}
