package logfile

import (
	"fmt"
	"time"
)

const (
	// zoneTooFar is beyond what a line may be late or a clock wrong.
	zoneTooFar = 10 * time.Minute
	// zoneFits is how well another zone must explain a time.
	zoneFits = 2 * time.Minute
	// zoneStep is that of the offsets in use anywhere.
	zoneStep = 15 * time.Minute
	// zoneDoubt is how many lines in a row must contradict a zone that has proved right,
	// so that a line of some library with a clock of its own does not change it.
	zoneDoubt = 3
)

// Offsets in use lie from that of the Line Islands to that of Baker Island.
const (
	mostEastern = 14 * time.Hour
	mostWestern = -12 * time.Hour
)

// Clock tells the time of a server's log lines, which name no zone. The zone that it
// assumes is checked against the arrival of lines that were written just now: at the
// first of them that shows another, or at the third in a row once one fitted, the zone
// becomes that fixed offset. Such an offset holds for the present; older lines across a
// change to summer time may then be an hour off.
type Clock struct {
	zone      *time.Location
	log       Logger
	confirmed bool
	doubts    int
	offset    time.Duration // east of UTC, as the doubts say
	differs   bool          // by something that no zone explains, as was said
}

// NewClock returns a clock in the zone that FindZone found.
func NewClock(zone *time.Location, log Logger) *Clock { return &Clock{zone: zone, log: log} }

// Zone is that of the lines.
func (c *Clock) Zone() *time.Location { return c.zone }

// Check compares the time of a line, in milliseconds since 1970 as the clock on the
// server's wall shows them, with its arrival. Only lines that were written within the
// last 90 seconds may be checked. It tells whether the zone was changed.
func (c *Clock) Check(wall int64, arrived time.Time) bool {
	_, seconds := arrived.In(c.zone).Zone()
	assumed := time.Duration(seconds) * time.Second
	shown := time.Duration(wall-arrived.UnixMilli()) * time.Millisecond
	if (shown - assumed).Abs() <= zoneTooFar {
		c.confirmed, c.doubts, c.differs = true, 0, false
		return false
	}
	offset := shown.Round(zoneStep)
	isZone := (shown-offset).Abs() <= zoneFits && mostWestern <= offset && offset <= mostEastern
	if !isZone {
		c.doubts = 0
		if !c.differs {
			c.differs = true
			c.log.Warnf("The log's clock differs from that of this host by %s, which no time zone explains: the times of its syntheses are off by as much; check both clocks", (shown - assumed).Round(time.Second))
		}
		return false
	}
	if offset != c.offset {
		c.doubts = 0
	}
	c.offset = offset
	c.doubts++
	if c.confirmed && c.doubts < zoneDoubt {
		return false
	}
	c.log.Warnf("The log's times are %s, not %s as its server's time zone (%s) says: they are read as %[1]s from now on; set TZ for this program's server, or check its clock", offsetName(offset), offsetName(assumed), c.zone)
	c.zone = time.FixedZone(offsetName(offset), int(offset/time.Second))
	c.confirmed, c.doubts, c.differs = true, 0, false
	return true
}

func offsetName(offset time.Duration) string {
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return fmt.Sprintf("UTC%c%02d:%02d", sign, int(offset.Hours()), int(offset.Minutes())%60)
}
