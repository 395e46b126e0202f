package grafana

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	twoSeries = `#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string
#group,false,false,true,true,false,false,true,true,true
#default,_result,,,,,,,,
,result,table,_start,_stop,_time,_value,_field,_measurement,host
,,0,2026-03-10T00:00:00Z,2026-03-10T01:00:00Z,2026-03-10T00:10:00Z,1.5,load1,system_metrics,a
,,0,2026-03-10T00:00:00Z,2026-03-10T01:00:00Z,2026-03-10T00:20:00Z,,load1,system_metrics,a
,,1,2026-03-10T00:00:00Z,2026-03-10T01:00:00Z,2026-03-10T00:10:00Z,2.5,load1,system_metrics,b

`
	table = `#datatype,string,long,dateTime:RFC3339,string,long,boolean
#group,false,false,false,true,false,false
#default,_result,,,,,
,result,table,_time,host,n,up
,,0,2026-03-10T00:10:00Z,a,3,true

`
)

func frames(text string, series, points int) ([]*Frame, error) {
	return Frames(io.NopCloser(strings.NewReader(text)), series, points)
}

func TestFramesHaveLabels(t *testing.T) {
	got, err := frames(twoSeries, 2, 1)
	require.NoError(t, err)
	at := time.Date(2026, 3, 10, 0, 10, 0, 0, time.UTC)
	assert.Equal(t, []*Frame{
		{
			Name: "system_metrics", Labels: map[string]string{"host": "a"}, Simple: true,
			Fields: []Field{{"Time", "time", []any{at, at.Add(10 * time.Minute)}}, {"load1", "number", []any{1.5, nil}}},
		},
		{
			Name: "system_metrics", Labels: map[string]string{"host": "b"}, Simple: true,
			Fields: []Field{{"Time", "time", []any{at}}, {"load1", "number", []any{2.5}}},
		},
	}, got)

	got, err = frames(table, 1, 1)
	require.NoError(t, err)
	assert.Equal(t, []*Frame{{
		Labels: map[string]string{"host": "a"},
		Fields: []Field{{"_time", "time", []any{at}}, {"n", "number", []any{int64(3)}}, {"up", "boolean", []any{true}}},
	}}, got)
	assert.Nil(t, got[0].Field("nothing"))
}

// Where the times are no columns of the group, a frame is not of the simple kind, and its labels
// are of no use in a legend.
func TestFramesWithSeveralTimesAreNotSimple(t *testing.T) {
	got, err := frames(strings.Replace(twoSeries, "true,true,false,false,true", "true,false,false,false,true", 1), 2, 10)
	require.NoError(t, err)
	assert.False(t, got[0].Simple)
	assert.Equal(t, map[string]string{"_start": "2026-03-10 00:00:00 +0000 UTC", "_field": "load1", "_measurement": "system_metrics", "host": "a"}, got[0].Labels)
	assert.NotNil(t, got[0].Field("_value"))
}

func TestFramesAreLimited(t *testing.T) {
	_, err := frames(twoSeries, 1, 10)
	require.ErrorContains(t, err, "more than 1 series")
	var long strings.Builder
	long.WriteString(strings.TrimSuffix(table, "\n"))
	for range 20 {
		long.WriteString(",,0,2026-03-10T00:10:00Z,a,3,true\n")
	}
	_, err = frames(long.String()+"\n", 1, 2)
	require.ErrorContains(t, err, "more than 10 times 2 rows")
	_, err = frames(long.String()+"\n", 1, 3)
	require.NoError(t, err)
}
