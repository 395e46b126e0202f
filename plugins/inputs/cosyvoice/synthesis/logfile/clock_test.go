package logfile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wall is what a clock shows that is so much east of UTC, in milliseconds.
func wall(t time.Time, east time.Duration) int64 { return t.Add(east).UnixMilli() }

func TestAZoneThatFitsStays(t *testing.T) {
	log := new(journal)
	c := NewClock(posixZone("CST-8"), log)
	for _, late := range []time.Duration{0, time.Second, 9 * time.Minute, -9 * time.Minute} {
		require.False(t, c.Check(wall(noon.Add(-late), 8*time.Hour), noon))
	}
	require.Equal(t, "CST-8", c.Zone().String())
	require.Empty(t, log.lines)
}

func TestAWrongZoneIsCorrectedAtTheFirstLine(t *testing.T) {
	for _, east := range []time.Duration{8 * time.Hour, -5 * time.Hour, 5*time.Hour + 45*time.Minute, 14 * time.Hour, -12 * time.Hour} {
		for _, late := range []time.Duration{time.Second, liveWithin} {
			log := new(journal)
			c := NewClock(time.UTC, log)
			require.True(t, c.Check(wall(noon.Add(-late), east), noon))
			require.Equal(t, east.Hours(), hours(t, c.Zone(), noon))
			require.Len(t, log.warnings(), 1)
			require.Contains(t, log.warnings()[0], "read as "+offsetName(east)+" from now on")
			require.False(t, c.Check(wall(noon, east), noon.Add(late)))
			require.Len(t, log.warnings(), 1)
		}
	}
}

func TestAZoneThatProvedRightIsNotChangedByALineOrTwo(t *testing.T) {
	log := new(journal)
	c := NewClock(time.FixedZone("CST", 8*3600), log)
	right, utc := wall(noon, 8*time.Hour), wall(noon, 0)
	c.Check(right, noon)
	for range 5 {
		require.False(t, c.Check(utc, noon))
		require.False(t, c.Check(utc, noon))
		require.False(t, c.Check(right, noon))
	}
	require.Equal(t, "CST", c.Zone().String())
	require.Empty(t, log.lines)

	// Others that do not agree with each other are no reason either.
	require.False(t, c.Check(utc, noon))
	require.False(t, c.Check(utc, noon))
	require.False(t, c.Check(wall(noon, time.Hour), noon))
	require.False(t, c.Check(utc, noon))
	require.False(t, c.Check(utc, noon))
	require.True(t, c.Check(utc, noon), "the third in a row")
	require.Equal(t, 0.0, hours(t, c.Zone(), noon))
}

func TestAClockThatNoZoneExplains(t *testing.T) {
	for _, wrong := range []time.Duration{
		20 * time.Minute, -20 * time.Minute, 8*time.Hour + 5*time.Minute,
		15 * time.Hour, -13 * time.Hour, 1000 * time.Hour,
	} {
		log := new(journal)
		c := NewClock(time.UTC, log)
		for range 5 {
			require.False(t, c.Check(wall(noon, wrong), noon))
		}
		require.Equal(t, time.UTC, c.Zone())
		require.Len(t, log.warnings(), 1, "said once")
		require.Contains(t, log.warnings()[0], wrong.String())
	}
}

func TestSummerTimeOfAZone(t *testing.T) {
	log := new(journal)
	c := NewClock(posixZone("CET-1CEST,M3.5.0,M10.5.0/3"), log)
	require.False(t, c.Check(wall(winter, time.Hour), winter))
	require.False(t, c.Check(wall(summer, 2*time.Hour), summer))
	require.Empty(t, log.lines)
}
