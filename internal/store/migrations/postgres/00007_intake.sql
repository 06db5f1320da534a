-- +goose Up
-- What intake took while Temporal couldn't be reached, and what Temporal refused
-- for good. The input is kept byte by byte.
CREATE TABLE intake (
    id          text COLLATE "C" PRIMARY KEY,
    workspace   text COLLATE "C" NOT NULL,
    kind        text NOT NULL,
    order_key   text COLLATE "C" NOT NULL,
    workflow_id text COLLATE "C" NOT NULL,
    task_queue  text NOT NULL,
    input       bytea NOT NULL,
    arrived_at  timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'dead')),
    attempts    integer NOT NULL,
    reason      text NOT NULL,
    created_at  timestamptz NOT NULL,
    next_at     timestamptz NOT NULL
);
CREATE INDEX intake_waiting ON intake (arrived_at, id) WHERE state = 'waiting';
CREATE INDEX intake_delayed ON intake (order_key) WHERE state = 'waiting' AND attempts > 0;
CREATE INDEX intake_dead ON intake (workspace, arrived_at, id) WHERE state = 'dead';

-- Who drains the intake table: one process at a time.
CREATE TABLE intake_lease (
    name       text PRIMARY KEY,
    owner      text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE intake_lease;
DROP TABLE intake;
