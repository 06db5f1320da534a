-- +goose Up
CREATE TABLE campaigns (
    workspace  text NOT NULL,
    key        text NOT NULL,
    name       text NOT NULL,
    status     text NOT NULL CHECK (status IN ('draft', 'started', 'paused', 'archived')),
    version    bigint NOT NULL,
    token      text NOT NULL UNIQUE,
    created_at text NOT NULL,
    updated_at text NOT NULL,
    PRIMARY KEY (workspace, key)
);

-- A version never changes, except for the comments in its source.
CREATE TABLE campaign_versions (
    workspace  text NOT NULL,
    key        text NOT NULL,
    version    bigint NOT NULL,
    definition text NOT NULL,
    source     text NOT NULL,
    hash       text NOT NULL,
    created_at text NOT NULL,
    PRIMARY KEY (workspace, key, version),
    FOREIGN KEY (workspace, key) REFERENCES campaigns (workspace, key)
);

-- One row: it grows with every change of any campaign, so that other processes
-- learn of changes by reading one number.
CREATE TABLE catalogue (
    id       bigint PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL
);
INSERT INTO catalogue (id, revision) VALUES (1, 0);

-- The last payloads of each campaign, as JSON text: jsonb refuses \u0000.
CREATE TABLE samples (
    id           integer PRIMARY KEY AUTOINCREMENT,
    workspace    text NOT NULL,
    campaign     text NOT NULL,
    delivery_key text NOT NULL,
    received_at  text NOT NULL,
    payload      text NOT NULL,
    UNIQUE (workspace, campaign, delivery_key)
);
CREATE INDEX samples_campaign ON samples (workspace, campaign, id);

-- +goose Down
DROP TABLE samples;
DROP TABLE catalogue;
DROP TABLE campaign_versions;
DROP TABLE campaigns;
