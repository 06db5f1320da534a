-- +goose Up
-- Everyone a workspace knows. attributes holds the values, attribute_stamps the
-- effective time of each one's last write; the stamp of a removed attribute
-- stays, so that an older write can't bring the value back.
CREATE TABLE people (
    internal_id      integer PRIMARY KEY AUTOINCREMENT,
    workspace        text NOT NULL,
    id               text NOT NULL,
    attributes       blob NOT NULL DEFAULT (jsonb('{}')) CHECK (json_valid(attributes, 8)),
    attribute_stamps blob NOT NULL DEFAULT (jsonb('{}')),
    phone            text,
    created_at       text NOT NULL,
    updated_at       text NOT NULL
);
CREATE UNIQUE INDEX people_id ON people (workspace, id);
CREATE UNIQUE INDEX people_internal_id ON people (workspace, internal_id);
CREATE INDEX people_created_at ON people (workspace, created_at, id);
CREATE INDEX people_phone ON people (workspace, phone, created_at, id);

-- What the update of a node did, once for each visit: a repeated activity finds
-- its result here. While an update runs page by page, page_after is the last
-- person it has seen and page_until the last one it will see.
CREATE TABLE node_updates (
    workspace  text NOT NULL,
    run        text NOT NULL,
    node       text NOT NULL,
    matched    bigint NOT NULL,
    changed    bigint NOT NULL,
    overtaken  bigint NOT NULL,
    created    bigint NOT NULL,
    page_after bigint NOT NULL,
    page_until bigint NOT NULL,
    page_left  bigint NOT NULL,
    done       boolean NOT NULL,
    PRIMARY KEY (workspace, run, node)
);

-- The log for people: what changed, by which campaign and run.
CREATE TABLE activity_log (
    id        integer PRIMARY KEY AUTOINCREMENT,
    workspace text NOT NULL,
    at        text NOT NULL,
    type      text NOT NULL,
    person    text,
    campaign  text,
    run       text,
    data      text NOT NULL
);
CREATE INDEX activity_log_workspace ON activity_log (workspace, id);
CREATE INDEX activity_log_person ON activity_log (workspace, person, id);

-- +goose Down
DROP TABLE activity_log;
DROP TABLE node_updates;
DROP TABLE people;
