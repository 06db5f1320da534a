-- +goose Up
-- Everyone a workspace knows. attributes holds the values, attribute_stamps the
-- effective time of each one's last write; the stamp of a removed attribute
-- stays, so that an older write can't bring the value back.
CREATE TABLE people (
    internal_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace        text COLLATE "C" NOT NULL,
    id               text COLLATE "C" NOT NULL,
    attributes       jsonb NOT NULL DEFAULT '{}',
    attribute_stamps jsonb NOT NULL DEFAULT '{}',
    phone            text COLLATE "C",
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX people_id ON people (workspace, id);
CREATE UNIQUE INDEX people_internal_id ON people (workspace, internal_id);
CREATE INDEX people_created_at ON people (workspace, created_at, id);
CREATE INDEX people_phone ON people (workspace, phone, created_at, id);

-- What the update of a node did, once for each visit: a repeated activity finds
-- its result here. While an update runs page by page, page_after is the last
-- person it has seen and page_until the last one it will see.
CREATE TABLE node_updates (
    workspace  text COLLATE "C" NOT NULL,
    run        text COLLATE "C" NOT NULL,
    node       text COLLATE "C" NOT NULL,
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
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace text COLLATE "C" NOT NULL,
    at        timestamptz NOT NULL,
    type      text COLLATE "C" NOT NULL,
    person    text COLLATE "C",
    campaign  text COLLATE "C",
    run       text COLLATE "C",
    data      text NOT NULL
);
CREATE INDEX activity_log_workspace ON activity_log (workspace, id);
CREATE INDEX activity_log_person ON activity_log (workspace, person, id);

-- +goose Down
DROP TABLE activity_log;
DROP TABLE node_updates;
DROP TABLE people;
