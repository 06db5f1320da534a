package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humamux"
	"github.com/gorilla/mux"

	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// Prefix is where the API stands on a server.
const Prefix = "/api/v1"

// Store is what the API reads and writes.
type Store interface {
	PutPerson(context.Context, message.Workspace, store.PutPerson) (store.Person, bool, error)
	GetPerson(ctx context.Context, workspace, id string) (store.Person, error)
	ListPeople(context.Context, message.Workspace, store.PeopleQuery) (store.PeoplePage, error)
	DeletePerson(ctx context.Context, workspace, id string) error

	ApplyCampaign(ctx context.Context, workspace string, apply store.ApplyCampaign) (store.Campaign, error)
	GetCampaign(ctx context.Context, workspace, key string) (store.Campaign, error)
	ListCampaigns(ctx context.Context, workspace string) ([]store.Campaign, error)
	ListVersions(ctx context.Context, workspace, key string) ([]store.CampaignVersion, error)
	SetCampaignStatus(ctx context.Context, workspace, key string, status store.CampaignStatus) (store.Campaign, error)
	ListSamples(ctx context.Context, workspace, campaign string) ([]store.Sample, error)

	GetPersonConsent(ctx context.Context, workspace string, person store.Person) (store.PersonConsent, error)
	ListOptedOutAddresses(ctx context.Context, workspace string, query store.AddressConsentQuery) (store.AddressConsentPage, error)
	ListLedger(ctx context.Context, workspace, address string, limit int, cursor string) (store.LedgerPage, error)
	RecordConsents(ctx context.Context, workspace string, records []store.RecordConsent) error
	ListMessages(ctx context.Context, workspace string, query store.MessageQuery) (store.MessagePage, error)
	GetMessage(ctx context.Context, workspace, id string) (store.Message, error)
	IntakeStatus(ctx context.Context, workspace string) (store.IntakeStatus, error)
	ListDeadIntake(ctx context.Context, workspace string, limit int, cursor string) (store.IntakePage, error)
	ReplayDeadIntake(ctx context.Context, workspace, id string) error

	GetRun(ctx context.Context, workspace, id string) (store.Run, error)
	ListRuns(ctx context.Context, workspace string, query store.RunsQuery) (store.RunsPage, error)
	ListActivity(ctx context.Context, workspace string, query store.ActivityQuery) (store.ActivityPage, error)
}

// Catalogue is what webhooks find campaigns in.
type Catalogue interface {
	// Refresh brings what was committed before the call in force in this process.
	Refresh(ctx context.Context) error
}

// Simulator tries a campaign, changing nothing.
type Simulator interface {
	Simulate(ctx context.Context, workspace string, simulation Simulation) (SimulationResult, error)
}

// Simulation is what a Simulator tries.
type Simulation struct {
	Definition definitions.Definition
	// Payload is the event that arrives, a JSON object.
	Payload json.RawMessage
	// People are everyone whom the run sees; nil is everyone in the workspace.
	People []SimulatedPerson
	// Person is whose message it is; empty looks for who has its address.
	Person string
}

// SimulatedPerson is somebody whom a simulated run sees.
type SimulatedPerson struct {
	ID         string
	Attributes map[string]json.RawMessage
}

// SimulationResult is what would happen.
type SimulationResult struct {
	// Started is false when the payload starts no run; Why says what of the trigger
	// it met, or why it starts none.
	Started bool
	Why     string
	Path    []message.PathEntry
	// Steps say, entry by entry of the path, what was decided or done.
	Steps   []SimulatedStep
	Matched []string
	// Changes are by person and attribute.
	Changes map[string]map[string]Change
	// Failure is the sentence with which the run would fail, empty when it wouldn't.
	Failure string
}

// SimulatedStep is a node that the run would visit, and what it would decide or do.
type SimulatedStep struct {
	Node string `json:"node" doc:"The node's name." example:"Set sms_unsubscribe"`
	Why  string `json:"why" doc:"What it would decide or do, and why." example:"1 person matched, 1 changed"`
}

// Change is an attribute's value before and after; null when it had or has none.
type Change struct {
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Options are what an API is made of.
type Options struct {
	Store     Store
	Catalogue Catalogue
	History   History
	Simulator Simulator
	// Keys are who may call.
	Keys []Key
	// Workspaces finds a workspace's settings by its key.
	Workspaces func(key string) (message.Workspace, bool)
	// Senders are a workspace's senders; nil is none.
	Senders func(workspace string) []Sender
	// Intake says how intake is doing in this process, and WakeRelay makes the
	// relay look for what was put back; nil where there is none.
	Intake    func(context.Context) ServerIntake
	WakeRelay func()
	// PublicURL is what providers call; webhooks' addresses begin with it.
	PublicURL string
	// Logger takes what callers aren't told; nil is slog.Default().
	Logger *slog.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// API answers the management API's requests. It is safe for concurrent use.
type API struct {
	store      Store
	catalogue  Catalogue
	history    History
	simulator  Simulator
	keys       []Key
	workspaces func(key string) (message.Workspace, bool)
	senders    func(workspace string) []Sender
	intake     func(context.Context) ServerIntake
	wakeRelay  func()
	publicURL  string
	logger     *slog.Logger
	now        func() time.Time
}

// New returns an API. It serves nothing until it is registered on a router.
func New(options Options) *API {
	a := &API{
		store: options.Store, catalogue: options.Catalogue, history: options.History, simulator: options.Simulator,
		keys: options.Keys, workspaces: options.Workspaces, publicURL: strings.TrimRight(options.PublicURL, "/"),
		logger: options.Logger, now: options.Now, senders: options.Senders,
		intake: options.Intake, wakeRelay: options.WakeRelay,
	}
	if a.senders == nil {
		a.senders = func(string) []Sender { return nil }
	}
	if a.logger == nil {
		a.logger = slog.Default()
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a
}

// Register adds the API's routes below Prefix. The router must match encoded
// paths as they are (mux.Router.UseEncodedPath and SkipClean): an id may hold a
// slash, or be a dot.
func (a *API) Register(router *mux.Router) {
	below := router.PathPrefix(Prefix).Subrouter()
	below.Use(a.RequireKey, readTarget, refuseEmptyFilters, limitTime)
	below.NotFoundHandler = a.RequireKey(refuseAddress(below))
	below.MethodNotAllowedHandler = below.NotFoundHandler
	document := a.addOperations(below).OpenAPI()
	below.Path("/optouts.csv").Methods(http.MethodGet).HandlerFunc(a.exportOptOuts)
	below.Path("/openapi.json").Methods(http.MethodGet).Handler(serveDocument("application/json", func() ([]byte, error) {
		return json.Marshal(document)
	}))
	below.Path("/openapi.yaml").Methods(http.MethodGet).Handler(serveDocument("application/yaml", document.YAML))
}

// addOperations adds every operation of the API to a router.
func (a *API) addOperations(router *mux.Router) huma.API {
	operations := humamux.New(router, newConfig())
	a.addPeople(operations)
	a.addCampaigns(operations)
	a.addCampaignStates(operations)
	a.addRuns(operations)
	a.addMessages(operations)
	a.addOptOuts(operations)
	a.addConsent(operations)
	a.addIntake(operations)
	a.addActivity(operations)
	a.addSimulations(operations)
	return operations
}
