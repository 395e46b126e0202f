module github.com/cosyvoice-telegraf/cosyvoice-telegraf/grafana/generate

go 1.26.0

require (
	github.com/cosyvoice-telegraf/cosyvoice-telegraf v0.0.0
	github.com/grafana/grafana-foundation-sdk/go v0.0.11
	github.com/stretchr/testify v1.12.1
	go.yaml.in/yaml/v3 v3.0.5
)

require github.com/BurntSushi/toml v1.6.0 // indirect

replace github.com/cosyvoice-telegraf/cosyvoice-telegraf => ../..
