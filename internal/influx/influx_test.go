package influx

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/stretchr/testify/require"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/test/influxd"
)

const org = influxd.Org

func newClient(t *testing.T, url, token string) *Client {
	client := New(url, org, token)
	t.Cleanup(client.Close)
	return client
}

// write sends one point with a token and returns the server's refusal.
func write(t *testing.T, url, token, bucket string) error {
	client := influxdb2.NewClient(url, token)
	defer client.Close()
	return client.WriteAPIBlocking(org, bucket).WriteRecord(t.Context(), "m f=1")
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

	for range 2 {
		require.NoError(t, operator.EnsureBucket(ctx, Bucket{Name: "second", Retention: 730 * 24 * time.Hour}))
	}
	require.Equal(t, map[string]time.Duration{"first": 30 * 24 * time.Hour, "second": 730 * 24 * time.Hour}, retentions(t, operator))
	require.NoError(t, operator.EnsureBucket(ctx, Bucket{Name: "first", Retention: time.Hour}))
	require.Equal(t, 30*24*time.Hour, retentions(t, operator)["first"], "a bucket keeps the retention that its owner gave it")

	testTokens(ctx, t, url, operator)
}

func testTokens(ctx context.Context, t *testing.T, url string, operator *Client) {
	writer, err := operator.NewToken(ctx, "writer", Write, "first")
	require.NoError(t, err)
	reader, err := operator.NewToken(ctx, "reader", Read, "first", "second")
	require.NoError(t, err)
	_, err = operator.NewToken(ctx, "nobody", Read, "third")
	require.ErrorContains(t, err, `no bucket "third"`)

	require.NoError(t, write(t, url, writer, "first"))
	require.Error(t, write(t, url, writer, "second"))
	require.Error(t, write(t, url, reader, "first"))
	require.Error(t, write(t, url, "", "first"))

	const flux = `from(bucket: "first") |> range(start: -1h)`
	records, err := newClient(t, url, reader).Query(ctx, flux)
	require.NoError(t, err)
	require.Len(t, records, 1)
	require.Equal(t, 1.0, records[0].Value())
	_, err = newClient(t, url, writer).Query(ctx, flux)
	require.Error(t, err)

	known, err := operator.HasToken(ctx, "writer")
	require.NoError(t, err)
	require.True(t, known)
	renewed, err := operator.NewToken(ctx, "writer", Write, "first")
	require.NoError(t, err)
	require.NoError(t, write(t, url, renewed, "first"))
	require.Error(t, write(t, url, writer, "first"), "the older token is revoked")
	known, err = operator.HasToken(ctx, "somebody else")
	require.NoError(t, err)
	require.False(t, known)
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
