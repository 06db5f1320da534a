package devserver

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/searchattribute/sadefs"
	"go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	executionStore  = "executions"
	visibilityStore = "visibility"
	// retention is how long a closed workflow can still be read. Three days let an
	// operator look on Monday at what happened on Friday night.
	retention = 72 * time.Hour
	// lockPatience is how long a statement waits for the file's lock, in milliseconds.
	lockPatience = "10000"
)

// files are the two SQLite files of a server. They are apart because closing a
// workflow writes a large visibility row, and one file means one writer.
type files struct {
	executions, visibility *config.SQL
}

// newFiles names the files in a folder without touching them.
func newFiles(folder string) files {
	return files{
		executions: sqliteFile(filepath.Join(folder, "executions.db")),
		visibility: sqliteFile(filepath.Join(folder, "visibility.db")),
	}
}

// sqliteFile describes how the server opens one file. One connection, because
// more of them only meet at the file's lock: measured, eight are twice as slow.
func sqliteFile(path string) *config.SQL {
	return &config.SQL{
		PluginName:   sqliteplugin.PluginName,
		DatabaseName: uriPath.Replace(path),
		MaxConns:     1,
		MaxIdleConns: 1,
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"busy_timeout": lockPatience,
			"journal_mode": "wal",
			"synchronous":  "normal",
		},
	}
}

// uriPath escapes what would end the path in SQLite's file: URIs.
var uriPath = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// prepare creates the tables of files that have none.
func (f files) prepare(ctx context.Context) error {
	for _, file := range []*config.SQL{f.executions, f.visibility} {
		if err := createTables(ctx, file); err != nil {
			return fmt.Errorf("devserver: prepare %s: %w", file.DatabaseName, err)
		}
	}
	return nil
}

// createTables does everything in one transaction: a process killed in the middle
// leaves an empty file, never half a schema that no later start could repair.
func createTables(ctx context.Context, file *config.SQL) error {
	db, err := sql.Open("sqlite", "file:"+file.DatabaseName+
		"?mode=rwc&_pragma=busy_timeout("+lockPatience+")&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	transaction, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = transaction.Rollback() }()

	const count = `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'executions_visibility'`
	var exists int
	if err := transaction.QueryRowContext(ctx, count).Scan(&exists); err != nil || exists > 0 {
		return err
	}
	if err := sqlite.SetupSchemaOnDB(schemaTarget{transaction: transaction}); err != nil {
		return err
	}
	if err := dropUnusedIndexes(ctx, transaction); err != nil {
		return err
	}
	return transaction.Commit()
}

// schemaTarget lets Temporal's schema run inside a transaction of ours. Only Exec
// is ever called.
type schemaTarget struct {
	sqlplugin.AdminDB
	transaction *sql.Tx
}

// Exec runs one statement of the schema.
func (t schemaTarget) Exec(statement string, arguments ...any) error {
	_, err := t.transaction.Exec(statement, arguments...)
	return err
}

// usedIndexes are the visibility indexes that lists in the UI and searches by
// keyword use. Temporal creates 58, and keeping up the others takes a third of
// the server's time and most of the file's space.
var usedIndexes = []string{
	"default_idx", "by_execution_time", "by_workflow_id", "by_workflow_type", "by_status", "by_task_queue",
	"by_keyword_01", "by_keyword_02", "by_keyword_03", "by_keyword_04", "by_keyword_05",
	"by_keyword_06", "by_keyword_07", "by_keyword_08", "by_keyword_09", "by_keyword_10",
}

// dropUnusedIndexes removes the indexes of columns that nobody searches. Searching
// by such a column still works, it scans.
func dropUnusedIndexes(ctx context.Context, transaction *sql.Tx) error {
	// Indexes without a statement belong to a primary key.
	const list = `SELECT name FROM sqlite_master
		WHERE type = 'index' AND tbl_name = 'executions_visibility' AND sql IS NOT NULL`
	names, err := queryNames(ctx, transaction, list)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(usedIndexes, name) {
			continue
		}
		if _, err := transaction.ExecContext(ctx, `DROP INDEX "`+name+`"`); err != nil {
			return fmt.Errorf("drop index %s: %w", name, err)
		}
	}
	return nil
}

// queryNames runs a query whose rows are one text each.
func queryNames(ctx context.Context, transaction *sql.Tx, query string) ([]string, error) {
	rows, err := transaction.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// createNamespace adds the namespace before the server starts, which spares a
// start the seconds until a registration is known everywhere.
func (f files) createNamespace(name string, searchAttributes map[string]enumspb.IndexedValueType) error {
	columns, err := assignColumns(searchAttributes)
	if err != nil {
		return err
	}
	namespace, err := sqlite.NewNamespaceConfig(clusterName, name, false, nil)
	if err != nil {
		return fmt.Errorf("devserver: namespace %s: %w", name, err)
	}
	namespace.Detail.Config.Retention = durationpb.New(retention)
	namespace.Detail.Config.CustomSearchAttributeAliases = columns
	if err := sqlite.CreateNamespaces(f.executions, namespace); err != nil {
		return fmt.Errorf("devserver: create namespace %s: %w", name, err)
	}
	return nil
}

// assignColumns gives each search attribute one of the columns that Temporal
// keeps for its type, both in alphabetical order, so that every new folder comes
// out the same. The result is from column to name.
func assignColumns(searchAttributes map[string]enumspb.IndexedValueType) (map[string]string, error) {
	available := sadefs.GetDBIndexSearchAttributes(nil).CustomSearchAttributes
	free := slices.Sorted(maps.Keys(available))
	columns := make(map[string]string, len(searchAttributes))
	for _, name := range slices.Sorted(maps.Keys(searchAttributes)) {
		kind := searchAttributes[name]
		at := slices.IndexFunc(free, func(column string) bool { return available[column] == kind })
		if at < 0 {
			return nil, fmt.Errorf("devserver: search attribute %s: no column of type %s is left", name, kind)
		}
		columns[free[at]] = name
		free = slices.Delete(free, at, at+1)
	}
	return columns, nil
}
