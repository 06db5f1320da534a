-- +goose Up
-- The address that consent is kept by: the one form of a number that is written in
-- several ways, as phone.Canonical has it. The database derives it, so that nothing
-- that writes a number can forget it. since is when somebody got their number.
ALTER TABLE people ADD COLUMN address text GENERATED ALWAYS AS (CASE
    WHEN phone LIKE '+521%' AND length(phone) = 14 THEN '+52' || substr(phone, 5)
    WHEN phone LIKE '+549%' AND length(phone) = 14 THEN '+54' || substr(phone, 5)
    WHEN phone LIKE '+55%' AND length(phone) = 13 AND substr(phone, 6, 1) IN ('6', '7', '8', '9')
        THEN '+55' || substr(phone, 4, 2) || '9' || substr(phone, 6)
    ELSE phone END) VIRTUAL;
ALTER TABLE people ADD COLUMN phone_since text;
CREATE INDEX people_address ON people (workspace, address, created_at, id);

ALTER TABLE former_numbers ADD COLUMN address text GENERATED ALWAYS AS (CASE
    WHEN phone LIKE '+521%' AND length(phone) = 14 THEN '+52' || substr(phone, 5)
    WHEN phone LIKE '+549%' AND length(phone) = 14 THEN '+54' || substr(phone, 5)
    WHEN phone LIKE '+55%' AND length(phone) = 13 AND substr(phone, 6, 1) IN ('6', '7', '8', '9')
        THEN '+55' || substr(phone, 4, 2) || '9' || substr(phone, 6)
    ELSE phone END) VIRTUAL;
ALTER TABLE former_numbers ADD COLUMN since text;
CREATE INDEX former_numbers_address ON former_numbers (workspace, address, left_at);

-- Who changed numbers before got the present one when they left the one before.
UPDATE people SET phone_since = (SELECT max(f.left_at) FROM former_numbers f
    WHERE f.workspace = people.workspace AND f.person = people.internal_id);
UPDATE former_numbers SET since = (SELECT max(e.left_at) FROM former_numbers e
    WHERE e.workspace = former_numbers.workspace AND e.person = former_numbers.person AND e.left_at < former_numbers.left_at);

DROP TRIGGER people_phone_left;
DROP TRIGGER people_phone_changed;
DROP TRIGGER people_phone_new;
-- +goose StatementBegin
CREATE TRIGGER people_phone_changed AFTER UPDATE OF phone ON people WHEN OLD.address IS NOT NEW.address
BEGIN
    INSERT INTO former_numbers (workspace, person, phone, since, left_at)
    SELECT OLD.workspace, OLD.internal_id, OLD.phone, OLD.phone_since, NEW.updated_at WHERE OLD.phone IS NOT NULL;
    UPDATE people SET phone_since = NEW.updated_at WHERE internal_id = NEW.internal_id;
    INSERT INTO pending_attachments (workspace, person, address, created_at)
    SELECT NEW.workspace, NEW.internal_id, NEW.address, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    WHERE NEW.address IS NOT NULL AND EXISTS (SELECT 1 FROM messages WHERE workspace = NEW.workspace AND address = NEW.address
        AND person IS NULL AND direction = 'in' AND arrived_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-30 days'));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER people_phone_new AFTER INSERT ON people WHEN NEW.phone IS NOT NULL
BEGIN
    UPDATE people SET phone_since = NEW.updated_at WHERE internal_id = NEW.internal_id AND phone_since IS NULL;
    INSERT INTO pending_attachments (workspace, person, address, created_at)
    SELECT NEW.workspace, NEW.internal_id, NEW.address, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    WHERE EXISTS (SELECT 1 FROM messages WHERE workspace = NEW.workspace AND address = NEW.address
        AND person IS NULL AND direction = 'in' AND arrived_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-30 days'));
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER people_phone_new;
DROP TRIGGER people_phone_changed;
DROP INDEX former_numbers_address;
ALTER TABLE former_numbers DROP COLUMN since;
ALTER TABLE former_numbers DROP COLUMN address;
DROP INDEX people_address;
ALTER TABLE people DROP COLUMN phone_since;
ALTER TABLE people DROP COLUMN address;
-- +goose StatementBegin
CREATE TRIGGER people_phone_left AFTER UPDATE OF phone ON people
    WHEN OLD.phone IS NOT NULL AND OLD.phone IS NOT NEW.phone
BEGIN
    INSERT INTO former_numbers (workspace, person, phone, left_at)
    VALUES (OLD.workspace, OLD.internal_id, OLD.phone, NEW.updated_at);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER people_phone_changed AFTER UPDATE OF phone ON people
    WHEN NEW.phone IS NOT NULL AND OLD.phone IS NOT NEW.phone
BEGIN
    INSERT INTO pending_attachments (workspace, person, address, created_at)
    SELECT NEW.workspace, NEW.internal_id, NEW.phone, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    WHERE EXISTS (SELECT 1 FROM messages WHERE workspace = NEW.workspace AND address = NEW.phone
        AND person IS NULL AND direction = 'in' AND arrived_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-30 days'));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER people_phone_new AFTER INSERT ON people WHEN NEW.phone IS NOT NULL
BEGIN
    INSERT INTO pending_attachments (workspace, person, address, created_at)
    SELECT NEW.workspace, NEW.internal_id, NEW.phone, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    WHERE EXISTS (SELECT 1 FROM messages WHERE workspace = NEW.workspace AND address = NEW.phone
        AND person IS NULL AND direction = 'in' AND arrived_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-30 days'));
END;
-- +goose StatementEnd
