package config

import "strings"

// maxDistance is how many letters a mistyped key may be away from a known one:
// two swapped letters, or a plural and a slip.
const maxDistance = 2

// nearest returns the candidate that name was most likely meant to be, or "".
func nearest(name string, candidates []string) string {
	name = strings.ToLower(name)
	best, least := "", maxDistance+1
	for _, candidate := range candidates {
		if d := distance(name, candidate); d < least && d < len(candidate) {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the Levenshtein distance of a and b in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
