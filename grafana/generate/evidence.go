package main

import (
	"fmt"
	"strings"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// evidence are the figures that prove what was found, as the alerts write them.
func evidence(s *scripts) (*panel, error) {
	text, err := s.read("../internal/diagnosis/alerts.flux.tmpl")
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut(text, "\nround = ")
	written, _, ended := strings.Cut(rest, "\n\n")
	if !found || !ended {
		return nil, fmt.Errorf("alerts.flux.tmpl does not write figures as it did")
	}
	var pairs []string
	var names []mapping
	all := causes.All()
	seen := map[string]bool{}
	for i := range all {
		for _, name := range all[i].Evidence {
			figure, ok := causes.FigureOf(name)
			if !ok || seen[name] {
				continue
			}
			seen[name] = true
			pairs = append(pairs, fmt.Sprintf("{key: %q, value: %q}", name, figure.Unit))
			names = append(names, mapping{value: name, text: figure.Text})
		}
	}
	return rows(panel{
		title: words.Text{En: "The figures that prove it", Zh: "依据的数据"},
		about: words.Text{
			En: "Of each cause that was found in the range, its figures when it was found last.",
			Zh: "所选时间内每个问题最后一次被发现时的数据。",
		},
		width: 24, height: 8, none: noFindings,
		columns: []string{"code", "whose", "figure", "value"}, hidden: []string{"place"},
		fields: []field{
			{name: "code", text: words.Text{En: "What", Zh: "问题"}, mappings: plainly(ofCauses(causeTitle)), properties: column("", words.Text{}, 410).properties},
			column("whose", words.Text{En: "Where", Zh: "位置"}, 200),
			{name: "figure", text: words.Text{En: "Figure", Zh: "数据"}, mappings: names, properties: column("", words.Text{}, 410).properties},
			column("value", words.Text{En: "Value", Zh: "数值"}, 0),
		},
		queries: []string{s.plain(rank() + whose + "figures = dict.fromList(pairs: [" + strings.Join(pairs, ", ") + "])\nround = " + written + `

from(bucket: events)
    |> range(start: since, stop: until)
    |> filter(fn: (r) => r._measurement == "cosyvoice_diagnosis" and r._field !~ /^(since|value|limit)$/ and ` + ofAny + `)
    |> last()
    |> group()
    |> map(
        fn: (r) => ({
            code: r.code,
            whose: whose(r: r),
            figure: r._field,
            value: written(value: r._value, unit: dict.get(dict: figures, key: r._field, default: "number")),
            place: place(code: r.code),
        }),
    )
    |> sort(columns: ["place", "code", "whose", "figure"])
`)},
	}), nil
}

// lastSyntheses are those at the end of the range.
func lastSyntheses(s *scripts) *panel {
	return rows(panel{
		title: words.Text{En: "Syntheses of the range", Zh: "所选时间内的合成"},
		about: words.Text{
			En: "The last 100 syntheses that ended in the range, however they ended, the newest first.",
			Zh: "所选时间内最后结束的 100 次合成（无论结果），最新的在前。",
		},
		width: 24, height: 10, none: noSyntheses, columns: synthesisOrder, hidden: []string{"host", "from", "to"}, fields: synthesisColumns,
		queries: []string{s.plain(newestSyntheses(ofServers, 100))},
	})
}
