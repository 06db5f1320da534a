-- +goose Up
-- hash is the SHA-256 of the key; the key itself is kept nowhere.
CREATE TABLE api_keys (
    workspace  text NOT NULL,
    name       text NOT NULL,
    hash       blob NOT NULL,
    created_at text NOT NULL,
    PRIMARY KEY (workspace, name)
);

-- +goose Down
DROP TABLE api_keys;
