package telemetry

import "github.com/prometheus/client_golang/prometheus"

// Intake is what operators watch of intake, read when the metrics are.
type Intake struct {
	// Deliveries counts what came in, by what took it: temporal, table, spool or
	// refused.
	Deliveries map[string]uint64
	// Relayed counts the entries that waited and were started by this process.
	Relayed uint64
	// Failing says of each sink that there is whether it fails.
	Failing map[string]bool
	// Spool is nil without one, Table when it can't be counted now.
	Spool *IntakeSpool
	Table *IntakeTable
}

// IntakeSpool is what the spool of this process holds.
type IntakeSpool struct{ Waiting, Damaged int }

// IntakeTable is what the table holds, the same for every process.
type IntakeTable struct{ Waiting, Dead int }

// WatchIntake adds the metrics of intake; read is called for each scrape.
func (m *Metrics) WatchIntake(read func() Intake) { m.registry.MustRegister(intakeCollector{read}) }

type intakeCollector struct{ read func() Intake }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("replyflow_intake_"+name, help, labels, nil)
}

var (
	intakeDeliveries = describe("deliveries_total", "Deliveries by what took them: temporal, table, spool, or refused when nothing did.", "sink")
	intakeRelayed    = describe("relayed_entries_total", "Entries that waited and were started by this process.")
	intakeFailing    = describe("sink_failing", "1 while the sink fails, 0 while it answers.", "sink")
	intakeWaiting    = describe("waiting_entries", "Entries that wait to be started: in the table, of all processes; in the spool, of this one. Absent while it can't be counted.", "sink")
	intakeDead       = describe("dead_entries", "Entries in the table that were refused for good. Absent while the table can't be counted.")
	intakeDamaged    = describe("damaged_entries", "Entries of this process's spool that can't be read any more.")
)

// Describe implements prometheus.Collector.
func (c intakeCollector) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{intakeDeliveries, intakeRelayed, intakeFailing, intakeWaiting, intakeDead, intakeDamaged} {
		to <- desc
	}
}

// Collect implements prometheus.Collector.
func (c intakeCollector) Collect(to chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value int, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value), labels...)
	}
	now := c.read()
	for sink, count := range now.Deliveries {
		to <- prometheus.MustNewConstMetric(intakeDeliveries, prometheus.CounterValue, float64(count), sink)
	}
	to <- prometheus.MustNewConstMetric(intakeRelayed, prometheus.CounterValue, float64(now.Relayed))
	for sink, failing := range now.Failing {
		value := 0
		if failing {
			value = 1
		}
		gauge(intakeFailing, value, sink)
	}
	if now.Spool != nil {
		gauge(intakeWaiting, now.Spool.Waiting, "spool")
		gauge(intakeDamaged, now.Spool.Damaged)
	}
	if now.Table != nil {
		gauge(intakeWaiting, now.Table.Waiting, "table")
		gauge(intakeDead, now.Table.Dead)
	}
}
