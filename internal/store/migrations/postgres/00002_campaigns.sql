-- +goose Up
CREATE TABLE campaigns (
    workspace  text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    status     text COLLATE "C" NOT NULL CHECK (status IN ('draft', 'started', 'paused', 'archived')),
    version    bigint NOT NULL,
    token      text COLLATE "C" NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, key)
);

-- A version never changes, except for the comments in its source.
CREATE TABLE campaign_versions (
    workspace  text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    definition text NOT NULL,
    source     text NOT NULL,
    hash       text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
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
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace    text COLLATE "C" NOT NULL,
    campaign     text COLLATE "C" NOT NULL,
    delivery_key text COLLATE "C" NOT NULL,
    received_at  timestamptz NOT NULL,
    payload      text NOT NULL,
    UNIQUE (workspace, campaign, delivery_key)
);
CREATE INDEX samples_campaign ON samples (workspace, campaign, id);

-- +goose Down
DROP TABLE samples;
DROP TABLE catalogue;
DROP TABLE campaign_versions;
DROP TABLE campaigns;
