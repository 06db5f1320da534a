-- +goose Up
-- The address that consent is kept by: the one form of a number that is written in
-- several ways, as phone.Canonical has it. The database derives it, so that nothing
-- that writes a number can forget it. since is when somebody got their number.
-- +goose StatementBegin
CREATE FUNCTION replyflow_address(phone text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN phone LIKE '+521%' AND length(phone) = 14 THEN '+52' || substr(phone, 5)
        WHEN phone LIKE '+549%' AND length(phone) = 14 THEN '+54' || substr(phone, 5)
        WHEN phone LIKE '+55%' AND length(phone) = 13 AND substr(phone, 6, 1) IN ('6', '7', '8', '9')
            THEN '+55' || substr(phone, 4, 2) || '9' || substr(phone, 6)
        ELSE phone END
$$;
-- +goose StatementEnd
ALTER TABLE people
    ADD COLUMN address text COLLATE "C" GENERATED ALWAYS AS (replyflow_address(phone)) STORED,
    ADD COLUMN phone_since timestamptz;
CREATE INDEX people_address ON people (workspace, address, created_at, id);

ALTER TABLE former_numbers
    ADD COLUMN address text COLLATE "C" GENERATED ALWAYS AS (replyflow_address(phone)) STORED,
    ADD COLUMN since timestamptz;
CREATE INDEX former_numbers_address ON former_numbers (workspace, address, left_at);

-- Who changed numbers before got the present one when they left the one before.
UPDATE people SET phone_since = (SELECT max(f.left_at) FROM former_numbers f
    WHERE f.workspace = people.workspace AND f.person = people.internal_id);
UPDATE former_numbers SET since = (SELECT max(e.left_at) FROM former_numbers e
    WHERE e.workspace = former_numbers.workspace AND e.person = former_numbers.person AND e.left_at < former_numbers.left_at);

DROP TRIGGER people_phone_changed ON people;
DROP FUNCTION replyflow_phone_changed();
-- +goose StatementBegin
CREATE FUNCTION replyflow_phone_changing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF replyflow_address(OLD.phone) IS DISTINCT FROM replyflow_address(NEW.phone) THEN
            NEW.phone_since := NEW.updated_at;
        END IF;
    ELSIF NEW.phone IS NOT NULL THEN
        NEW.phone_since := COALESCE(NEW.phone_since, NEW.updated_at);
    END IF;
    RETURN NEW;
END;
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION replyflow_phone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.address IS NOT DISTINCT FROM NEW.address THEN
            RETURN NULL;
        END IF;
        IF OLD.phone IS NOT NULL THEN
            INSERT INTO former_numbers (workspace, person, phone, since, left_at)
            VALUES (OLD.workspace, OLD.internal_id, OLD.phone, OLD.phone_since, NEW.updated_at);
        END IF;
    END IF;
    IF NEW.address IS NOT NULL AND EXISTS (
        SELECT 1 FROM messages WHERE workspace = NEW.workspace AND address = NEW.address
            AND person IS NULL AND direction = 'in' AND arrived_at > now() - interval '30 days'
    ) THEN
        INSERT INTO pending_attachments (workspace, person, address, created_at)
        VALUES (NEW.workspace, NEW.internal_id, NEW.address, now());
    END IF;
    RETURN NULL;
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER people_phone_changing BEFORE INSERT OR UPDATE OF phone ON people
    FOR EACH ROW EXECUTE FUNCTION replyflow_phone_changing();
CREATE TRIGGER people_phone_changed AFTER INSERT OR UPDATE OF phone ON people
    FOR EACH ROW EXECUTE FUNCTION replyflow_phone_changed();

-- +goose Down
DROP TRIGGER people_phone_changed ON people;
DROP TRIGGER people_phone_changing ON people;
DROP FUNCTION replyflow_phone_changed();
DROP FUNCTION replyflow_phone_changing();
DROP INDEX former_numbers_address;
ALTER TABLE former_numbers DROP COLUMN since, DROP COLUMN address;
DROP INDEX people_address;
ALTER TABLE people DROP COLUMN phone_since, DROP COLUMN address;
DROP FUNCTION replyflow_address(text);
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
