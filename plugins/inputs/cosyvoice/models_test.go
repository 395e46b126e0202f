package cosyvoice

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/process"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/plugins/inputs/cosyvoice/triton"
)

func TestPointsOfTritonModels(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, `nv_inference_request_success{model="vocoder",version="1"} 7`)
	}))
	defer server.Close()
	c := Cosyvoice{models: triton.NewReader(nil), versions: map[string]string{"18000": "ace7c47"}}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { c.models.Run(ctx) })

	asked := time.Now()
	c.askModels(asked, []process.Service{
		{Instance: "18000", Metrics: netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://"))},
		{Instance: "50000"}, // no Triton server
	})
	r := &recorder{}
	require.Eventually(t, func() bool {
		c.tellModels(&tick{acc: r, now: asked.Add(time.Minute)}, c.models.Take())
		return len(r.points) > 0
	}, 10*time.Second, time.Millisecond)
	require.Len(t, r.points, 1)
	p := r.points[0]
	assert.Equal(t, "cosyvoice_model", p.name)
	assert.Equal(t, map[string]string{"service": "cosyvoice3", "instance": "18000", "version": "ace7c47", "model": "vocoder"}, p.tags)
	assert.Equal(t, new(int64(7)), p.fields["requests_success_total"])
	assert.Equal(t, asked, p.at, "the time of the tick that asked")
}
