-- What keeps the log as it was written, whoever holds the connection; made anew in each workspace at each migration.

CREATE OR REPLACE FUNCTION zhike_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'zhike: the change log is append-only; % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'ZK002', HINT = 'undo the act, or write a new one';
END $$;

-- The one way in: a restored log gets new transaction numbers, and nothing else of it may become different.
CREATE OR REPLACE FUNCTION zhike_keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  turned record;
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('zhike.log_maintenance', true) = 'renumber' THEN
    turned := NEW;
    turned.transaction := OLD.transaction;
    IF turned IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'zhike: the change log is append-only; % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'ZK002', HINT = 'undo the act, or write a new one';
END $$;

-- A month that is sealed, and whatever lies before the first seal, takes in nothing more.
CREATE OR REPLACE FUNCTION zhike_refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told date := date_trunc('month', (to_jsonb(NEW) ->> TG_ARGV[0])::timestamptz AT TIME ZONE 'UTC')::date;
BEGIN
  IF EXISTS (SELECT 1 FROM base_logseal WHERE month >= told) THEN
    RAISE EXCEPTION 'zhike: the change log of % is sealed; nothing can be added to it', to_char(told, 'YYYY-MM')
      USING ERRCODE = 'ZK003', HINT = 'what happens now is written under the time of now';
  END IF;
  RETURN NEW;
END $$;
