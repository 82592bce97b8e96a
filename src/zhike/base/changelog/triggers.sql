-- The functions behind every tracked table, made anew in each workspace at each migration.

CREATE OR REPLACE FUNCTION zhike_open_change_set() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  opened text := current_setting('zhike.change_set', true);
BEGIN
  IF opened IS NULL OR opened = '' THEN
    RAISE EXCEPTION 'zhike: no change set is open, so nothing may change'
      USING ERRCODE = 'ZK001', HINT = 'write through the gate, or open an act';
  END IF;
  RETURN opened::bigint;
END $$;

CREATE OR REPLACE FUNCTION zhike_log_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  opened bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM new_rows) THEN RETURN NULL; END IF;
  opened := zhike_open_change_set();
  INSERT INTO base_change (change_set_id, table_name, record_id, owner_table, owner_id, operation, after)
  SELECT opened, TG_TABLE_NAME, n.id,
         CASE WHEN TG_ARGV[0] = '' THEN TG_TABLE_NAME ELSE TG_ARGV[1] END,
         CASE WHEN TG_ARGV[0] = '' THEN n.id ELSE COALESCE((r.j ->> TG_ARGV[0])::bigint, n.id) END,
         'I', jsonb_strip_nulls(r.j - string_to_array(TG_ARGV[2], ','))
  FROM new_rows n CROSS JOIN LATERAL (SELECT to_jsonb(n) AS j) r;
  PERFORM pg_notify('zhike_change', TG_TABLE_SCHEMA || ' ' || TG_TABLE_NAME);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION zhike_log_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  opened bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM old_rows) THEN RETURN NULL; END IF;
  opened := zhike_open_change_set();
  INSERT INTO base_change (change_set_id, table_name, record_id, owner_table, owner_id, operation, before)
  SELECT opened, TG_TABLE_NAME, o.id,
         CASE WHEN TG_ARGV[0] = '' THEN TG_TABLE_NAME ELSE TG_ARGV[1] END,
         CASE WHEN TG_ARGV[0] = '' THEN o.id ELSE COALESCE((r.j ->> TG_ARGV[0])::bigint, o.id) END,
         'D', r.j || COALESCE(TG_ARGV[3], '{}')::jsonb
  FROM old_rows o CROSS JOIN LATERAL (SELECT to_jsonb(o) AS j) r;
  PERFORM pg_notify('zhike_change', TG_TABLE_SCHEMA || ' ' || TG_TABLE_NAME);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION zhike_log_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  written bigint;
BEGIN
  INSERT INTO base_change (change_set_id, table_name, record_id, owner_table, owner_id, operation, before, after)
  SELECT zhike_open_change_set(), TG_TABLE_NAME, n.id,
         CASE WHEN TG_ARGV[0] = '' THEN TG_TABLE_NAME ELSE TG_ARGV[1] END,
         CASE WHEN TG_ARGV[0] = '' THEN n.id
              ELSE COALESCE((to_jsonb(n) ->> TG_ARGV[0])::bigint, n.id) END,
         'U', d.before, d.after
  FROM old_rows o
  JOIN new_rows n ON n.id = o.id
  CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(a.key, a.value) AS before, jsonb_object_agg(b.key, b.value) AS after
    FROM jsonb_each(to_jsonb(o)) a JOIN jsonb_each(to_jsonb(n)) b ON b.key = a.key
    WHERE a.value IS DISTINCT FROM b.value AND a.key <> ALL (string_to_array(TG_ARGV[2], ','))
  ) d
  WHERE d.after IS NOT NULL;
  GET DIAGNOSTICS written = ROW_COUNT;
  IF written > 0 THEN
    PERFORM pg_notify('zhike_change', TG_TABLE_SCHEMA || ' ' || TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION zhike_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A value that is computed from others makes a record no newer.
  IF current_setting('zhike.computing', true) = 'on' THEN RETURN NEW; END IF;
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END $$;
