package gpu

// window holds the extremes of the samples between two ticks, so that a request of
// two seconds is not missed by a reading every ten.
type window struct {
	memoryMax, memoryMin, utilizationMax *float64
}

func (w *window) add(s Sample) {
	w.memoryMax = larger(w.memoryMax, s.MemoryUsedBytes)
	w.memoryMin = smaller(w.memoryMin, s.MemoryUsedBytes)
	w.utilizationMax = larger(w.utilizationMax, s.UtilizationPercent)
}

// larger and smaller treat nil as unknown: the other one wins.
func larger(a, b *float64) *float64 {
	if a == nil || (b != nil && *b > *a) {
		return b
	}
	return a
}

func smaller(a, b *float64) *float64 {
	if a == nil || (b != nil && *b < *a) {
		return b
	}
	return a
}
