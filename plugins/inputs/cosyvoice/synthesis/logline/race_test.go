//go:build race

package logline

const mutatedLines = 50_000
