//go:build !race

package logline

const mutatedLines = 1_000_000
