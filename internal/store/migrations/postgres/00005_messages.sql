-- +goose Up
-- Every message, from people and to them. data is the message as replyflow reads
-- it, raw what the provider sent; result is what recording it did, so that a
-- repetition answers as the first time.
CREATE TABLE messages (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace    text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    direction    text NOT NULL CHECK (direction IN ('in', 'out')),
    channel      text NOT NULL,
    provider     text NOT NULL,
    provider_id  text COLLATE "C" NOT NULL,
    kind         text NOT NULL,
    sender       text COLLATE "C" NOT NULL,
    sender_name  text NOT NULL,
    address      text COLLATE "C" NOT NULL,
    person       bigint,
    body         text NOT NULL,
    data         text NOT NULL,
    raw          text NOT NULL,
    effective_at timestamptz NOT NULL,
    arrived_at   timestamptz NOT NULL,
    execution    text NOT NULL,
    result       text NOT NULL,
    status       text NOT NULL,
    error_code   text NOT NULL,
    purpose      text NOT NULL,
    answers      text COLLATE "C",
    campaign     text,
    run          text
);
CREATE UNIQUE INDEX messages_id ON messages (workspace, id);
CREATE INDEX messages_arrived_at ON messages (workspace, arrived_at, seq);
CREATE INDEX messages_person ON messages (workspace, person, arrived_at, seq) WHERE person IS NOT NULL;
CREATE INDEX messages_sent ON messages (workspace, address, sender, effective_at) WHERE direction = 'out';
CREATE INDEX messages_provider_id ON messages (workspace, provider_id) WHERE direction = 'out';
CREATE INDEX messages_anonymous ON messages (workspace, address, arrived_at) WHERE person IS NULL AND direction = 'in';

-- Other names of an address: what a provider calls somebody whose number it knows.
CREATE TABLE aliases (
    workspace text COLLATE "C" NOT NULL,
    channel   text NOT NULL,
    kind      text NOT NULL,
    value     text COLLATE "C" NOT NULL,
    address   text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, channel, kind, value)
);
CREATE INDEX aliases_address ON aliases (workspace, channel, address);

-- The numbers that people had before: what they said there still counts for them.
CREATE TABLE former_numbers (
    workspace text COLLATE "C" NOT NULL,
    person    bigint NOT NULL,
    phone     text COLLATE "C" NOT NULL,
    left_at   timestamptz NOT NULL
);
CREATE INDEX former_numbers_person ON former_numbers (workspace, person);

-- Numbers with anonymous messages that got an owner: each waits for a workflow.
CREATE TABLE pending_attachments (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace  text COLLATE "C" NOT NULL,
    person     bigint NOT NULL,
    address    text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL
);

-- Triggers, and not the code: numbers are written by the API, by imports, by runs
-- and by batches, and one of them would forget.
-- +goose StatementBegin
CREATE FUNCTION replyflow_phone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.phone IS NOT DISTINCT FROM NEW.phone THEN
            RETURN NULL;
        END IF;
        IF OLD.phone IS NOT NULL THEN
            INSERT INTO former_numbers (workspace, person, phone, left_at)
            VALUES (OLD.workspace, OLD.internal_id, OLD.phone, NEW.updated_at);
        END IF;
    END IF;
    IF NEW.phone IS NOT NULL AND EXISTS (
        SELECT 1 FROM messages WHERE workspace = NEW.workspace AND address = NEW.phone
            AND person IS NULL AND direction = 'in' AND arrived_at > now() - interval '30 days'
    ) THEN
        INSERT INTO pending_attachments (workspace, person, address, created_at)
        VALUES (NEW.workspace, NEW.internal_id, NEW.phone, now());
    END IF;
    RETURN NULL;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER people_phone_changed AFTER INSERT OR UPDATE OF phone ON people
    FOR EACH ROW EXECUTE FUNCTION replyflow_phone_changed();

-- What providers reported beside messages, each once.
CREATE TABLE provider_updates (
    workspace  text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    kind       text NOT NULL,
    arrived_at timestamptz NOT NULL,
    raw        text NOT NULL,
    PRIMARY KEY (workspace, key)
);

ALTER TABLE activity_log ADD COLUMN sender text COLLATE "C";
ALTER TABLE activity_log ADD COLUMN anonymous boolean NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE activity_log DROP COLUMN anonymous;
ALTER TABLE activity_log DROP COLUMN sender;
DROP TABLE provider_updates;
DROP TRIGGER people_phone_changed ON people;
DROP FUNCTION replyflow_phone_changed();
DROP TABLE pending_attachments;
DROP TABLE former_numbers;
DROP TABLE aliases;
DROP TABLE messages;
