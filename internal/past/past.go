// Package past makes up the last days of a demo's box: ticks, syntheses and events as the plugin
// would have told them, the windows as the tasks would have computed them from these, and what the
// conditions find in it. So a demo has something to show at once. It is for a demo alone: nothing
// of it was measured.
package past

import (
	"time"
)

const (
	mib = 1 << 20
	gib = 1 << 30
	day = 24 * time.Hour

	// service is a tag of all points.
	service = "cosyvoice3"
)

// Box is the machine of the demo. What the live demo tells of it goes on in the same series.
type Box struct {
	Host     string
	Instance string
	// Version is the server's now. Before its deployment it was Before.
	Version, Before string

	GPU    string // UUID
	Name   string // of the GPU's model
	Driver string // its version

	GPUTotal, GPUReserved float64 // bytes
	Memory, MemoryUsed    float64 // bytes of the host, and what is used without the server
	Cores                 int
}

// Plan is what past is made up. The same plan gives the same points, however far they go.
type Plan struct {
	Box Box
	// From is its first tick, on a full hour.
	From time.Time
	// Anchor is the present when it was planned: the story is told in days before it, by the clock
	// of its location.
	Anchor time.Time
	Seed   uint64
}
