//go:build e2e

package proof

// golden computes what a panel shows from the points alone: numbers, or the rows of a table.
type golden struct {
	numbers func(*question) values
	rows    func(*question) []row
}

func lines(f func(*question) values) golden { return golden{numbers: f} }
func tabled(f func(*question) []row) golden { return golden{rows: f} }

// goldens are those of the panels, by the dashboard and the panel's English title.
var goldens = map[string]golden{}

// without are the panels that have none, with the reason.
var without = map[string]string{}

func init() {
	for name, g := range overview {
		goldens["overview/"+name] = g
	}
}
