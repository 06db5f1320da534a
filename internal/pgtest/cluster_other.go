//go:build !unix

package pgtest

import "errors"

type cluster struct{}

func startCluster(string) (*cluster, error) {
	return nil, errors.New("tests start a PostgreSQL on Unix only")
}

func (*cluster) createDatabase(string, string) error { return nil }
func (*cluster) dropDatabase(string) error           { return nil }
func (*cluster) dsn(string) string                   { return "" }
