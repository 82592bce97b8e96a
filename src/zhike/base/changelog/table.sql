CREATE SEQUENCE base_change_id_seq;
CREATE TABLE base_change (
  id bigint NOT NULL DEFAULT nextval('base_change_id_seq'),
  at timestamptz NOT NULL DEFAULT COALESCE(NULLIF(current_setting('zhike.at', true), '')::timestamptz,
                                             statement_timestamp()),
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  change_set_id bigint NOT NULL,
  table_name text NOT NULL,
  record_id bigint NOT NULL,
  owner_table text NOT NULL,
  owner_id bigint NOT NULL,
  operation char(1) NOT NULL CHECK (operation IN ('I', 'U', 'D')),
  before jsonb,
  after jsonb,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE base_change_id_seq OWNED BY base_change.id;
CREATE INDEX base_change_owner ON base_change (owner_table, owner_id, id);
CREATE INDEX base_change_set ON base_change (change_set_id, table_name);
CREATE INDEX base_change_position ON base_change (transaction, id);
CREATE TABLE base_change_other PARTITION OF base_change DEFAULT;
