package synthesis

import "math"

// binsPerDecade makes bins 10 % wide: the middle of one is within 4.8 % of all in it,
// and few enough to be added up over years.
const binsPerDecade = 24

// Bin is the index of the histogram bin of a positive value: bin i holds those from
// 10^(i/24) on up to 10^((i+1)/24). What is stored for good counts on it: it never
// changes.
func Bin(value float64) int64 {
	return int64(math.Floor(binsPerDecade * math.Log10(value)))
}
