package synthesis

import "math"

// binsPerDecade makes bins 12 % wide: narrow enough for a quantile that a person reads,
// and few enough to be added up over years.
const binsPerDecade = 20

// Bin is the index of the histogram bin of a positive value: bin i holds those from
// 10^(i/20) on up to 10^((i+1)/20). What is stored for good counts on it: it never
// changes.
func Bin(value float64) int64 {
	return int64(math.Floor(binsPerDecade * math.Log10(value)))
}
