package influx

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

const org = influxd.Org

func newClient(t *testing.T, url, token string) *Client {
	client := New(url, org, token)
	t.Cleanup(client.Close)
	return client
}

func TestRealServer(t *testing.T) {
	url := influxd.Start(t).URL
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	anonymous := newClient(t, url, "")
	version, err := anonymous.WaitReady(ctx)
	require.NoError(t, err)
	require.Contains(t, version, "2.")
	done, err := anonymous.IsSetUp(ctx)
	require.NoError(t, err)
	require.False(t, done)

	owner := Owner{User: "admin", Password: "long enough", Token: "chosen-by-the-caller", Bucket: Bucket{Name: "first", Retention: 30 * 24 * time.Hour}}
	require.NoError(t, anonymous.SetUp(ctx, owner))
	done, err = anonymous.IsSetUp(ctx)
	require.NoError(t, err)
	require.True(t, done)
	require.Error(t, anonymous.SetUp(ctx, owner), "a server is set up once")

	operator := newClient(t, url, owner.Token)
	accepted, err := operator.Accepted(ctx)
	require.NoError(t, err)
	require.True(t, accepted)
	accepted, err = newClient(t, url, "wrong").Accepted(ctx)
	require.NoError(t, err)
	require.False(t, accepted)

	require.Equal(t, map[string]time.Duration{"first": 30 * 24 * time.Hour}, retentions(t, operator))

	err = operator.Call(ctx, "GET", "buckets/0000000000000001", nil, nil, nil)
	var answer *influxhttp.Error
	require.ErrorAs(t, err, &answer)
	require.Equal(t, http.StatusNotFound, answer.StatusCode)
}

func retentions(t *testing.T, operator *Client) map[string]time.Duration {
	records, err := operator.Query(t.Context(), `buckets()`)
	require.NoError(t, err)
	found := make(map[string]time.Duration)
	for _, record := range records {
		name := record.ValueByKey("name").(string)
		if !strings.HasPrefix(name, "_") {
			found[name] = time.Duration(record.ValueByKey("retentionPeriod").(int64))
		}
	}
	return found
}

func TestWaitReadySaysWhatItSaw(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := fmt.Sprintf("http://%s", listener.Addr())
	require.NoError(t, listener.Close())
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = newClient(t, url, "").WaitReady(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "connection refused")
	require.ErrorContains(t, err, url)
}
