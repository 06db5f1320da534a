-- +goose Up
-- The numbers that WhatsApp users gave up for others: what they said at the one
-- follows to the other, also when it is recorded later.
CREATE TABLE number_changes (
    workspace  text COLLATE "C" NOT NULL,
    channel    text NOT NULL,
    before     text COLLATE "C" NOT NULL,
    after      text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    key        text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, channel, before, key)
);

-- +goose Down
DROP TABLE number_changes;
