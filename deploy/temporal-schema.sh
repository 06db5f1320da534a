#!/bin/sh
# Creates and updates Temporal's two databases. Every step may be repeated.
set -eu
for database in temporal temporal_visibility; do
  schema=temporal
  [ "$database" = temporal ] || schema=visibility
  tool() {
    temporal-sql-tool --plugin postgres12_pgx --endpoint postgres --port 5432 --user postgres \
      --password "$SQL_PASSWORD" --database "$database" "$@"
  }
  tool create
  tool setup-schema --version 0.0
  tool update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
