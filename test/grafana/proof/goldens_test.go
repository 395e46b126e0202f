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

// nothingAtTimes are the panels that have nothing to show in some of the views, since there is nothing then.
var nothingAtTimes = map[string]bool{
	"synthesis/Requests of Triton's models": true, "synthesis/Time in the queue, by model": true, "synthesis/Requests that wait, by model": true,
	"data-health/Faults of the monitoring in the range": true,
}

func init() {
	for board, panels := range map[string]map[string]golden{
		"overview": overview, "synthesis": synthesis, "gpu": gpu, "service": service, "incident": incident, "fleet": fleet, "data-health": dataHealth,
	} {
		for title, g := range panels {
			goldens[board+"/"+title] = g
		}
	}
}
