package execd

import "sync/atomic"

// Stats counts what a runner did and what it had to drop since it started.
type Stats struct {
	PointsQueued  int64 // valid points that the input gave
	PointsWritten int64 // points that reached stdout
	PointsDropped int64 // points given up because nobody read stdout
	PointsInvalid int64 // points that line protocol cannot hold
	FieldsInvalid int64 // fields left out of points that were otherwise valid
	TicksSkipped  int64 // ticks that came while a gather was still running
}

type counters struct {
	pointsQueued  atomic.Int64
	pointsWritten atomic.Int64
	pointsDropped atomic.Int64
	pointsInvalid atomic.Int64
	fieldsInvalid atomic.Int64
	ticksSkipped  atomic.Int64
}

func (c *counters) snapshot() Stats {
	return Stats{
		PointsQueued:  c.pointsQueued.Load(),
		PointsWritten: c.pointsWritten.Load(),
		PointsDropped: c.pointsDropped.Load(),
		PointsInvalid: c.pointsInvalid.Load(),
		FieldsInvalid: c.fieldsInvalid.Load(),
		TicksSkipped:  c.ticksSkipped.Load(),
	}
}
