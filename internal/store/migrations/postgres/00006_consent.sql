-- +goose Up
-- The ledger of consent: every change with when it took effect. It only grows.
CREATE TABLE consent_ledger (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace    text COLLATE "C" NOT NULL,
    channel      text COLLATE "C" NOT NULL,
    address      text COLLATE "C" NOT NULL,
    scope        text COLLATE "C" NOT NULL,
    lane         text NOT NULL,
    category     text NOT NULL,
    action       text NOT NULL CHECK (action IN ('out', 'in', 'lift')),
    review       boolean NOT NULL,
    effective_at timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    source       text COLLATE "C" NOT NULL,
    source_id    text COLLATE "C" NOT NULL,
    rule         text NOT NULL,
    keyword      text NOT NULL,
    actor        text NOT NULL,
    reason       text NOT NULL,
    person       text,
    sender       text NOT NULL
);
CREATE UNIQUE INDEX consent_ledger_source ON consent_ledger (workspace, source, source_id, lane, category, scope);
CREATE INDEX consent_ledger_address ON consent_ledger (workspace, address, id);

-- The words and addresses behind an entry, apart from it: they can be erased
-- without touching what was decided.
CREATE TABLE consent_evidence (
    workspace text COLLATE "C" NOT NULL,
    source    text COLLATE "C" NOT NULL,
    source_id text COLLATE "C" NOT NULL,
    data      text NOT NULL,
    PRIMARY KEY (workspace, source, source_id)
);

-- The status of an address: for each scope, lane and category the latest event of
-- each action, as its time and its id. It derives from the ledger.
CREATE TABLE consent_status (
    workspace text COLLATE "C" NOT NULL,
    channel   text COLLATE "C" NOT NULL,
    address   text COLLATE "C" NOT NULL,
    scope     text COLLATE "C" NOT NULL,
    lane      text COLLATE "C" NOT NULL,
    category  text COLLATE "C" NOT NULL,
    out_mark  text COLLATE "C" NOT NULL,
    in_mark   text COLLATE "C" NOT NULL,
    lift_mark text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, address, channel, scope, lane, category)
);
CREATE INDEX consent_status_out ON consent_status (workspace, channel, address) WHERE out_mark <> '';

-- +goose Down
DROP TABLE consent_status;
DROP TABLE consent_evidence;
DROP TABLE consent_ledger;
