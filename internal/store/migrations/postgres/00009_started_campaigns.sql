-- +goose Up
-- The campaigns that a message started, in their order, each with its reason.
ALTER TABLE messages ADD COLUMN started text;
CREATE INDEX runs_person ON runs (workspace, person, started_at, id) WHERE person IS NOT NULL;

-- +goose Down
DROP INDEX runs_person;
ALTER TABLE messages DROP COLUMN started;
