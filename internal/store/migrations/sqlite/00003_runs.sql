-- +goose Up
-- The unique key keeps a delivery to one run beyond Temporal's retention.
CREATE TABLE runs (
    workspace    text NOT NULL,
    campaign     text NOT NULL,
    delivery_key text NOT NULL,
    id           text NOT NULL,
    workflow_id  text NOT NULL,
    execution    text NOT NULL,
    version      bigint NOT NULL,
    person       text,
    status       text NOT NULL,
    outcome      text NOT NULL,
    failure      text NOT NULL,
    arrived_at   text NOT NULL,
    started_at   text NOT NULL,
    finished_at  text,
    PRIMARY KEY (workspace, campaign, delivery_key)
);
CREATE UNIQUE INDEX runs_id ON runs (workspace, id);
CREATE INDEX runs_started_at ON runs (workspace, started_at, id);
CREATE INDEX runs_campaign ON runs (workspace, campaign, started_at, id);

CREATE TABLE run_steps (
    workspace text NOT NULL,
    run       text NOT NULL,
    node      text NOT NULL,
    position  bigint NOT NULL,
    name      text NOT NULL,
    type      text NOT NULL,
    at        text NOT NULL,
    result    text NOT NULL,
    why       text NOT NULL,
    PRIMARY KEY (workspace, run, node)
);

-- +goose Down
DROP TABLE run_steps;
DROP TABLE runs;
