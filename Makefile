# Every command that a person types. `make help` lists them.

# go-nvml's header marks many NVML functions as deprecated; its wrapper makes the
# compiler say so at length.
export CGO_CFLAGS ?= -O2 -g -Wno-deprecated-declarations

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
BIN     := bin

.PHONY: help build parts demo up generate corpus pictures lint unit e2e test test-long bench

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

build: ## build the plugin, the tool, and the stand-ins for a GPU and a server
	@mkdir -p $(BIN)
	go build -trimpath -ldflags "$(LDFLAGS)" -o $(BIN)/ ./cmd/...
	go build -trimpath -o $(BIN)/cosyvoice-sim ./test/simulator
	go run ./test/fakenvml/cmd/fakenvml build --out $(BIN)

parts: ## find Telegraf, InfluxDB and Alertmanager, or build them (about 10 minutes, once)
	env -u CGO_CFLAGS go run ./tools/parts

demo: build parts ## the whole stack on this machine, with stand-ins for what it lacks
	$(BIN)/cosyvoicectl up --demo

up: build parts ## the whole stack on this machine
	$(BIN)/cosyvoicectl up

generate: ## write what is made from the schema and the templates: plugin README, testcases, scores, tasks, InfluxDB template, pictures of top, dashboards
	go test ./plugins/inputs/cosyvoice -run 'README|TestCases' -update
	go test ./plugins/inputs/cosyvoice/synthesis -run TestScores -update
	go test ./internal/toolkit -run 'AreWritten|IsWritten' -update
	go test ./internal/top -run Pictures -update
	go -C grafana/generate run .

corpus: ## make the corpus of logs anew: 2 minutes, needs Python 3.10 and 3.12, and PyPI once
	sh test/corpus/generate.sh

pictures: ## draw the pictures of docs/report.md anew: needs Chromium
	sh docs/pictures.sh

lint: ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these files"; exit 1; }
	go vet ./...
	go vet -tags e2e,bench ./test/...
	go tool -modfile=tools/lint/go.mod staticcheck ./...
	go -C grafana/generate vet ./...
	cd grafana/generate && go tool -modfile=../../tools/lint/go.mod staticcheck ./...

unit: ## quick tests: no network, GPU or root; those on a real InfluxDB only where there is one
	go test -race ./...
	go -C grafana/generate test ./...

e2e: build parts ## the whole on real Telegraf, InfluxDB and Alertmanager
	go test -tags e2e -count=1 -p 2 -timeout 40m ./test/e2e ./test/scenario ./test/grafana/proof

test: lint parts unit e2e ## everything that the continuous integration runs

test-long: build parts ## the long runs in full: an outage of 40 s, half an hour of fast ticks, rollups of 200 hosts
	COSYVOICE_OUTAGE=40s COSYVOICE_SOAK=30m go test -tags e2e -count=1 -timeout 60m -v -run 'Outage|Soak' ./test/e2e
	COSYVOICE_SEEDS=200 go test -count=1 -timeout 60m -v -run TiersEqual ./internal/rollup

bench: build parts ## what the plugin and the history cost, against peers in the same run, and how well causes are found: an hour
	go run ./test/bench
	go test -tags bench -count=1 -p 1 -timeout 60m -v ./test/bench/history ./test/grafana/proof
	COSYVOICE_SCENARIOS=all go test -tags e2e -count=1 -timeout 60m -v ./test/scenario
