-- +goose Up
-- The numbers that WhatsApp users gave up for others: what they said at the one
-- follows to the other, also when it is recorded later.
CREATE TABLE number_changes (
    workspace  text NOT NULL,
    channel    text NOT NULL,
    before     text NOT NULL,
    after      text NOT NULL,
    changed_at text NOT NULL,
    key        text NOT NULL,
    PRIMARY KEY (workspace, channel, before, key)
);

-- +goose Down
DROP TABLE number_changes;
