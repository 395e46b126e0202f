package schema

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A new integer is looked at before it is summed up: it may be a name.
func TestKinds(t *testing.T) {
	gauges := map[string]bool{
		"gpu_count": true, "processes": true, "performance_state": true, "chunks": true, "segments": true,
		"characters": true, "yields_inferred": true, "torch_retries": true,
	}
	for _, m := range Measurements {
		for _, f := range m.Fields {
			kind := f.Kind()
			assert.Equal(t, strings.HasPrefix(f.Doc, "counter"), kind == Counter, "%s of %s", f.Name, m.Name)
			assert.Equal(t, f.Unit == "0 or 1", kind == Flag, "%s of %s", f.Name, m.Name)
			if f.Type == Integer && kind == Gauge {
				assert.True(t, gauges[f.Name], "%s of %s: is it a gauge?", f.Name, m.Name)
			}
			if f.Type == String {
				assert.Contains(t, []Kind{Unmerged, State}, kind)
			}
		}
	}
}
