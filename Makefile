# Pinned tools. They are installed into .tools, never into go.mod.
STATICCHECK   := honnef.co/go/tools/cmd/staticcheck@v0.8.2
WORKFLOWCHECK := go.temporal.io/sdk/contrib/tools/workflowcheck@v0.6.0

TOOLS := $(CURDIR)/.tools
export REPLYFLOW_TEST_REQUIRE

# The packages that link the embedded Temporal server, which the race detector
# would take many minutes to compile.
EMBEDDED := replyflow/cmd/replyflow|replyflow/internal/devserver
PURE_GO  := $$(go list ./... | grep -v -E '^($(EMBEDDED))$$')

.PHONY: help
help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

.PHONY: run
run: ## Start everything in one process
	go run ./cmd/replyflow dev

.PHONY: demo
demo: ## Play a short conversation through the real endpoints and print what happened
	go run ./cmd/replyflow demo

.PHONY: build
build: ## Build the binary with the embedded server, and the one without it
	go build -o bin/replyflow ./cmd/replyflow
	go build -tags production -o bin/replyflow-production ./cmd/replyflow

.PHONY: test
test: ## Run every test that this machine can run, and say what was left out
	@.ci/test

.PHONY: race
race: ## Run the race detector on everything that doesn't link the embedded server
	go test -race -short $(PURE_GO)

.PHONY: lint
lint: tools ## Format, vet, staticcheck, workflowcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "gofmt would change: $$unformatted"; exit 1; }
	go vet ./...
	$(TOOLS)/staticcheck ./...
	$(TOOLS)/workflowcheck -config workflowcheck.config.yaml ./workflows ./definitions ./worker

.PHONY: tools
tools: $(TOOLS)/staticcheck $(TOOLS)/workflowcheck ## Install the pinned tools

$(TOOLS)/staticcheck: Makefile
	GOBIN=$(TOOLS) go install $(STATICCHECK)
$(TOOLS)/workflowcheck: Makefile
	GOBIN=$(TOOLS) go install $(WORKFLOWCHECK)

.PHONY: generate
generate: ## Rewrite the generated reference, schema and API document
	go test ./definitions ./api -update

.PHONY: histories
histories: ## Record the histories that the replay tests replay
	go test ./cmd/replyflow -run TestRecordHistories -record

.PHONY: bench
bench: ## Measure runs a second against the floor, and batch updates against bare SQL
	@go test ./cmd/replyflow -v -run TestMeasureSpeed -bench-report $(CURDIR)/bench-results.json -timeout 30m
