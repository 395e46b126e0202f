// The program writes Grafana's dashboards, in English and Chinese, and its alert rules.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func main() {
	files, err := generate("../../flux")
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join("..", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// boards are the makers of the dashboards, a file each.
var boards = []func(*scripts) (*board, error){overview, syntheses, gpus, services, incident, fleet, dataHealth}

var languages = []words.Language{words.English, words.Chinese}

// generate makes all files, by their names in the folder grafana, of the queries in a folder.
func generate(flux string) (map[string][]byte, error) {
	s, err := newScripts(flux)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, make := range boards {
		b, err := make(s)
		if err != nil {
			return nil, err
		}
		for _, language := range languages {
			text, err := b.json(language)
			if err != nil {
				return nil, err
			}
			files[fmt.Sprintf("dashboards/%s/%s.json", tongue(language), b.name)] = text
			if b.name != "overview" {
				continue
			}
			text, err = alertRules(b, language)
			if err != nil {
				return nil, err
			}
			files[fmt.Sprintf("provisioning/alerting/rules.%s.yaml", tongue(language))] = text
		}
	}
	return files, nil
}
