package fakenvml

import (
	"embed"
	"io/fs"
	"regexp"
	"slices"
	"sync"
)

//go:embed nvml/*.c nvml/*.h
var sources embed.FS

var definition = regexp.MustCompile(`(?m)^(?:nvmlReturn_t |const char \*|PROCESS_LIST\()(nvml\w+)[(,]`)

// functions lists what the library exports.
var functions = sync.OnceValue(func() []string {
	var names []string
	// Reading and matching embedded files cannot fail.
	files, _ := fs.Glob(sources, "nvml/*.c")
	for _, file := range files {
		code, _ := sources.ReadFile(file)
		for _, match := range definition.FindAllSubmatch(code, -1) {
			names = append(names, string(match[1]))
		}
	}
	return names
})

// hasFunction tells whether the library has a function of that name: a fault
// with a mistyped name would do nothing, and nobody would see it.
func hasFunction(name string) bool { return slices.Contains(functions(), name) }
