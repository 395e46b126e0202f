package fakenvml

import (
	"embed"
	"io/fs"
	"regexp"
)

//go:embed nvml/*.c nvml/*.h
var sources embed.FS

// hasFunction tells whether the library has a function of that name: a fault
// with a mistyped name would do nothing, and nobody would see it.
func hasFunction(name string) bool {
	definition := regexp.MustCompile(`(?m)^(nvmlReturn_t |const char \*|PROCESS_LIST\()` + regexp.QuoteMeta(name) + `\b`)
	// Reading and matching embedded files cannot fail.
	files, _ := fs.Glob(sources, "nvml/*.c")
	for _, file := range files {
		if code, _ := sources.ReadFile(file); definition.Match(code) {
			return true
		}
	}
	return false
}
