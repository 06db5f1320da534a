-- +goose Up
-- The unique key keeps a delivery to one run beyond Temporal's retention.
CREATE TABLE runs (
    workspace    text COLLATE "C" NOT NULL,
    campaign     text COLLATE "C" NOT NULL,
    delivery_key text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    workflow_id  text COLLATE "C" NOT NULL,
    execution    text COLLATE "C" NOT NULL,
    version      bigint NOT NULL,
    person       text COLLATE "C",
    status       text COLLATE "C" NOT NULL,
    outcome      text COLLATE "C" NOT NULL,
    failure      text NOT NULL,
    arrived_at   timestamptz NOT NULL,
    started_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    PRIMARY KEY (workspace, campaign, delivery_key)
);
CREATE UNIQUE INDEX runs_id ON runs (workspace, id);
CREATE INDEX runs_started_at ON runs (workspace, started_at, id);
CREATE INDEX runs_campaign ON runs (workspace, campaign, started_at, id);

CREATE TABLE run_steps (
    workspace text COLLATE "C" NOT NULL,
    run       text COLLATE "C" NOT NULL,
    node      text COLLATE "C" NOT NULL,
    position  bigint NOT NULL,
    name      text NOT NULL,
    type      text COLLATE "C" NOT NULL,
    at        timestamptz NOT NULL,
    result    text NOT NULL,
    why       text NOT NULL,
    PRIMARY KEY (workspace, run, node)
);

-- +goose Down
DROP TABLE run_steps;
DROP TABLE runs;
