-- +goose Up
-- hash is the SHA-256 of the key; the key itself is kept nowhere.
CREATE TABLE api_keys (
    workspace  text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    hash       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, name)
);

-- +goose Down
DROP TABLE api_keys;
