package devserver

import (
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/primitives"
)

const (
	// clusterName is what Temporal calls a cluster that stands alone.
	clusterName = "active"
	// historyShards is fixed at a folder's first start. Four, because one shard
	// lets every task wait for its turn at the poll rate below.
	historyShards = 4
	// transferPollsPerSecond limits how often a shard looks for tasks to hand
	// out. Temporal's 20 costs 50 ms for each one; more than 100 makes batches so
	// small that throughput suffers.
	transferPollsPerSecond = 100
	// requestsPerSecond lifts Temporal's per-instance limits far above what SQLite
	// can do, so that it is the machine that sets the pace.
	requestsPerSecond = 20_000
	// visibilityRequestsPerSecond limits list and count requests, which the UI
	// makes often. Temporal's own 10 is too few for one open page.
	visibilityRequestsPerSecond = 100
	// cachedExecutions is how many open executions stay in memory.
	cachedExecutions = 8_096
)

// serverConfig describes a cluster of one process: four services on loopback
// addresses, one SQLite file for executions and one for visibility.
func serverConfig(files files, ports ports) *config.Config {
	return &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     executionStore,
			VisibilityStore:  visibilityStore,
			NumHistoryShards: historyShards,
			DataStores: map[string]config.DataStore{
				executionStore:  {SQL: files.executions},
				visibilityStore: {SQL: files.visibility},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: ports.frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			string(primitives.FrontendService): service(ports.frontend),
			string(primitives.HistoryService):  service(ports.history),
			string(primitives.MatchingService): service(ports.matching),
			string(primitives.WorkerService):   service(ports.worker),
		},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
		PublicClient: config.PublicClient{HostPort: ports.frontend},
	}
}

// service listens on the given host:port.
func service(address string) config.Service {
	host, port := split(address)
	return config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: host}}
}

// dynamicConfig holds the settings that made a measurable difference.
func dynamicConfig() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		dynamicconfig.TransferProcessorMaxPollRPS.Key():                  transferPollsPerSecond,
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                 cachedExecutions,
		dynamicconfig.FrontendRPS.Key():                                  requestsPerSecond,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():           requestsPerSecond,
		dynamicconfig.HistoryRPS.Key():                                   requestsPerSecond,
		dynamicconfig.MatchingRPS.Key():                                  requestsPerSecond,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): visibilityRequestsPerSecond,
	}
}
